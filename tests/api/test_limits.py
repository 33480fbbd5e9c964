"""Counting wrong guesses, for all processes on a database together."""

import pytest

from server.api.limits import LOCKED_MS, LockedError, Lockout
from server.clock import FixedClock
from server.db.bulk import select_records
from server.db.engine import Database
from server.lane.activity import NETWORK
from server.processes.records import Guesses


def guess(lockout: Lockout, times: int, name: str = "a") -> None:
    """Guess wrong."""
    for _ in range(times):
        lockout.wrong(name)


def test_guesses_at_two_processes_lock_together(database: Database, clock: FixedClock) -> None:
    first, second = Lockout(database, clock), Lockout(database, clock)
    guess(first, 3)
    guess(second, 1)
    first.check("a")

    guess(second, 1)

    for lockout in (first, second):
        with pytest.raises(LockedError):
            lockout.check("a")
        lockout.check("b")


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_old_wrong_guesses_are_forgotten(database: Database, clock: FixedClock) -> None:
    lockout = Lockout(database, clock)
    guess(lockout, 4)
    clock.advance(LOCKED_MS)

    guess(lockout, 1, "b")
    lockout.wrong("a")

    lockout.check("a")
    with database.reading() as connection:
        found = select_records(connection, Guesses, ("site",), [(NETWORK,)])
    assert {(each.name, each.count) for each in found} == {("a", 1), ("b", 1)}


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_right_guess_forgets_the_wrong_ones(database: Database, clock: FixedClock) -> None:
    lockout = Lockout(database, clock)
    lockout.right("a")
    guess(lockout, 4)

    lockout.right("a")
    guess(lockout, 4)

    lockout.check("a")


@pytest.mark.parametrize("jump_ms", [LOCKED_MS, -LOCKED_MS])
@pytest.mark.parametrize("dialect", ["sqlite"])
def test_nobody_stays_locked_because_the_servers_clock_was_set(
    database: Database, clock: FixedClock, jump_ms: int
) -> None:
    lockout = Lockout(database, clock)
    guess(lockout, 5)

    clock.advance(jump_ms)

    lockout.check("a")
    guess(lockout, 4)
    lockout.check("a")
