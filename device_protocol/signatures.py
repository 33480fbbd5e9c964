"""What is signed, byte for byte, and the header in which calls carry their signature."""

import hashlib
import re

from device_protocol import keys

SIGNATURE_HEADER = "Totebook-Signature"

_CALL_HEADER = re.compile(r"([1-9][0-9]{0,14}):([A-Za-z0-9_-]+)")


def push_bytes(  # noqa: PLR0917 - in the order in which they are signed
    device: int, epoch: int, first: int, count: int, prev: str, head: str
) -> bytes:
    """Return what the signature of a batch covers; the lines themselves are covered by `head`."""
    return f"totebook-push-1\n{device}\n{epoch}\n{first}\n{count}\n{prev}\n{head}\n".encode()


def epoch_bytes(  # noqa: PLR0917 - in the order in which they are signed
    device: int, attempt: str, reason: str, first: int = 0, last: int = 0, epoch: int = 0
) -> bytes:
    """Return what the signature of an epoch request covers.

    `first` and `last` are covered if one is said, and behind them `epoch` if that is.
    """
    held = f"\n{first}\n{last}" if first or last or epoch else ""
    held += f"\n{epoch}" if epoch else ""
    return f"totebook-epoch-1\n{device}\n{attempt}\n{reason}{held}".encode()


def rotate_bytes(device: int, public_key: str) -> bytes:
    """Return what the next key signs, so that nobody enrols a key that is not theirs."""
    return f"totebook-rotate-1\n{device}\n{public_key}".encode()


def call_bytes(method: str, path: str, body: bytes) -> bytes:
    """Return what the signature of any other call covers; `body` is taken as sent.

    `path` is the whole request target, with its query if there is one.
    """
    return f"totebook-call-1\n{method}\n{path}\n{hashlib.sha256(body).hexdigest()}".encode()


def call_header(device: int, private: bytes, method: str, path: str, body: bytes) -> str:
    """Return the value of `Totebook-Signature` for one call."""
    return f"{device}:{keys.write(keys.sign(private, call_bytes(method, path, body)))}"


def read_call_header(value: str) -> tuple[int, bytes] | None:
    """Return device and signature of a `Totebook-Signature`, or None where it is malformed.

    >>> read_call_header("1000000:AAEC")[0]
    1000000
    >>> read_call_header("the first device") is None
    True
    """
    matched = _CALL_HEADER.fullmatch(value)
    signature = keys.read(matched[2]) if matched else b""
    return (int(matched[1]), signature) if matched and signature else None
