"""The lanes of a server: which thread decides for which site, and the way in for everybody.

On SQLite one thread writes for every site; on PostgreSQL each site has a thread of its own.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa

from server.db.engine import Database
from server.lane.lane import Lane, run_again
from server.lane.message import Message
from server.lane.observer import NOBODY, Observer
from server.lane.rehearsal import Rehearsal
from server.lane.store import SqlStore
from server.ledger.listings import LISTINGS
from server.sync.batches import Answer, Batch
from server.sync.push import PushRules

T = TypeVar("T")
Heard = Callable[[list[int], int, int], None]


class Lanes:
    """Every lane of this process, started as sites are first spoken to."""

    def __init__(
        self,
        database: Database,
        rules: PushRules,
        now: Callable[[], int],
        *,
        group_operations_max: int = 800,
        on_commit: Heard = lambda _sites, _operations, _rows: None,
        observer: Observer = NOBODY,
    ) -> None:
        """Start nothing yet; `on_commit` hears sites, operations and rows of each group."""
        self.database = database
        self.rules = rules
        self.now = now
        self._group_operations_max = group_operations_max
        self._on_commit = on_commit
        self._observer = observer
        self._lanes: dict[int, Lane] = {}
        self._starting = threading.Lock()

    def submit(self, batch: Batch) -> "Future[Answer]":
        """Queue a batch for its site's lane; the future gives the answer once it is durable."""
        return self._lane(batch.site).submit(batch)

    def say(self, site: int, stream: int, *messages: Message) -> "Future[Answer]":
        """Queue messages of a server-side stream; outcomes come in the same order."""
        lines = tuple(msgspec.json.encode(message) for message in messages)
        return self.submit(Batch(site=site, stream=stream, epoch=1, lines=lines))

    def rehearse(self, site: int, stream: int, *messages: Message) -> "Future[Answer]":
        """Answer as `say` would, and keep nothing: the dry run of an import."""
        lines = tuple(msgspec.json.encode(message) for message in messages)
        batch = Batch(site=site, stream=stream, epoch=1, lines=lines)
        store = Rehearsal(SqlStore(self.database.writing, LISTINGS))
        future: Future[Answer] = Future()
        future.set_result(run_again(store, self.rules, [batch], self.now).answers[0])
        return future

    def errand(self, work: Callable[[sa.Connection], T]) -> T:
        """Write something that is no stock and no work (a personal record), between two groups."""
        with self.database.writing() as connection:
            return work(connection)

    def close(self) -> None:
        """Finish what waits in every lane, then stop."""
        for lane in list(self._lanes.values()):
            lane.close()

    def _lane(self, site: int) -> Lane:
        place = 0 if self.database.dialect == "sqlite" else site
        lane = self._lanes.get(place)
        if lane is None:
            with self._starting:
                lane = self._lanes.get(place) or self._start()
                self._lanes[place] = lane
        return lane

    def _start(self) -> Lane:
        store = SqlStore(self.database.writing, LISTINGS)
        return Lane(
            store,
            self.rules,
            self.now,
            group_operations_max=self._group_operations_max,
            on_commit=self._on_commit,
            observer=self._observer,
        )


def outcomes(answer: Answer) -> list[Any]:
    """The outcomes of an answer, decoded."""
    return [msgspec.json.decode(outcome) for outcome in answer.outcomes]
