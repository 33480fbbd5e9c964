"""Forks, restored servers, and the epochs that mend them."""

import msgspec
import pytest

from device_protocol import chain, codec, keys, signatures
from device_protocol.messages import EpochAnswer
from device_protocol.outbox import (
    Outbox,
    PositionUnknownError,
)
from device_protocol.store import Store
from device_protocol.version import LIMITS
from tests.device_protocol.doubles import DEVICE
from tests.device_protocol.streams import (
    EPOCH_2,
    PUBLIC,
    origins,
    reopened,
    resume,
    send,
    settle,
    write,
)


@pytest.mark.spec("DP-HELLO-2")
def test_server_ahead_of_the_device_is_a_fork(outbox: Outbox) -> None:
    write(outbox, 2)
    assert not resume(outbox, 5, head="ab" * 32)
    assert outbox.attempt is not None
    assert (outbox.attempt.reason, outbox.attempt.everything) == ("fork", False)
    assert not resume(outbox, 1)


@pytest.mark.parametrize("head", ["ab" * 32, "ab", "no hash"])
@pytest.mark.spec("DP-HELLO-2")
def test_server_with_another_hash_is_a_fork(outbox: Outbox, head: str) -> None:
    write(outbox, 2)
    assert not resume(outbox, 3, head=head)
    assert not outbox.position_known
    with pytest.raises(PositionUnknownError):
        outbox.next_batch(LIMITS)


@pytest.mark.spec("DP-EPOCH-3", "DP-EPOCH-4")
def test_fork_offers_what_is_unsettled_with_its_origin(store: Store, outbox: Outbox) -> None:
    write(outbox, 3)
    resume(outbox, 1)
    settle(outbox, send(outbox))
    write(outbox, 2)
    outbox.disagree(7, restored=False)
    hashes = [line.hash.hex() for line in store.lines(1, 4, 2)]
    assert outbox.open_epoch(EPOCH_2) == 2
    assert outbox.identity.epoch == 2
    assert origins(outbox, range(1, 3)) == [(1, 4), (1, 5)]
    first = outbox.line(1)
    assert first is not None
    assert first.line == (
        b'{"kind":"bind","boot":1,"unit":"T4","shipment":1,'
        b'"again":{"epoch":1,"seq":4,"hash":"%s"}}' % hashes[0].encode()
    )
    start = chain.start(DEVICE, 2, bytes.fromhex(EPOCH_2.nonce))
    assert first.hash == chain.step(start, 1, first.line)
    assert [line.seq for line in store.lines(1, 1, 9)] == [1, 2, 3]


def test_fork_where_the_server_lost_settled_lines_offers_all(outbox: Outbox) -> None:
    write(outbox, 3)
    resume(outbox, 1)
    settle(outbox, send(outbox))
    assert not resume(outbox, 3, head="ab" * 32)
    assert outbox.open_epoch(EPOCH_2) == 3
    assert origins(outbox, range(1, 4)) == [(1, 1), (1, 2), (1, 3)]


def test_fork_at_a_restored_server_offers_all(outbox: Outbox) -> None:
    write(outbox, 2)
    resume(outbox, 1, generation=1)
    settle(outbox, send(outbox))
    assert not resume(outbox, 9, head="ab" * 32, generation=2)
    assert outbox.attempt is not None
    assert outbox.attempt.everything


def test_fork_before_a_restored_server_has_all_again_offers_all(outbox: Outbox) -> None:
    write(outbox, 1)
    resume(outbox, 1, generation=1)
    settle(outbox, send(outbox))
    assert resume(outbox, 1, generation=2)
    assert not resume(outbox, 9, head="ab" * 32, generation=2)
    assert outbox.attempt is not None
    assert outbox.attempt.everything


def test_restore_is_over_when_a_restored_server_has_all_again(outbox: Outbox) -> None:
    write(outbox, 1)
    resume(outbox, 1, generation=1)
    settle(outbox, send(outbox))
    assert resume(outbox, 1, generation=2)
    settle(outbox, send(outbox))
    assert resume(outbox, 2, generation=2)
    assert not resume(outbox, 9, head="ab" * 32, generation=2)
    assert outbox.attempt is not None
    assert not outbox.attempt.everything


def test_fork_of_which_nothing_more_is_known_offers_what_is_unsettled(outbox: Outbox) -> None:
    outbox.disagree(None, restored=False)
    assert outbox.attempt is not None
    assert not outbox.attempt.everything


