"""Virtual time: what happens next is the earliest of what was planned, and nobody waits."""

import heapq
import itertools
from collections.abc import Callable

Action = Callable[[], None]


class Schedule:
    """A queue of planned actions, and the time of the world.

    Who waits (for an answer, before a retry) lets the others go on meanwhile: `spend` runs what is
    due until then, so that calls of several devices overlap without threads.
    """

    def __init__(self, start: int) -> None:
        """Begin at a time, ms since 1970 UTC, with nothing planned."""
        self.now = start
        self._planned: list[tuple[int, int, Action]] = []
        self._order = itertools.count()

    def at(self, when: int, action: Action) -> None:
        """Plan an action; of two at the same time the one that was planned first comes first."""
        heapq.heappush(self._planned, (max(when, self.now), next(self._order), action))

    def after(self, ms: int, action: Action) -> None:
        """Plan an action some time from now."""
        self.at(self.now + ms, action)

    def spend(self, ms: int) -> None:
        """Let time pass, with everything that happens meanwhile."""
        self.run_until(self.now + ms)

    def run_until(self, end: int) -> None:
        """Do everything that is planned up to a time."""
        while self._planned and self._planned[0][0] <= end:
            when, _, action = heapq.heappop(self._planned)
            self.now = max(self.now, when)
            action()
        self.now = max(self.now, end)
