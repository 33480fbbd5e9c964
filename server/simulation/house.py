"""The server in the simulator: lanes one after the other, deliveries, crashes, restores."""

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec

from server.lane.activity import DESK, OUTBOX, TIMER
from server.lane.lane import Rules, run_group
from server.lane.message import Message
from server.lane.records import Lane, Outgoing
from server.lane.store import Session, Store
from server.simulation.books import Book, Copy
from server.simulation.faults import Faults
from server.simulation.schedule import Schedule
from server.sync.batches import Answer, Batch
from server.tasks.restoring import Restored

MESSAGES_MAX = 200
PASSES_MAX = 200


class ServerDownError(Exception):
    """The server died, and says nothing more of this call."""


class MortalStore:
    """A store whose process may die just before it commits."""

    def __init__(self, book: Book, faults: Faults) -> None:
        """Stand before the store of a book."""
        self._book = book
        self._faults = faults

    @contextmanager
    def session(self, sites: list[int]) -> Iterator[Session]:
        """Hold lanes; what was written goes with the process if it dies."""
        store: Store = self._book.store
        with store.session(sites) as session:
            yield session
            if self._faults.hits("crash_before_commit"):
                raise ServerDownError


class House:
    """The book, the lanes' rules, and the way in."""

    def __init__(self, book: Book, schedule: Schedule, rules: Rules, faults: Faults) -> None:
        """Open the house on a book."""
        self.book = book
        self.schedule = schedule
        self.rules = rules
        self.faults = faults
        self.store = MortalStore(book, faults)

    def now(self) -> int:
        """The server's clock."""
        return self.schedule.now

    def run(self, *batches: Batch) -> list[Answer]:
        """Decide batches in one transaction; the process may die before or after it commits."""
        answers: list[Answer] = run_group(self.store, self.rules, list(batches), self.now).answers
        if self.faults.hits("crash_after_commit"):
            raise ServerDownError
        return answers

    def say(self, site: int, *messages: Message, stream: int = DESK) -> list[dict[str, Any]]:
        """Say messages to a lane; answer their outcomes."""
        lines = tuple(msgspec.json.encode(message) for message in messages)
        answer = self.run(Batch(site=site, stream=stream, epoch=1, lines=lines))[0]
        return [msgspec.json.decode(outcome) for outcome in answer.outcomes]

    def insist(self, site: int, *messages: Message, stream: int = DESK) -> list[dict[str, Any]]:
        """Say messages until the server has lived to answer, as people at desks do."""
        while True:
            try:
                return self.say(site, *messages, stream=stream)
            except ServerDownError:
                continue

    def deliver(self) -> int:
        """Carry what waits in the outboxes to its lanes and forget it; answer how much it was."""
        waiting = sorted(
            self.book.rows(Outgoing), key=lambda each: (each.site, each.target, each.seq)
        )
        if not waiting or self.faults.hits("delivery_killed"):
            return 0
        batches = []
        for (site, target), group in itertools.groupby(
            waiting, lambda each: (each.site, each.target)
        ):
            messages = list(group)[:MESSAGES_MAX]
            batches.append(delivery(site, target, messages))
        try:
            self.run(*batches)
        except ServerDownError:
            return 0
        if not self.faults.hits("delivery_killed"):
            self.book.forget(waiting)
        return len(waiting)

    def drain(self) -> bool:
        """Deliver until nothing waits; answer whether that was reached."""
        return any(not self.deliver() for _ in range(PASSES_MAX))

    def restore(self, backup: Copy) -> None:
        """Put an old backup in the book's place, and tell every lane."""
        self.book.restore(backup)
        for lane in sorted(self.book.rows(Lane), key=lambda each: each.site):
            self.insist(lane.site, Restored(), stream=TIMER)


def delivery(site: int, target: int, messages: Sequence[Outgoing]) -> Batch:
    """Messages of one lane to another as a batch."""
    return Batch(
        site=target,
        stream=OUTBOX + site,
        epoch=1,
        lines=tuple(bytes(message.line) for message in messages),
        first=messages[0].seq,
    )
