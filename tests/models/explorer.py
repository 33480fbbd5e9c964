"""A search through every state of a model, breadth first, so that a failure's trace is shortest."""

import gc
import time
from collections.abc import Hashable, Iterator
from typing import Any, NamedTuple, Protocol

STATES_MAX = 1_000_000


class Step(NamedTuple):
    """One transition: what happens, what it leads to, and whether it is a fault of the world."""

    label: str
    state: Hashable
    fault: bool = False


class Model(Protocol):
    """What the search must be told; states are values that hash, of a kind of each model's own."""

    def initial(self) -> Hashable:
        """Where everything begins."""

    def steps(self, state: Any) -> Iterator[Step]:  # noqa: ANN401 - see Model.
        """All that may happen next."""

    def broken(self, state: Any) -> str:  # noqa: ANN401 - see Model.
        """Which invariant does not hold; an empty text if all do."""

    def settled(self, state: Any) -> bool:  # noqa: ANN401 - see Model.
        """Whether everything that was done has arrived: nothing is left to happen by itself."""


class Explored(NamedTuple):
    """What was searched: distinct states, transitions, settled states, and how long that took."""

    states: int
    transitions: int
    settled: int
    seconds: float

    def __str__(self) -> str:
        """Say it in a line of a test's output."""
        return (
            f"{self.states:,} states, {self.transitions:,} transitions, "
            f"{self.settled:,} settled, {self.seconds:.1f} s"
        )


class CounterexampleError(AssertionError):
    """An invariant does not hold, or nothing leads out of a state; `trace` is the way there."""

    def __init__(self, why: str, trace: list[str]) -> None:
        """Tell the whole way."""
        told = "".join(f"\n  {number}. {label}" for number, label in enumerate(trace, start=1))
        super().__init__(f"{why}, after{told or ' nothing'}")
        self.why = why
        self.trace = trace


class Search:
    """One search: the states found so far, and by which step each was found first."""

    def __init__(self, model: Model) -> None:
        """Begin with the initial state alone."""
        self.model = model
        first = model.initial()
        self.states: list[Hashable] = [first]
        self.place: dict[Hashable, int] = {first: 0}
        self.parent: list[tuple[int, str]] = [(-1, "")]
        self.healing: list[list[int]] = [[]]
        """Per state, those from which a step that is no fault leads here."""
        self.transitions = 0

    def run(self) -> Explored:
        """Search everything; CounterexampleError where the model breaks or can't settle."""
        began = time.perf_counter()
        # States are values without cycles: to look through them again and again for garbage takes
        # a sixth of a search.
        gc.disable()
        try:
            settled = self.search()
        finally:
            gc.enable()
        taken = time.perf_counter() - began
        return Explored(len(self.states), self.transitions, len(settled), taken)

    def search(self) -> list[int]:
        """Find every state; answer those that are settled."""
        self.check(0)
        current = 0
        while current < len(self.states):
            self.expand(current)
            current += 1
        settled = self.settled()
        self.must_settle(settled)
        return settled

    def expand(self, current: int) -> None:
        """Find all that may follow one state."""
        for step in self.model.steps(self.states[current]):
            self.transitions += 1
            found = self.place.get(step.state)
            if found is None:
                found = self.place[step.state] = len(self.states)
                self.states.append(step.state)
                self.parent.append((current, step.label))
                self.healing.append([])
                self.check(found)
            if not step.fault:
                self.healing[found].append(current)

    def check(self, number: int) -> None:
        """Hold a state against the invariants."""
        why = self.model.broken(self.states[number])
        if why:
            raise CounterexampleError(why, self.trace(number))
        if number >= STATES_MAX:
            message = f"more than {STATES_MAX:,} states: narrow the model's bounds"
            raise RuntimeError(message)

    def settled(self) -> list[int]:
        """Every state in which nothing is left to happen."""
        return [number for number, state in enumerate(self.states) if self.model.settled(state)]

    def must_settle(self, settled: list[int]) -> None:
        """From every state, steps that are no faults must lead to a settled one."""
        reached = bytearray(len(self.states))
        waiting = list(settled)
        for number in waiting:
            reached[number] = 1
        while waiting:
            for before in self.healing[waiting.pop()]:
                if not reached[before]:
                    reached[before] = 1
                    waiting.append(before)
        stuck = reached.find(0)
        if stuck >= 0:
            raise CounterexampleError("nothing leads to a settled state", self.trace(stuck))

    def trace(self, number: int) -> list[str]:
        """The labels of the shortest way to a state."""
        labels: list[str] = []
        while number:
            number, label = self.parent[number]
            labels.append(label)
        return labels[::-1]


def explore(model: Model) -> Explored:
    """Search a model whole and print what was searched."""
    found = Search(model).run()
    print(f"{type(model).__name__}: {found}")  # noqa: T201 - the counts are the test's result.
    return found
