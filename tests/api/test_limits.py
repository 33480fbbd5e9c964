"""Counting wrong guesses."""

import pytest

from server.api.limits import LOCKED_MS, REMEMBERED_MAX, LockedError, Lockout
from server.clock import FixedClock


def test_old_wrong_guesses_are_forgotten(clock: FixedClock) -> None:
    lockout = Lockout(clock)
    for _ in range(4):
        lockout.wrong("a")
    clock.advance(LOCKED_MS)

    lockout.wrong("a")

    lockout.check("a")


def test_names_do_not_fill_the_memory(clock: FixedClock) -> None:
    lockout = Lockout(clock)
    for _ in range(5):
        lockout.wrong("a")
    with pytest.raises(LockedError):
        lockout.check("a")

    for number in range(REMEMBERED_MAX):
        lockout.wrong(f"made up {number}")

    assert len(lockout._wrong) == REMEMBERED_MAX
    lockout.check("a")
