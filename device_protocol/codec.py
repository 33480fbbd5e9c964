"""Operations as lines, lines as batches, batches packed and unpacked.

A batch is a text file: a header line of JSON, then one operation a line, each ended by a newline.
Decoding never trusts what it reads: a line that says nothing sensible becomes an `Undecodable`, a
batch that is not one raises `BatchError`.
"""

import re
import zlib
from collections.abc import Iterator, Sequence
from typing import Any, Union

import msgspec
import zstandard

from device_protocol import chain, keys, signatures
from device_protocol.handling import Assemble, WorkStep
from device_protocol.kinds import OPERATIONS
from device_protocol.messages import Limits, PushHeader
from device_protocol.operations import (
    DEVICE_LINE_BYTES_MAX,
    LINE_BYTES_MAX,
    QUANTITY_MAX,
    Count,
    Goods,
    Operation,
)
from device_protocol.version import OPERATION_VERSIONS

ENCODINGS = ("zstd", "gzip")
UNREAD_CODES = frozenset(
    {"undecodable", "unknown_kind", "unknown_version", "impossible_quantity", "too_long"}
)
"""Why a line could not be understood."""
NUMBER_MAX = 2**53 - 1
"""The largest whole number that every JSON reader keeps exactly (RFC 8259, section 6)."""

_GZIP_WBITS = 31
_ZSTD_WINDOW_BYTES_MAX = 1 << 23
_HEADER_BYTES_MAX = 1_024
_DETAIL_CHARACTERS_MAX = 200
_COUNTED = (Goods, WorkStep)
"""Operations with a quantity of their own; written as a union it would be made for each line."""
_HASH = re.compile(r"[0-9a-f]{64}")
_KINDS = {kind.__struct_config__.tag: kind for kind in OPERATIONS}
_LONG_NUMBER = re.compile(rb"[:\[,]\s*-?\d{16}")
_DIGITS_AS_ZEROS = bytes(ord("0") if chr(byte) in "0123456789" else 0 for byte in range(256))
_LONG_RUN = b"0" * 16

_encoder = msgspec.json.Encoder()
_operation_decoder: msgspec.json.Decoder[Operation] = msgspec.json.Decoder(
    Union[OPERATIONS]  # noqa: UP007 - a tuple of types has no other spelling
)
_any_decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder()
_header_decoder = msgspec.json.Decoder(PushHeader)


class Undecodable(msgspec.Struct, frozen=True):
    """Why a line cannot be understood; `code` is one of `UNREAD_CODES`."""

    code: str
    detail: str


class LineTooLongError(ValueError):
    """An operation says more than a device may write in one line."""


class BatchError(Exception):
    """A push body is no batch; `code` is that of the problem it is answered with."""

    def __init__(self, code: str, detail: str) -> None:
        """Say why.

        `code` is `sync.malformed_batch`, `sync.too_large`, `sync.hash_mismatch` or
        `sync.bad_signature`.
        """
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


class Batch(msgspec.Struct, frozen=True):
    """A header and the lines that follow it, as sent."""

    header: PushHeader
    lines: list[bytes]


def encode_line(operation: Operation) -> bytes:
    """Return the operation as one line without newline; LineTooLongError above 8 KiB."""
    line = _encoder.encode(operation)
    if len(line) > DEVICE_LINE_BYTES_MAX:
        message = f"the line has {len(line)} bytes; a device writes at most {DEVICE_LINE_BYTES_MAX}"
        raise LineTooLongError(message)
    return line


