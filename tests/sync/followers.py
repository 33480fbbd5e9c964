"""A device that follows a book, for tests of pull."""

import msgspec
import pytest

from device_protocol.messages import PullAnswer
from device_protocol.replica import Replica
from device_protocol.store import MemoryStore
from server.identity.records import Device
from server.ledger.records import Place
from server.sync.pull import pull
from server.sync.segments import Segments
from tests.floor import SITE
from tests.sync.books import Book

PERSON = 1_000_300
ZONE = "1/zone/7"
HANDHELD = Device(SITE, 1_000_001, "handheld 1", "floor", state="active")
PLACES = tuple(Place(SITE, 2_000_001 + n, f"A-{n:02d}", "bin", zone=7, walk=n) for n in range(10))


class Follower:
    """A device that pulls into a replica, which holds count and sum against every checkpoint."""

    def __init__(self, book: Book, device: Device = HANDHELD) -> None:
        """Start with nothing."""
        self.book = book
        self.device = device
        self.store = MemoryStore()
        self.replica = Replica(self.store)
        self.person: int = PERSON
        self.kept = Segments()

    def ask(self, documents_max: int = 0) -> PullAnswer:
        """Pull once, over the wire's bytes."""
        assert self.book.database is not None
        with self.book.database.reading() as connection:
            answer = pull(
                connection,
                self.device,
                self.person,
                self.replica.cursors(),
                now=self.book.now,
                kept=self.kept,
                documents_max=documents_max,
            )
        sent = msgspec.json.encode(answer)
        told = msgspec.json.decode(sent, type=PullAnswer)
        # What is put together from stored bytes is what the message itself would say.
        assert msgspec.json.encode(told) == sent
        return told

    def take(self, answer: PullAnswer) -> None:
        """Apply what came; the sums must fit."""
        self.replica.drop(answer)
        for page in answer.pages:
            assert not self.replica.apply(page, answer.generation).mismatch

    def follow(self, documents_max: int = 0) -> int:
        """Pull until nothing is left; answer how many calls that took."""
        for calls in range(1, 100):
            answer = self.ask(documents_max)
            self.take(answer)
            if not answer.more:
                return calls
        pytest.fail("a hundred pulls were not enough")

    def held(self, scope: str = ZONE) -> dict[str, bytes]:
        """What the replica holds of a scope."""
        return {each.key: each.body for each in self.store.documents(scope)}

    def check(self) -> None:
        """The replica equals the server's view of every scope it follows."""
        for scope in self.replica.cursors():
            assert self.held(scope) == self.book.live(scope), scope
