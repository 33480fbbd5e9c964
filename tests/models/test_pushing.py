"""The push model within its bounds, and the wrong designs that it must catch."""

import os

import pytest
from msgspec.structs import replace

from device_protocol.messages import PushAnswer, Reason
from device_protocol.operations import Bind
from device_protocol.outbox import Outbox
from device_protocol.store import StoredLine
from server.lane.picture import Picture
from server.sync import entries
from server.sync.entries import Entry
from server.sync.job import Job
from server.tasks.origins import taken_before
from tests.models.explorer import CounterexampleError, explore
from tests.models.pushing import Bounds, Pushing

WITHIN = {
    "bad radio": (Bounds(acts=3, doubts=3, late=2), 9_000),
    "a copy of the device": (Bounds(acts=2, doubts=1, late=1, clones=1, losses=1), 20_000),
    "copies of the server": (
        Bounds(acts=2, doubts=2, late=1, copies=2, restores=2, months=1),
        60_000,
    ),
    "copies of both": (Bounds(acts=2, clones=1, losses=1, restores=1), 20_000),
    "restored twice": (Bounds(acts=1, doubts=1, clones=1, restores=2), 20_000),
    "restored and forked": (Bounds(acts=3, clones=1, restores=1), 150_000),
}
"""Bounds, and how many states there are within at least."""

if os.environ.get("TOTEBOOK_MODELS") == "large":
    WITHIN |= {
        "large, restored twice": (Bounds(acts=3, clones=1, restores=2), 800_000),
        "large, late": (
            Bounds(acts=2, clones=1, losses=1, restores=1, doubts=1, late=1),
            500_000,
        ),
        "large, copies of both": (
            Bounds(acts=2, clones=1, losses=1, copies=1, restores=1, doubts=1),
            250_000,
        ),
    }


@pytest.mark.parametrize("name", WITHIN)
def test_nothing_is_lost_or_counted_twice_and_everything_drains(name: str) -> None:
    bounds, states = WITHIN[name]

    assert explore(Pushing(bounds)).states >= states


def must_be_caught(bounds: Bounds) -> str:
    """Search for the fault; answer what was found, with the way there in its test's output."""
    with pytest.raises(CounterexampleError) as told:
        explore(Pushing(bounds))
    print(told.value)  # noqa: T201 - the trace is the test's result.
    return told.value.why


def by_number(outbox: Outbox, next_seq: int, _head: bytes) -> bool:
    """Whether the server stands somewhere in the stream, whatever the hashes say."""
    return 1 <= next_seq <= outbox.tail().seq + 1


def test_device_that_compares_numbers_without_hashes_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Outbox, "_agrees", by_number)

    found = must_be_caught(Bounds(acts=2, clones=1))

    assert found == "nothing leads to a settled state"


def test_numbers_compared_without_hashes_on_both_sides_are_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settle = Outbox.settle

    def trusting(outbox: Outbox, answer: PushAnswer) -> list[StoredLine]:
        assert outbox._sent is not None
        last = outbox.line(outbox._sent.first + outbox._sent.count - 1)
        assert last is not None
        return settle(outbox, replace(answer, head=last.hash.hex()))

    monkeypatch.setattr(Outbox, "_agrees", by_number)
    monkeypatch.setattr(Outbox, "settle", trusting)
    monkeypatch.setattr(Job, "_is_fork", lambda _job, _stream, _stored: False)

    found = must_be_caught(Bounds(acts=2, clones=1))

    assert found in (
        "a stream has a gap or a wrong hash",
        "a device was told another outcome than the first",
    )


def test_origins_that_are_not_looked_up_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.sync.entries.taken_before", lambda *_: False)

    found = must_be_caught(Bounds(acts=2, doubts=1, clones=1))

    assert found == "an act took effect twice"


def test_device_that_offers_only_what_was_never_answered_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    need_epoch = Outbox.need_epoch

    def forgetful(outbox: Outbox, reason: Reason, *, everything: bool) -> None:
        need_epoch(outbox, reason, everything=everything and False)

    monkeypatch.setattr(Outbox, "need_epoch", forgetful)

    found = must_be_caught(Bounds(acts=2, clones=1, copies=1, restores=1))

    assert found == "nothing leads to a settled state"


def test_device_that_does_not_notice_a_restored_server_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Outbox, "_offer_earlier", lambda _outbox: None)

    found = must_be_caught(Bounds(acts=2, clones=1, losses=1, copies=1, restores=1))

    assert found == "nothing leads to a settled state"


def test_old_lines_that_come_after_their_repeats_are_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def forgetful(entry: Entry, picture: Picture) -> bool:
        operation = entry.operation
        return isinstance(operation, Bind) and taken_before(operation, picture, entry.context)

    monkeypatch.setattr(entries, "is_repeat", forgetful)

    found = must_be_caught(Bounds(acts=2, doubts=1, late=1, clones=1, restores=1))

    assert found == "an act took effect twice"


def test_restore_that_is_forgotten_before_it_is_over_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resume = Outbox.resume

    def hasty(
        outbox: Outbox, next_seq: int, head: str, *, server_time: int, generation: int | None
    ) -> bool:
        agreed = resume(outbox, next_seq, head, server_time=server_time, generation=generation)
        outbox._store.set_note("generation", b"%d" % (generation or 0))
        return agreed

    monkeypatch.setattr(Outbox, "resume", hasty)

    found = must_be_caught(Bounds(acts=3, clones=1, restores=1))

    assert found == "nothing leads to a settled state"