@pytest.mark.spec("DP-EPOCH-2")
def test_attempt_stays_the_same_until_it_is_answered(store: Store, outbox: Outbox) -> None:
    write(outbox, 1)
    outbox.need_epoch("fork", everything=False)
    request = outbox.epoch_request()
    outbox.need_epoch("gap", everything=True)
    outbox.need_epoch("fork", everything=False)
    assert reopened(store).epoch_request() == request
    assert outbox.attempt is not None
    assert outbox.attempt.everything
    covered = signatures.epoch_bytes(DEVICE, request.attempt, "fork")
    assert keys.verify(PUBLIC, covered, keys.read(request.signature))


@pytest.mark.spec("DP-EPOCH-2")
def test_crash_while_an_epoch_opens_leaves_the_old_stream(
    store: Store, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(outbox, 2)
    outbox.need_epoch("fork", everything=False)
    with monkeypatch.context() as patch:
        patch.setattr(store, "remove_line", None)
        with pytest.raises(TypeError):
            outbox.open_epoch(EPOCH_2)
    after = reopened(store)
    assert (after.identity.epoch, after.pending()) == (1, 2)
    assert after.open_epoch(EPOCH_2) == 2
    assert (after.identity.epoch, after.pending(), after.attempt) == (2, 2, None)


@pytest.mark.spec("DP-EPOCH-4")
def test_line_that_is_offered_twice_keeps_its_first_origin(outbox: Outbox) -> None:
    write(outbox, 1)
    outbox.need_epoch("fork", everything=False)
    outbox.open_epoch(EPOCH_2)
    write(outbox, 1)
    outbox.need_epoch("fork", everything=False)
    outbox.open_epoch(EpochAnswer(epoch=3, nonce="33" * 16))
    assert origins(outbox, range(1, 3)) == [(1, 1), (2, 2)]


def test_restored_server_may_give_the_same_epoch_again(outbox: Outbox) -> None:
    write(outbox, 1)
    for nonce in ("22" * 16, "33" * 16):
        outbox.need_epoch("fork", everything=True)
        outbox.open_epoch(EpochAnswer(epoch=2, nonce=nonce))
        write(outbox, 1)
    assert origins(outbox, range(1, 4)) == [(1, 1), (2, 2), None]


@pytest.mark.spec("DP-HELLO-3")
def test_restored_server_is_offered_earlier_streams_in_the_present_one(
    store: Store, outbox: Outbox
) -> None:
    write(outbox, 2)
    resume(outbox, 1, generation=1)
    settle(outbox, send(outbox))
    outbox.need_epoch("fork", everything=False)
    outbox.open_epoch(EPOCH_2)
    write(outbox, 1)
    outbox.set_anchors({1: b'{"kind":"clock","boot":1}'}, boot=1)
    start = chain.start(DEVICE, 2, bytes.fromhex(EPOCH_2.nonce)).hex()
    assert resume(outbox, 1, head=start, generation=1)
    assert outbox.tail().seq == 1
    assert resume(outbox, 1, head=start, generation=2)
    assert origins(outbox, range(1, 5)) == [None, None, (1, 1), (1, 2)]
    assert outbox.pending() == 4
    assert [line.stream for line in store.all_lines()] == [2] * 4
    assert reopened(store).tail() == outbox.tail()
    codec.check_batch(codec.split_batch(send(outbox).body, LIMITS), PUBLIC)


@pytest.mark.spec("DP-EPOCH-8")
def test_anchor_of_a_boot_goes_before_its_lines(outbox: Outbox) -> None:
    anchors = {boot: b'{"kind":"clock","boot":%d}' % boot for boot in (1, 2, 3, 4)}
    for boot in (1, 1, 3, 9, 3):
        outbox.append(b'{"kind":"undo","boot":%d,"seq":1}' % boot)
    outbox.need_epoch("fork", everything=False)
    outbox.set_anchors(anchors, boot=4)
    outbox.open_epoch(EPOCH_2)
    kinds = []
    for seq in range(1, outbox.tail().seq + 1):
        line = outbox.line(seq)
        assert line is not None
        members = msgspec.json.decode(line.line)
        kinds.append((members["kind"], members["boot"]))
    assert kinds == [
        ("clock", 1),
        ("undo", 1),
        ("undo", 1),
        ("clock", 3),
        ("undo", 3),
        ("undo", 9),
        ("undo", 3),
        ("clock", 4),
    ]


def test_no_epoch_opens_that_was_not_needed(outbox: Outbox) -> None:
    with pytest.raises(PositionUnknownError, match="no epoch has to be opened"):
        outbox.epoch_request()
    with pytest.raises(PositionUnknownError, match="no epoch has to be opened"):
        outbox.open_epoch(EPOCH_2)
