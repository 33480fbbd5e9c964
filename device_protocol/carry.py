"""Batches in a file: what a device holds, carried on a stick, because its radio is dead.

A file holds the bodies of pushes one after the other, signed as ever: a header line, its operation
lines, the next header line. It may be packed. Whoever reads it needs no order of files, and a batch
that came before is known again by its hashes.
"""

import io
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import zstandard

from device_protocol import chain, codec
from device_protocol.messages import Limits, PushHeader
from device_protocol.outbox import Identity, Outbox
from device_protocol.store import StoredLine
from device_protocol.version import LIMITS

_GZIP = b"\x1f\x8b"
_GZIP_WBITS = 31
_ZSTD = b"\x28\xb5\x2f\xfd"
_HEADER_BYTES = 512
_ZSTD_WINDOW_BYTES_MAX = 1 << 23
_PIECE_BYTES = 1 << 12
_header_decoder = msgspec.json.Decoder(PushHeader)


class UncarriableError(RuntimeError):
    """The line before the first one to carry is not held any more."""


class Carried(msgspec.Struct, frozen=True):
    """One batch of a file: on which line it begins, its header, and the body of the push."""

    number: int
    header: PushHeader
    body: bytes


class Fault(msgspec.Struct, frozen=True):
    """What can't be read of a file, and on which line."""

    number: int
    reason: str


def carried(outbox: Outbox, limits: Limits = LIMITS) -> Iterator[bytes]:
    """Give the bodies of all lines without an outcome, cut by the limits, ready to be written."""
    identity = outbox.identity
    pending: list[StoredLine] = []
    seq = outbox.tail().seq
    while (before := outbox.line(seq)) is not None and before.outcome is None:
        pending.append(before)
        seq -= 1
    if seq and before is None:
        message = f"line {seq} is not held any more: only the server knows what came before"
        raise UncarriableError(message)
    prev = before.hash if before else chain.start(identity.device, identity.epoch, identity.nonce)
    batch: list[StoredLine] = []
    room = limits.unpacked_bytes - _HEADER_BYTES
    while pending or batch:
        size = len(pending[-1].line) + 1 if pending else room + 1
        if batch and (size > room or len(batch) == limits.batch_operations):
            yield _body(identity, prev, batch)
            prev = batch[-1].hash
            batch, room = [], limits.unpacked_bytes - _HEADER_BYTES
        else:
            batch.append(pending.pop())
            room -= size


def _body(identity: Identity, prev: bytes, batch: list[StoredLine]) -> bytes:
    return codec.encode_batch(
        identity.device,
        identity.epoch,
        batch[0].seq,
        prev,
        [stored.line for stored in batch],
        private=identity.private,
    )


def read_carried(content: bytes, bytes_max: int) -> tuple[list[Carried], list[Fault]]:
    """Return the batches of a file and what could not be read; one fault loses no other batch."""
    text, cut = _unpacked(content, bytes_max)
    found: list[Carried] = []
    faults: list[Fault] = []
    begun: tuple[int, PushHeader] | None = None
    body: list[bytes] = []
    number = 0
    for number, line in enumerate(io.BytesIO(text), start=1):
        header = _header_of(line)
        if header is None:
            if begun is None and not body:
                faults.append(Fault(number, "no batch begins here: a header line is missing"))
        else:
            if begun is not None:
                found.append(Carried(*begun, b"".join(body)))
            begun, body = (number, header), []
        body.append(line)
    if begun is not None:
        found.append(Carried(*begun, b"".join(body)))
    if cut:
        faults.append(Fault(number, cut))
    elif not number:
        faults.append(Fault(0, "the file is empty"))
    return found, faults


def _header_of(line: bytes) -> PushHeader | None:
    # Operations have a kind and no signature; so most lines need not be decoded.
    if b'"signature"' not in line:
        return None
    try:
        return _header_decoder.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _unpacked(content: bytes, bytes_max: int) -> tuple[bytes, str]:
    """What a file says, as far as it can be unpacked, and why not further."""
    if content.startswith(_GZIP):
        text, cut = _frames(content, bytes_max, lambda: zlib.decompressobj(wbits=_GZIP_WBITS))
    elif content.startswith(_ZSTD):
        zstd = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW_BYTES_MAX)
        text, cut = _frames(content, bytes_max, zstd.decompressobj)
    else:
        text, cut = content, ""
    if len(text) > bytes_max:
        return text[:bytes_max], f"more than {bytes_max} bytes; what follows was not read"
    return text, cut


def _frames(content: bytes, bytes_max: int, make: Callable[[], Any]) -> tuple[bytes, str]:
    """Unpack one frame after the other, in pieces, so that no file allocates what it claims."""
    text = bytearray()
    try:
        while content and len(text) <= bytes_max:
            unpacker = make()
            taken = 0
            while not unpacker.eof and taken < len(content) and len(text) <= bytes_max:
                text += unpacker.decompress(content[taken : taken + _PIECE_BYTES])
                taken += _PIECE_BYTES
            if not unpacker.eof:
                return bytes(text), "packed, and cut off"
            content = unpacker.unused_data + content[taken:]
    except (zlib.error, zstandard.ZstdError) as error:
        return bytes(text), f"packed, and damaged: {error}"
    return bytes(text), ""
