"""The search itself: it finds all states, the shortest way to a fault, and dead ends."""

from collections.abc import Iterator

import pytest

from tests.models.explorer import CounterexampleError, Step, explore


class Counter:
    """Counts to five by ones and twos; `bad` breaks it, `dead` has no way on."""

    def __init__(self, bad: int = -1, dead: int = -1) -> None:
        """Plant a fault."""
        self.bad = bad
        self.dead = dead

    def initial(self) -> int:
        return 0

    def steps(self, state: int) -> Iterator[Step]:
        for more in (1, 2):
            if state + more <= 5 and state != self.dead:
                yield Step(f"+{more}", state + more)

    def broken(self, state: int) -> str:
        return "reached the bad number" if state == self.bad else ""

    def settled(self, state: int) -> bool:
        return state == 5


def test_every_state_is_found_once() -> None:
    found = explore(Counter())

    assert (found.states, found.transitions, found.settled) == (6, 9, 1)


def test_shortest_way_to_a_fault_is_told() -> None:
    with pytest.raises(CounterexampleError) as told:
        explore(Counter(bad=4))

    assert told.value.trace == ["+2", "+2"]
    assert str(told.value) == "reached the bad number, after\n  1. +2\n  2. +2"


def test_state_from_which_nothing_settles_is_told() -> None:
    with pytest.raises(CounterexampleError, match="nothing leads to a settled state") as told:
        explore(Counter(dead=4))

    assert told.value.trace == ["+2", "+2"]


class Cured(Counter):
    """Only a fault of the world leads from four to five."""

    def steps(self, state: int) -> Iterator[Step]:
        for step in super().steps(state):
            yield step._replace(fault=state >= 3)


def test_fault_of_the_world_is_no_cure() -> None:
    with pytest.raises(CounterexampleError, match="nothing leads to a settled state"):
        explore(Cured())
