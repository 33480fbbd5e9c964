"""Whether the chain of commits holds, as fast as its rows can be read.

It only says yes or no: what is wrong where, `verify` tells by going through everything once more.
"""

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Generic, NamedTuple, TypeVar

import sqlalchemy as sa

from server.lane.records import Commit, Lane, StoredOperation
from server.ledger.records import Movement
from server.sync.book_rows import merged_operations, pieces, rows
from server.sync.push import commit_hash

N = TypeVar("N", StoredOperation, Movement)
Progress = Callable[[str, int], None]


class Chained(NamedTuple):
    """How much was gone through."""

    commits: int = 0
    operations: int = 0
    movements: int = 0


class Rest(Generic[N]):
    """Rows in order, of which nothing has been taken yet that comes later."""

    def __init__(self, source: Iterator[list[N]]) -> None:
        """Read nothing yet."""
        self._source: Iterator[list[N]] = source
        self._held: list[N] = []
        self._at = 0
        self.taken = 0

    def take(self, count: int) -> list[N]:
        """The next rows; fewer where there are no more."""
        while len(self._held) - self._at < count and (piece := next(self._source, None)):
            self._held = self._held[self._at :] + piece
            self._at = 0
        found = self._held[self._at : self._at + count]
        self._at += len(found)
        self.taken += len(found)
        return found


def chain_that_holds(connection: sa.Connection, on_progress: Progress) -> Chained | None:
    """How long the chain of all sites is; None unless every row has its place in it."""
    lanes = {lane.site: lane for lane in rows(connection, Lane, "site")}
    operations = Rest(merged_operations(connection))
    movements = Rest(pieces(connection, Movement, "site, number"))
    counted = 0
    by_site = groupby(rows(connection, Commit, "site, number"), lambda commit: commit.site)
    for site, commits in by_site:
        lane = lanes.pop(site, Lane(site=site))
        previous, number = b"", 0
        for commit in commits:
            counted += 1
            on_progress("commits", counted)
            own, moved = operations.take(commit.operations), movements.take(commit.movements)
            # The hash is over every number, so rows that give it are those of this commit.
            if commit_hash(previous, commit, own, moved) != commit.hash:
                return None
            previous, number = commit.hash, number + 1
        if (lane.head, lane.hash) != (number, previous):
            return None
    left = any(lane.head for lane in lanes.values()) or operations.take(1) or movements.take(1)
    return None if left else Chained(counted, operations.taken, movements.taken)
