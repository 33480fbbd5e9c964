"""What a group of operations wants to see, gathered over rounds of set-based loading."""

from collections.abc import Callable, Generator
from typing import Any, Protocol, TypeVar

from server.lane.picture import UNKNOWN, Picture
from server.record import Key, Record

R = TypeVar("R", bound=Record)
T = TypeVar("T")


class Look(Protocol):
    """What `needs` and `decide` share: a `Want` asks for what is missing, a picture insists."""

    def row(self, kind: type[R], key: Key) -> R | None:
        """The record, or None."""

    def listing(self, kind: type[R], index: str, value: Key, at_least: int = 0) -> list[R]:
        """The records listed under `value`."""


class Want:
    """Collects what is asked for and not loaded yet; answers what is.

    An activity's `needs` is called again after each round, so it may ask for what it has just
    learned: first the place behind a code, then the balances at that place.
    """

    def __init__(self, picture: Picture) -> None:
        """Ask on behalf of `picture`."""
        self.picture = picture
        self._shelves = picture.shelves
        self.rows: dict[type[Record], set[Key]] = {}
        self.listings: dict[tuple[type[Record], str], dict[Key, int]] = {}
        self.asked = 0
        """How many times something was asked for that was not loaded."""

    def row(self, kind: type[R], key: Key) -> R | None:
        """The record if it is loaded and exists; otherwise it is asked for."""
        # As `Picture.peek`; this is called twenty times an operation.
        found: Any = self._shelves[kind].rows.get(key, UNKNOWN)
        if found is not UNKNOWN:
            return found  # type: ignore[no-any-return]
        if not self.picture.complete:
            self.asked += 1
            self.rows.setdefault(kind, set()).add(key)
        return None

    def listing(self, kind: type[R], index: str, value: Key, at_least: int = 0) -> list[R]:
        """The records listed under `value` if loaded; otherwise they are asked for."""
        found = self.picture.peek_listing(kind, index, value, at_least)
        if found is not None:
            return found
        self.asked += 1
        wanted = self.listings.setdefault((kind, index), {})
        if value not in wanted or at_least < wanted[value]:
            wanted[value] = at_least
        return []

    def take(
        self,
    ) -> tuple[dict[type[Record], set[Key]], dict[tuple[type[Record], str], dict[Key, int]]]:
        """Hand over what is wanted and begin the next round."""
        rows, listings = self.rows, self.listings
        self.rows, self.listings = {}, {}
        return rows, listings


def settled(want: Want, ask: Callable[[], T]) -> Generator[None, None, T]:
    """Ask, round by round, until nothing new is named; give what was answered then."""
    while True:
        before = want.asked
        answer = ask()
        if want.asked == before:
            return answer
        yield
