"""Batches in files: written by a device, read whole or in pieces."""

import itertools
import zlib

import msgspec
import pytest
import zstandard

from device_protocol import codec
from device_protocol.carry import Carried, Fault, UncarriableError, carried, read_carried
from device_protocol.outbox import Outbox
from device_protocol.store import Store
from device_protocol.version import LIMITS
from tests.device_protocol.streams import PUBLIC, resume, send, settle, write

MAX = 1 << 20


def lines_in(batches: list[Carried]) -> list[bytes]:
    """The lines of batches, whose signatures must be right."""
    lines = []
    for each in batches:
        batch = codec.split_batch(each.body, LIMITS)
        assert batch.header == each.header
        codec.check_batch(batch, PUBLIC)
        lines += batch.lines
    return lines


def test_file_holds_what_has_no_outcome_signed_as_ever(outbox: Outbox) -> None:
    write(outbox, 2)
    resume(outbox, 1)
    settle(outbox, send(outbox))
    new = write(outbox, 3)

    found, faults = read_carried(b"".join(carried(outbox)), MAX)

    assert faults == []
    assert [(each.number, each.header.first) for each in found] == [(1, 3)]
    assert lines_in(found) == new


def test_batches_are_cut_by_number_and_size_and_follow_each_other(outbox: Outbox) -> None:
    lines = write(outbox, 7)
    few = msgspec.structs.replace(LIMITS, batch_operations=3)
    small = msgspec.structs.replace(LIMITS, unpacked_bytes=512 + 110)

    by_number, _ = read_carried(b"".join(carried(outbox, few)), MAX)
    by_size, _ = read_carried(b"".join(carried(outbox, small)), MAX)

    assert [each.header.first for each in by_number] == [1, 4, 7]
    assert [each.header.first for each in by_size] == [1, 3, 5, 7]
    assert lines_in(by_number) == lines_in(by_size) == lines
    for one, two in itertools.pairwise(by_size):
        assert one.header.head == two.header.prev


def test_line_longer_than_a_batch_travels_alone(outbox: Outbox) -> None:
    lines = write(outbox, 2)
    tiny = msgspec.structs.replace(LIMITS, unpacked_bytes=1)

    assert lines_in(read_carried(b"".join(carried(outbox, tiny)), MAX)[0]) == lines


def test_nothing_to_carry_is_an_empty_file(outbox: Outbox) -> None:
    assert list(carried(outbox)) == []
    assert read_carried(b"", MAX) == ([], [Fault(0, "the file is empty")])


def test_line_whose_predecessor_was_forgotten_can_not_be_carried(
    store: Store, outbox: Outbox
) -> None:
    write(outbox, 2)
    store.remove_line(1, 1)

    with pytest.raises(UncarriableError, match="line 1 is not held any more"):
        list(carried(outbox))


@pytest.mark.parametrize("encoding", ["", "gzip", "zstd"])
def test_packed_files_are_known_by_their_first_bytes(outbox: Outbox, encoding: str) -> None:
    lines = write(outbox, 3)
    text = b"".join(carried(outbox))
    packed = codec.pack(text, encoding) if encoding else text

    found, faults = read_carried(packed, MAX)

    assert (lines_in(found), faults) == (lines, [])


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_packed_pieces_may_stand_one_after_the_other(outbox: Outbox, encoding: str) -> None:
    lines = write(outbox, 2)
    first = b"".join(carried(outbox))

    found, faults = read_carried(codec.pack(first, encoding) * 2, MAX)

    assert (lines_in(found), faults) == (lines * 2, [])
    assert [each.number for each in found] == [1, 4]


def test_what_stands_before_the_first_header_is_named_and_the_rest_read(outbox: Outbox) -> None:
    lines = write(outbox, 2)
    text = b'notes of the mechanic\n{"signature":1}\n' + b"".join(carried(outbox))

    found, faults = read_carried(text, MAX)

    assert lines_in(found) == lines
    assert found[0].number == 3
    assert faults == [Fault(1, "no batch begins here: a header line is missing")]


def test_carriage_returns_in_a_line_end_nothing(outbox: Outbox) -> None:
    outbox.append(b'{"kind":"oops"\r}')

    assert lines_in(read_carried(b"".join(carried(outbox)), MAX)[0]) == [b'{"kind":"oops"\r}']


def test_packed_file_that_is_cut_off_gives_the_batches_before_the_cut(outbox: Outbox) -> None:
    write(outbox, 400)
    few = msgspec.structs.replace(LIMITS, batch_operations=100)
    text = b"".join(carried(outbox, few))
    gzipped = zlib.compressobj(level=0, wbits=31)
    packed = gzipped.compress(text) + gzipped.flush()

    found, faults = read_carried(packed[: len(packed) * 2 // 3], MAX)

    assert [each.header.first for each in found] == [1, 101, 201]
    assert lines_in(found[:2])
    assert [fault.reason for fault in faults] == ["packed, and cut off"]
    assert faults[0].number > 201


@pytest.mark.parametrize("content", [b"\x1f\x8bnonsense", b"\x28\xb5\x2f\xfd" + b"\xff" * 40])
def test_packed_file_that_is_damaged_says_so(content: bytes) -> None:
    found, faults = read_carried(content, MAX)

    assert found == []
    assert faults[0].reason.startswith("packed, and damaged: ")


@pytest.mark.parametrize("encoding", ["", "gzip", "zstd"])
def test_file_is_read_up_to_a_size(encoding: str) -> None:
    text = b"x" * 5_000
    content = codec.pack(text, encoding) if encoding else text

    _, faults = read_carried(content, 4_000)

    assert faults[-1].reason == "more than 4000 bytes; what follows was not read"


def test_zstd_without_an_end_says_so(outbox: Outbox) -> None:
    lines = write(outbox, 50)
    text = b"".join(carried(outbox))
    packer = zstandard.ZstdCompressor().compressobj()
    packed = packer.compress(text) + packer.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)

    found, faults = read_carried(packed, MAX)

    assert lines_in(found) == lines
    assert [fault.reason for fault in faults] == ["packed, and cut off"]
