"""A book for tests of the feed.

Records are changed as decisions would, and the feed is looked at, on any store.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import sqlalchemy as sa

from device_protocol import digest
from server.db.engine import Database
from server.lane.activity import NETWORK
from server.lane.lane import load
from server.lane.records import Commit, Lane
from server.lane.store import MemoryStore, SqlStore
from server.lane.want import Want
from server.ledger.listings import LISTINGS
from server.record import Record, shape
from server.sync.feed import project
from server.sync.models import DOCUMENT, SCOPE
from server.sync.records import Document, Scope
from tests.floor import SITE, START
from tests.strict import StrictStore


class Book:
    """Commits of site 1 (or another) made by hand."""

    def __init__(self, database: Database | None = None, *, strict: bool = False) -> None:
        """Keep it in a database, or in memory; `strict` shows only what was named."""
        self.database = database
        self.memory = StrictStore() if strict else MemoryStore()
        self.store: Any = SqlStore(database.writing, LISTINGS) if database else self.memory
        self.now = START

    def change(self, *records: Record, site: int = SITE, gone: tuple[Record, ...] = ()) -> int:
        """Commit records; answer the commit's number."""
        with self.store.session([site]) as session:
            into: Callable[[Any], None] = partial(load, session)
            keys = [(type(record), shape(type(record)).key_of(record)) for record in records + gone]

            def names(want: Want) -> None:
                for kind, key in keys:
                    want.row(kind, key)

            into(names)
            picture = session.picture
            for record in records:
                picture.put(record)
            for record in gone:
                picture.remove(record)
            lane = picture.need(Lane, (site,))
            number = lane.head + 1
            digest_of = number.to_bytes(32, "big")
            picture.put(Lane(site, lane.generation, number, digest_of, recorded_at=self.now))
            picture.add(Commit(site, number, digest_of, 0, 0, 0, 0, self.now, 0, 0))
            project({site: number}, picture, self.now, into)
            session.write()
        return int(number)

    def seed(self, *records: Record) -> None:
        """Put records of the network, without a commit."""
        with self.store.session([NETWORK]) as session:
            for record in records:
                session.picture.add(record)
            session.write()

    def documents(self) -> list[Document]:
        """Every document, tombstones too, by key."""
        return sorted(self._all(Document, DOCUMENT), key=lambda each: (each.scope, each.key))

    def live(self, scope: str) -> dict[str, bytes]:
        """The bodies of a scope by key."""
        return {
            each.key: each.body
            for each in self.documents()
            if each.scope == scope and each.body is not None
        }

    def find(self, scope: str, key: str) -> Document:
        """One document."""
        [found] = [each for each in self.documents() if (each.scope, each.key) == (scope, key)]
        return found

    def scopes(self) -> dict[str, Scope]:
        """Every scope."""
        return {each.scope: each for each in self._all(Scope, SCOPE)}

    def check_sums(self) -> None:
        """Count and add up every scope anew and compare."""
        documents = self.documents()
        for name, scope in self.scopes().items():
            held = [each for each in documents if each.scope == name]
            live = [each for each in held if each.body is not None]
            total = 0
            for each in live:
                body = each.body or b""
                total = digest.add(total, digest.document_hash(name, each.key, each.version, body))
            assert (scope.count, scope.sum) == (len(live), total.to_bytes(16, "big")), name
            assert scope.version == max(each.version for each in held)

    def _all(self, kind: type[Any], table: sa.Table) -> list[Any]:
        if self.database is None:
            return list(self.memory.picture.all(kind))
        with self.database.reading() as connection:
            return [kind(*row) for row in connection.execute(sa.select(table))]