def decode_line(line: bytes) -> Operation | Undecodable:
    """Return the operation that a line says, or why it says none; never raises."""
    if len(line) > LINE_BYTES_MAX:
        return Undecodable("too_long", f"{len(line)} bytes; the longest line is {LINE_BYTES_MAX}")
    try:
        operation = _operation_decoder.decode(line)
        fault = unstorable(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        return _diagnose(line, error)
    if operation.version not in OPERATION_VERSIONS:
        return _unknown_version(operation.version)
    quantity = impossible_quantity(operation)
    if quantity is not None:
        return _impossible_quantity(quantity)
    return _undecodable(fault) if fault else operation


def impossible_quantity(operation: Operation) -> int | None:
    """Return a quantity of the operation that nobody can have handled; None if there is none."""
    if isinstance(operation, _COUNTED) and not 1 <= operation.quantity <= QUANTITY_MAX:
        return operation.quantity
    if isinstance(operation, Count):
        for counted in operation.lines:
            if not 0 <= counted.quantity <= QUANTITY_MAX:
                return counted.quantity
    if isinstance(operation, Assemble):
        for part in operation.parts:
            if not 1 <= part.quantity <= QUANTITY_MAX:
                return part.quantity
    return None


def unstorable(line: bytes) -> str:
    """Return why a JSON text that can be read can't be kept; an empty text if it can."""
    # PostgreSQL keeps no NUL in a text, and no store more than 64 bits in a number. Skipped fields
    # are not checked for UTF-8 by the decoder.
    if not line.isascii():
        line.decode()
    # Looking for so many digits first spares most lines the search, ten times as long.
    long = _LONG_RUN in line.translate(_DIGITS_AS_ZEROS) and _LONG_NUMBER.search(line)
    if b"\\u0000" not in line and not long:
        return ""
    values = [_any_decoder.decode(line)]
    while values:
        value = values.pop()
        if isinstance(value, str) and "\0" in value:
            return "a text holds the character NUL"
        if isinstance(value, int) and abs(value) > NUMBER_MAX:
            return "a number is beyond 2^53 - 1"
        if isinstance(value, dict):
            values.extend(value)
            values.extend(value.values())
        elif isinstance(value, list):
            values.extend(value)
    return ""


def encode_batch(
    device: int, epoch: int, first: int, prev: bytes, lines: Sequence[bytes], *, private: bytes
) -> bytes:
    """Return the signed body of a push: `lines`, numbered from `first`, that follow `prev`."""
    head = chain.walk(prev, first, lines)[-1] if lines else prev
    signed = signatures.push_bytes(device, epoch, first, len(lines), prev.hex(), head.hex())
    header = PushHeader(
        device=device,
        epoch=epoch,
        first=first,
        prev=prev.hex(),
        head=head.hex(),
        signature=keys.write(keys.sign(private, signed)),
    )
    return b"\n".join((_encoder.encode(header), *lines, b""))


def split_batch(body: bytes, limits: Limits) -> Batch:
    """Return header and lines of an unpacked push body.

    A single line that is too long stays in the batch: it is stored and parked by its number,
    because refusing it would block every line behind it.
    """
    if len(body) > limits.unpacked_bytes:
        raise BatchError("sync.too_large", f"{len(body)} bytes; at most {limits.unpacked_bytes}")
    if not body.endswith(b"\n"):
        raise BatchError("sync.malformed_batch", "the last line does not end: cut off")
    first_line, *lines = body[:-1].split(b"\n")
    if len(first_line) > _HEADER_BYTES_MAX:
        raise BatchError("sync.malformed_batch", "the header line is too long")
    try:
        header = _header_decoder.decode(first_line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BatchError("sync.malformed_batch", f"the header line: {error}") from error
    _check_header(header)
    if len(lines) > limits.batch_operations:
        detail = f"{len(lines)} operations; at most {limits.batch_operations}"
        raise BatchError("sync.too_large", detail)
    return Batch(header, lines)


def check_batch(batch: Batch, public: bytes) -> list[bytes]:
    """Return the chain hash after each line, having checked the head hash and then the signature.

    In this order, because a truncated batch fails both and must be answered as damaged, not as
    forged.
    """
    header = batch.header
    prev = bytes.fromhex(header.prev)
    hashes = chain.walk(prev, header.first, batch.lines)
    if (hashes[-1] if hashes else prev).hex() != header.head:
        raise BatchError("sync.hash_mismatch", "the lines do not lead to the head hash")
    count = len(batch.lines)
    signed = signatures.push_bytes(
        header.device, header.epoch, header.first, count, header.prev, header.head
    )
    if not keys.verify(public, signed, keys.read(header.signature)):
        raise BatchError("sync.bad_signature", "the signature is not this device's")
    return hashes


def pack(body: bytes, encoding: str) -> bytes:
    """Return `body` compressed for `Content-Encoding: <encoding>`, "zstd" or "gzip"."""
    if encoding == "zstd":
        return zstandard.ZstdCompressor(level=3).compress(body)
    if encoding == "gzip":
        packer = zlib.compressobj(wbits=_GZIP_WBITS)
        return packer.compress(body) + packer.flush()
    message = f"unknown encoding {encoding!r}"
    raise ValueError(message)


def unpack(body: bytes, encoding: str, packed_max: int, unpacked_max: int) -> bytes:
    """Return a body unpacked, allocating no more than `unpacked_max` for it whatever it claims."""
    if len(body) > packed_max:
        raise BatchError("sync.too_large", f"{len(body)} bytes packed; at most {packed_max}")
    if encoding == "zstd":
        return _unpack_zstd(body, unpacked_max)
    if encoding == "gzip":
        return _unpack_gzip(body, unpacked_max)
    if encoding not in ("", "identity"):
        raise BatchError("sync.malformed_batch", f"unknown encoding {encoding[:20]!r}")
    if len(body) > unpacked_max:
        raise BatchError("sync.too_large", f"{len(body)} bytes; at most {unpacked_max}")
    return body


def _unpack_zstd(body: bytes, unpacked_max: int) -> bytes:
    # A frame may declare its size, and the library allocates what is declared; so that is asked
    # first.
    try:
        declared = zstandard.frame_content_size(body)
        if declared > unpacked_max:
            raise BatchError("sync.too_large", f"{declared} bytes unpacked; at most {unpacked_max}")
        unpacker = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW_BYTES_MAX)
        return unpacker.decompress(body, max_output_size=unpacked_max)
    except zstandard.ZstdError as error:
        if _zstd_exceeds(body, unpacked_max):
            detail = f"more than {unpacked_max} bytes unpacked"
            raise BatchError("sync.too_large", detail) from error
        raise BatchError("sync.malformed_batch", f"zstd: {error}") from error


def _zstd_exceeds(body: bytes, unpacked_max: int) -> bool:
    unpacker = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW_BYTES_MAX)
    try:
        with unpacker.stream_reader(body) as reader:
            return len(reader.read(unpacked_max + 1)) > unpacked_max
    except zstandard.ZstdError:
        return False


