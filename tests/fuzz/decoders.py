"""Every decoder with what it promises about any bytes at all.

Each target takes bytes, decodes them, and fails if an exception escapes that is not documented, or
if something that was read is lost. Hypothesis and atheris run the same targets.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec

from device_protocol import codec, messages, problems, scan, signatures
from device_protocol.codec import BatchError, LineTooLongError, Undecodable
from device_protocol.operations import Operation
from device_protocol.version import LIMITS
from server.api.limits import decode_body
from server.errors import MalformedError
from server.integrations.csv_rows import Row, rows
from server.integrations.mapping import MappingError, read_mapping
from server.integrations.orders_csv import read_orders
from server.lane.records import Commit, Lane
from server.sync.attachment_content import fault_of
from server.sync.digests import read_sums
from server.sync.pull import stand
from server.sync.records import Scope
from tests.fuzz import seeds
from tests.integrations.order_files import RETAIL_MAPPING

UNPACKED_MAX = 1 << 16
GTIN_DIGITS = 14
MEDIA_TYPES = ("image/png", "image/jpeg", "image/webp", "application/pdf")
HELD = 3
"""Commits of the book against which cursors are read."""

_COMMITS = {
    (1, number): Commit(1, number, bytes([number]) * 32, 1, 0, 1, 1, number, 0, 0)
    for number in range(1, HELD + 1)
}
_LANE = Lane(1, head=HELD, hash=_COMMITS[1, HELD].hash)
_SCOPE = Scope(1, "1/zone/2", "zone", version=HELD)
_PUBLIC = seeds.public_key()


class Target(NamedTuple):
    """A decoder under its promise, and what its bytes may look like."""

    check: Callable[[bytes], None]
    seeds: Callable[[], list[bytes]]


def must_be(error: BatchError, *codes: str) -> None:
    """An error must have one of the codes that it may have here."""
    assert error.code in codes


def check_line(content: bytes) -> None:
    """A line is an operation, which says the same when it is written again, or undecodable."""
    found = codec.decode_line(content)
    if isinstance(found, Undecodable):
        assert found.code
        return
    assert isinstance(found, Operation)
    try:
        again = codec.encode_line(found)
    except LineTooLongError:
        return
    assert codec.decode_line(again) == found


def check_batch(content: bytes) -> None:
    """A batch is refused as one, or each of its lines is an operation or undecodable."""
    try:
        batch = codec.split_batch(content, LIMITS)
    except BatchError as error:
        must_be(error, "sync.malformed_batch", "sync.too_large")
        return
    assert len(batch.lines) == content.count(b"\n") - 1
    assert content.endswith(b"".join(line + b"\n" for line in batch.lines))
    for line in batch.lines:
        assert isinstance(codec.decode_line(line), Operation | Undecodable)
    try:
        hashes = codec.check_batch(batch, _PUBLIC)
    except BatchError as error:
        must_be(error, "sync.hash_mismatch", "sync.bad_signature")
    else:
        assert len(hashes) == len(batch.lines)


def check_unpack(content: bytes, encoding: str) -> None:
    """A packed body is refused, or unpacks to no more than is allowed."""
    try:
        body = codec.unpack(content, encoding, LIMITS.push_bytes, UNPACKED_MAX)
    except BatchError as error:
        must_be(error, "sync.malformed_batch", "sync.too_large")
        return
    assert len(body) <= UNPACKED_MAX
    packed = codec.pack(body, encoding)
    assert codec.unpack(packed, encoding, LIMITS.push_bytes, UNPACKED_MAX) == body


def check_gzip(content: bytes) -> None:
    """As `check_unpack`."""
    check_unpack(content, "gzip")


def check_zstd(content: bytes) -> None:
    """As `check_unpack`."""
    check_unpack(content, "zstd")


def check_scan(content: bytes) -> None:
    """A scan says something; a trade item number has 14 digits."""
    symbology, _, text = content.decode(errors="replace").partition("\0")
    found = scan.parse(text, symbology)
    if found.gtin:
        assert len(found.gtin) == GTIN_DIGITS
        assert found.gtin.isdigit()
    assert scan.parse(text, symbology) == found


def check_problem(content: bytes) -> None:
    """An error answer is read, whatever a proxy made of it."""
    found = problems.decode_problem(content, 400)
    assert found.status == 400
    assert isinstance(found.code, str)


def check_call_header(content: bytes) -> None:
    """A header names a device and a signature, or nothing."""
    found = signatures.read_call_header(content.decode("latin-1"))
    if found is not None:
        assert 1 <= found[0] < 10**15
        assert found[1]


def check_bodies(content: bytes) -> None:
    """A body is a message, which says the same when it is written again, or malformed."""
    for kind in messages.MESSAGES:
        try:
            found = decode_body(content, kind)
        except MalformedError:
            continue
        encoded = msgspec.json.encode(found)
        assert msgspec.json.encode(msgspec.json.decode(encoded, type=kind)) == encoded


def check_pull(content: bytes) -> None:
    """Every cursor stands somewhere in the book, or its scope starts again."""
    try:
        request = decode_body(content, messages.PullRequest)
    except MalformedError:
        return
    for cursor in request.cursors.values():
        standing = stand(cursor, 1, _LANE, _SCOPE, _COMMITS, 10)
        assert standing.n == 0 or standing.n in range(HELD + 1)
        assert not (standing.restart and standing.current)


def check_sums(content: bytes) -> None:
    """Bucket sums are 256 numbers, or malformed."""
    try:
        found = read_sums(content.decode("latin-1"))
    except MalformedError:
        return
    assert len(found) == 256


def check_table(content: bytes) -> None:
    """Each line of a CSV file is in a row or told as broken, in order."""
    before = 0
    columns = 0
    for row in rows(content):
        assert row.line > before
        before = row.line
        if isinstance(row, Row):
            columns = columns or len(row.fields)
            assert len(row.fields) == columns
        else:
            assert row.reason


def check_mapping(content: bytes) -> None:
    """A mapping file is read or told to be none."""
    with tempfile.NamedTemporaryFile(suffix=".toml") as file:
        file.write(content)
        file.flush()
        try:
            read_mapping(Path(file.name))
        except MappingError:
            return


def check_orders(content: bytes) -> None:
    """Every line of an order file comes out as something."""
    mapping = read_mapping(RETAIL_MAPPING)
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        file.write(content)
        file.flush()
        found = read_orders([Path(file.name)], mapping)
    assert sum(found.lines_by_outcome().values()) == found.lines_read


def check_attachment(content: bytes) -> None:
    """Content is what it says, or the reason why not is told."""
    for media_type in MEDIA_TYPES:
        assert isinstance(fault_of(content, media_type), str)


TARGETS: dict[str, Target] = {
    "line": Target(check_line, seeds.lines),
    "batch": Target(check_batch, seeds.batches),
    "gzip": Target(check_gzip, lambda: seeds.packed("gzip")),
    "zstd": Target(check_zstd, lambda: seeds.packed("zstd")),
    "scan": Target(check_scan, seeds.scans),
    "problem": Target(check_problem, seeds.problems),
    "call_header": Target(check_call_header, seeds.call_headers),
    "body": Target(check_bodies, seeds.bodies),
    "pull": Target(check_pull, seeds.pulls),
    "sums": Target(check_sums, seeds.sums),
    "table": Target(check_table, seeds.tables),
    "mapping": Target(check_mapping, seeds.mappings),
    "orders": Target(check_orders, seeds.orders),
    "attachment": Target(check_attachment, seeds.pictures),
}
"""By name: what one case tells of."""
