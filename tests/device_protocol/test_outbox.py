"""The stream of a device, and how it finds the server again after every kind of doubt."""

import msgspec
import pytest

from device_protocol import chain, codec
from device_protocol.messages import PushAnswer
from device_protocol.outbox import (
    RETENTION_MS,
    NotEnrolledError,
    Outbox,
    PositionUnknownError,
)
from device_protocol.store import TAKEN, Store
from device_protocol.version import LIMITS
from tests.device_protocol.doubles import seeded
from tests.device_protocol.streams import (
    OUTCOME,
    PUBLIC,
    START,
    head_at,
    reopened,
    resume,
    send,
    settle,
    write,
)


def test_nobody_has_no_stream(store: Store) -> None:
    outbox = Outbox(store, seeded())
    assert not outbox.enrolled
    with pytest.raises(NotEnrolledError, match="enrol the device first"):
        outbox.append(b"{}")


@pytest.mark.spec("DP-STREAM-2")
def test_line_is_durable_when_append_returns(store: Store, outbox: Outbox) -> None:
    lines = write(outbox, 3)
    after = reopened(store)
    assert after.tail() == outbox.tail()
    assert after.tail().hash == chain.walk(START, 1, lines)[-1].hex()
    assert after.pending() == 3
    assert after.append(b"{}") == 4


def test_batch_is_what_a_server_can_check(outbox: Outbox) -> None:
    lines = write(outbox, 3)
    assert resume(outbox, 1)
    batch = codec.split_batch(send(outbox).body, LIMITS)
    assert batch.lines == lines
    assert codec.check_batch(batch, PUBLIC)[-1].hex() == outbox.tail().hash


def test_everything_settled_leaves_nothing_to_send(store: Store, outbox: Outbox) -> None:
    write(outbox, 3)
    resume(outbox, 1)
    assert settle(outbox, send(outbox)) == 3
    assert outbox.pending() == 0
    assert outbox.durable == 3
    assert outbox.next_batch(LIMITS) is None
    assert [line.outcome for line in store.lines(1, 1, 9)] == [bytes(OUTCOME)] * 3


def test_batches_are_cut_by_number_and_size(outbox: Outbox) -> None:
    write(outbox, 5)
    resume(outbox, 1)
    few = msgspec.structs.replace(LIMITS, batch_operations=2)
    batch = outbox.next_batch(few)
    assert batch is not None
    assert (batch.first, batch.count) == (1, 2)
    settle(outbox, batch)
    small = msgspec.structs.replace(LIMITS, unpacked_bytes=512 + 110)
    batch = outbox.next_batch(small)
    assert batch is not None
    assert (batch.first, batch.count) == (3, 2)
    settle(outbox, batch)
    tiny = msgspec.structs.replace(LIMITS, unpacked_bytes=1)
    batch = outbox.next_batch(tiny)
    assert batch is not None
    assert (batch.first, batch.count) == (5, 1)


def test_nothing_leaves_before_the_position_is_known(outbox: Outbox) -> None:
    write(outbox, 1)
    with pytest.raises(PositionUnknownError, match="resume from the server's position first"):
        outbox.next_batch(LIMITS)


@pytest.mark.spec("DP-PUSH-8")
def test_nothing_leaves_while_a_batch_is_on_its_way_or_in_doubt(outbox: Outbox) -> None:
    write(outbox, 1)
    resume(outbox, 1)
    send(outbox)
    with pytest.raises(PositionUnknownError):
        outbox.next_batch(LIMITS)
    outbox.doubt()
    with pytest.raises(PositionUnknownError):
        outbox.next_batch(LIMITS)
    assert not outbox.position_known


def test_answer_to_nothing_is_refused(outbox: Outbox) -> None:
    write(outbox, 1)
    resume(outbox, 1)
    batch = send(outbox)
    outbox.doubt()
    with pytest.raises(PositionUnknownError, match="no batch is on its way"):
        settle(outbox, batch)
    assert outbox.pending() == 1


@pytest.mark.parametrize(
    "wrong", [{"next": 3}, {"next": 5}, {"outcomes": (OUTCOME,)}, {"head": "00" * 32}]
)
@pytest.mark.spec("DP-PUSH-9")
def test_answer_that_does_not_fit_settles_nothing(outbox: Outbox, wrong: dict[str, object]) -> None:
    write(outbox, 3)
    resume(outbox, 1)
    send(outbox)
    answer = PushAnswer(
        next=4,
        head=head_at(outbox, 3),
        durable=3,
        commit=1,
        server_time=5,
        outcomes=(OUTCOME,) * 3,
    )
    assert outbox.settle(msgspec.structs.replace(answer, **wrong)) == []
    assert outbox.pending() == 3
    assert not outbox.position_known


def test_crash_between_write_and_answer_resumes_from_the_server(
    store: Store, outbox: Outbox
) -> None:
    write(outbox, 3)
    resume(outbox, 1)
    send(outbox)
    after = reopened(store)
    write(after, 1)
    assert resume(after, 4)
    assert [line.outcome for line in store.lines(1, 1, 9)] == [TAKEN, TAKEN, TAKEN, None]
    assert send(after).first == 4


@pytest.mark.spec("DP-HELLO-2")
def test_server_that_lost_settled_lines_is_offered_them_again(outbox: Outbox) -> None:
    write(outbox, 4)
    resume(outbox, 1, generation=1)
    settle(outbox, send(outbox))
    assert resume(outbox, 2, generation=2)
    assert outbox.pending() == 3
    batch = send(outbox)
    assert (batch.first, batch.count) == (2, 3)


def _pruned(outbox: Outbox) -> None:
    """Write four lines, settle three of them long ago, and forget those."""
    write(outbox, 3)
    resume(outbox, 1)
    settle(outbox, send(outbox), server_time=1_000)
    write(outbox, 1)
    assert outbox.prune(1_000 + RETENTION_MS) == 0
    assert outbox.prune(1_001 + RETENTION_MS) == 3


@pytest.mark.spec("DP-STREAM-4")
def test_old_durable_lines_are_forgotten_and_the_stream_goes_on(outbox: Outbox) -> None:
    write(outbox, 3)
    head = head_at(outbox, 3)
    resume(outbox, 1)
    settle(outbox, send(outbox), server_time=1_000)
    write(outbox, 1)
    outbox.prune(1_001 + RETENTION_MS)
    assert resume(outbox, 4, head=head)
    batch = codec.split_batch(send(outbox).body, LIMITS)
    codec.check_batch(batch, PUBLIC)


@pytest.mark.spec("DP-STREAM-4")
def test_line_that_is_not_durable_elsewhere_is_kept(outbox: Outbox) -> None:
    write(outbox, 3)
    resume(outbox, 1)
    settle(outbox, send(outbox), server_time=1_000)
    outbox.note_durable(1)
    assert outbox.prune(1_001 + RETENTION_MS) == 1


@pytest.mark.spec("DP-HELLO-2")
def test_server_that_asks_for_forgotten_lines_gets_a_new_epoch_for_the_gap(outbox: Outbox) -> None:
    _pruned(outbox)
    assert not resume(outbox, 2, head="ab" * 32)
    assert outbox.attempt is not None
    assert (outbox.attempt.reason, outbox.attempt.everything) == ("gap", True)


def test_wrong_hash_before_the_first_line_that_is_left_is_a_fork(outbox: Outbox) -> None:
    _pruned(outbox)
    assert not resume(outbox, 4, head="ab" * 32)
    assert outbox.attempt is not None
    assert outbox.attempt.reason == "fork"