def _unpack_gzip(body: bytes, unpacked_max: int) -> bytes:
    unpacker = zlib.decompressobj(wbits=_GZIP_WBITS)
    try:
        unpacked = unpacker.decompress(body, unpacked_max + 1)
    except zlib.error as error:
        raise BatchError("sync.malformed_batch", f"gzip: {error}") from error
    if len(unpacked) > unpacked_max:
        raise BatchError("sync.too_large", f"more than {unpacked_max} bytes unpacked")
    if not unpacker.eof or unpacker.unused_data:
        raise BatchError("sync.malformed_batch", "gzip: not exactly one whole stream")
    return unpacked


def _check_header(header: PushHeader) -> None:
    numbers = (header.device, header.epoch, header.first)
    if not all(1 <= number <= NUMBER_MAX for number in numbers):
        raise BatchError("sync.malformed_batch", "the header line: a number is out of range")
    if not (_HASH.fullmatch(header.prev) and _HASH.fullmatch(header.head)):
        raise BatchError("sync.malformed_batch", "the header line: a hash has 64 lower-case digits")


def _diagnose(line: bytes, error: Exception) -> Undecodable:
    try:
        shape = _any_decoder.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _undecodable(str(error))
    if not isinstance(shape, dict) or not isinstance(shape.get("kind"), str):
        return _undecodable("not an object with a kind")
    kind = _KINDS.get(shape["kind"])
    if kind is None:
        return Undecodable("unknown_kind", shape["kind"][:_DETAIL_CHARACTERS_MAX])
    version = shape.get("version", 1)
    if _is_whole(version) and version not in OPERATION_VERSIONS:
        return _unknown_version(version)
    for least, quantity in _quantities(kind, shape):
        if not (_is_whole(quantity) and least <= quantity <= QUANTITY_MAX):
            return _impossible_quantity(quantity)
    return _undecodable(str(error))


def _quantities(kind: type[Operation], shape: dict[str, Any]) -> Iterator[tuple[int, Any]]:
    if issubclass(kind, _COUNTED) and "quantity" in shape:
        yield 1, shape["quantity"]
    for least, owner, name in ((0, Count, "lines"), (1, Assemble, "parts")):
        if issubclass(kind, owner) and isinstance(shape.get(name), list):
            for each in shape[name]:
                if isinstance(each, dict) and "quantity" in each:
                    yield least, each["quantity"]


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _undecodable(detail: str) -> Undecodable:
    return Undecodable("undecodable", detail[:_DETAIL_CHARACTERS_MAX])


def _unknown_version(version: int) -> Undecodable:
    return Undecodable("unknown_version", str(version)[:_DETAIL_CHARACTERS_MAX])


def _impossible_quantity(quantity: object) -> Undecodable:
    return Undecodable("impossible_quantity", str(quantity)[:_DETAIL_CHARACTERS_MAX])
