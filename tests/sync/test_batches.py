"""Batches: cut into single operations without losing their place in the chain."""

from device_protocol import chain
from server.lane.activity import DESK
from server.sync.batches import Batch

LINES = (b"a", b"b", b"c")
HEAD = bytes(32)
HASHES = tuple(chain.walk(HEAD, 7, LINES))
SENT = Batch(site=1, stream=1_000_001, epoch=2, lines=LINES, first=7, prev=HEAD, hashes=HASHES)


def test_pieces_of_a_devices_batch_go_on_where_the_one_before_ends() -> None:
    pieces = SENT.cut()

    assert [piece.lines for piece in pieces] == [(b"a",), (b"b",), (b"c",)]
    assert [piece.first for piece in pieces] == [7, 8, 9]
    assert [piece.prev for piece in pieces] == [HEAD, HASHES[0], HASHES[1]]
    assert [piece.hashes for piece in pieces] == [(each,) for each in HASHES]
    assert {(piece.site, piece.stream, piece.epoch, piece.park) for piece in pieces} == {
        (1, 1_000_001, 2, b"")
    }


def test_pieces_of_a_server_side_batch_are_numbered_when_they_are_stored() -> None:
    pieces = Batch(site=1, stream=DESK, epoch=1, lines=LINES).cut()

    assert [(piece.lines, piece.first, piece.prev, piece.hashes) for piece in pieces] == [
        ((line,), None, b"", ()) for line in LINES
    ]


def test_batch_from_an_outbox_is_cut_by_its_numbers() -> None:
    pieces = Batch(site=1, stream=10, epoch=1, lines=LINES, first=4).cut()

    assert [(piece.first, piece.prev, piece.hashes) for piece in pieces] == [
        (4, b"", ()),
        (5, b"", ()),
        (6, b"", ()),
    ]


def test_parked_batch_is_the_same_but_not_to_be_decided() -> None:
    parked = SENT.parked()

    assert parked.park
    assert (parked.lines, parked.first, parked.hashes) == (LINES, 7, HASHES)
    assert not SENT.park


def test_devices_and_the_server_have_streams_of_their_own() -> None:
    assert SENT.from_device
    assert not Batch(site=1, stream=DESK, epoch=1, lines=()).from_device
    assert SENT.size == 3
