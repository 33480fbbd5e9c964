"""What fuzzing begins with: real lines, batches, messages and files, good and bad."""

import base64
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from device_protocol import codec, keys
from device_protocol.messages import Cursor, DigestRequest, PullRequest, RotateRequest
from tests.integrations.order_files import HEADER, RETAIL_MAPPING, row

FIXTURES = Path(__file__).parents[2] / "fixtures"
_VECTORS = FIXTURES / "protocol" / "v1"


@cache
def vectors(name: str) -> Any:  # noqa: ANN401 - any JSON.
    """One file of golden vectors."""
    return msgspec.json.decode((_VECTORS / f"{name}.json").read_bytes())


def lines() -> list[bytes]:
    """Lines of operations, good and bad."""
    good = [each["line"].encode() for each in vectors("stream")["lines"]]
    return good + [base64.b64decode(each["line"]) for each in vectors("bad_lines")["bad"]]


def public_key() -> bytes:
    """The key of the device that signed the batches."""
    return keys.read(vectors("batches")["public_key"])


def batches() -> list[bytes]:
    """Push bodies, good and bad."""
    told = vectors("batches")
    header = base64.b64decode(told["good"][0]["body"]).partition(b"\n")[0]
    odd = b"\n".join((header, *(line for line in lines() if b"\n" not in line), b""))
    return [odd] + [
        base64.b64decode(each["body"]) for each in told["good"] + told["bad"] if "body" in each
    ]


def packed(encoding: str) -> list[bytes]:
    """Packed bodies, whole, cut and one that unpacks to far more."""
    whole = [codec.pack(body, encoding) for body in batches()[:3]]
    bomb = codec.pack(b"\0" * (1 << 22), encoding)
    return [*whole, whole[0][:-3], bomb, codec.pack(bomb, encoding), whole[0] + whole[0]]


def scans() -> list[bytes]:
    """Scanned texts, with what the reader called the symbology before a NUL."""
    return [f"{each['symbology']}\0{each['text']}".encode() for each in vectors("scans")["scans"]]


def problems() -> list[bytes]:
    """Error answers, and what a proxy says."""
    return [
        b'{"type":"/e#sync.gap","title":"t","status":409,"detail":"d","code":"sync.gap","next":7}',
        b'{"extras":{"next":1},"code":5}',
        b"<html>502</html>",
        b"[]",
    ]


def call_headers() -> list[bytes]:
    """Values of the header that signs calls."""
    return [vectors("signatures")["call"]["header"].encode(), b"1:A", b"0:AAAA", b"7:"]


def bodies() -> list[bytes]:
    """Bodies of calls, of both versions."""
    told = [each["bytes"].encode() for each in vectors("messages")["messages"]]
    newer = (
        DigestRequest(1_000_001, "1/zone/2", "0" * 64),
        RotateRequest(1_000_001, "A" * 43, "B" * 86),
    )
    return told + [msgspec.json.encode(each) for each in newer] + [b'{"device":true}', b"[" * 999]


def pulls() -> list[bytes]:
    """Pull requests with cursors of every kind."""
    cursors = (
        Cursor(0, 1, ""),
        Cursor(3, 1, "ab" * 32),
        Cursor(3, 1, ""),
        Cursor(2**53 - 1, 1, "zz"),
        Cursor(-1, 0, "ab"),
    )
    return [msgspec.json.encode(PullRequest(1_000_001, {"1/zone/2": cursor})) for cursor in cursors]


def sums() -> list[bytes]:
    """Bucket sums."""
    return [b"0" * 32 * 256, b"0123456789abcdef" * 2 * 256, b"0" * 31 * 256, b"F" * 32 * 256]


def tables() -> list[bytes]:
    """CSV files of masters."""
    imports = [path.read_bytes() for path in sorted((FIXTURES / "imports").glob("*.csv"))]
    return [content[:600] for content in imports] + [b'a,b\n"never,1\nc,d\n', b"a,b\r\n\x00,\xff\n"]


def mappings() -> list[bytes]:
    """Mapping files."""
    real = RETAIL_MAPPING.read_bytes()
    twice = real.replace(b"%Y-%m-%d %H:%M:%S", b"%H %H")
    return [real, twice, b"owner = 1", b"[columns]\n", b"\xff", b"a = " + b"[" * 9_000]


def orders() -> list[bytes]:
    """Order files that the retail mapping reads."""
    rows = [HEADER, row(), row(quantity="-1"), row(quantity="x"), row(), row(number="C1")]
    return ["\n".join(rows).encode(), HEADER.encode(), b"\n".join([HEADER.encode(), b"a,b"])]


def pictures() -> list[bytes]:
    """Attachments that may lie about what they are."""
    return [
        base64.b64decode(
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU"
            "5ErkJggg=="
        ),
        b"%PDF-1.7\n%%EOF",
        b"\xff\xd8\xff\xe0\x00\x10JFIF",
        b"RIFF\x10\x00\x00\x00WEBPVP8 ",
    ]
