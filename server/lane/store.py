"""Where a group's picture comes from and goes to: SQL, or memory that holds everything."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

import sqlalchemy as sa

from server.db.bulk import (
    delete_records,
    ensure_records,
    insert_records,
    select_records,
    update_records,
)
from server.lane.picture import Picture
from server.lane.records import Lane
from server.lane.want import Want
from server.record import Key, Record, shape

Listing = Callable[[sa.Connection, dict[Key, int]], list[Record]]
"""Reads what a listing without an index of its own wants: value → lower bound."""


class Session(Protocol):
    """One transaction: read what is wanted, write what was changed."""

    picture: Picture

    def load(self, want: Want) -> None:
        """Read what is wanted, by one statement per table and listing."""

    def write(self) -> int:
        """Write every changed record and return how many rows that took."""


class Store(Protocol):
    """Opens sessions that hold the named sites; leaving one without an error commits it."""

    def session(self, sites: list[int]) -> AbstractContextManager[Session]:
        """Hold the lanes of `sites` until the session ends."""


class SqlSession:
    """A session on a database connection."""

    def __init__(
        self, connection: sa.Connection, listings: dict[tuple[type[Record], str], Listing]
    ) -> None:
        """Start with an empty picture."""
        self.connection = connection
        self.listings = listings
        self.picture = Picture()

    def hold(self, sites: list[int]) -> None:
        """Lock the lanes' rows in order of site, making those that are missing."""
        if self.connection.dialect.name == "postgresql":
            # One snapshot for all of it: what a site sees of the network is what its commit says.
            self.connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        keys = [(site,) for site in sorted(sites)]
        lanes = self._locked(keys)
        missing = [Lane(site=site) for (site,) in keys if site not in {lane.site for lane in lanes}]
        if missing:
            # Another process may have made it meanwhile, and gone on.
            ensure_records(self.connection, Lane, missing)
            lanes = self._locked(keys)
        self.picture.load(Lane, set(keys), list(lanes))

    def load(self, want: Want) -> None:
        """Read what is wanted, by one statement per table and listing."""
        rows, listings = want.take()
        for kind, keys in rows.items():
            found = select_records(self.connection, kind, kind.KEY, keys)
            self.picture.load(kind, keys, list(found))
        for (kind, name), wanted in listings.items():
            read = self.listings.get((kind, name))
            if read is not None:
                listed = read(self.connection, wanted)
            else:
                listed = self._listed(kind, name, wanted)
            self.picture.load_listing(kind, name, wanted, listed)

    def write(self) -> int:
        """Write every changed record and return how many rows that took."""
        written = 0
        for kind, before in self.picture.changed.items():
            added: list[Record] = []
            replaced: list[tuple[Record, Record]] = []
            removed: list[Key] = []
            rows = self.picture.shelves[kind].rows
            for key, old in before.items():
                record = rows[key]
                if record is None:
                    if old is not None:
                        removed.append(key)
                elif old is None:
                    added.append(record)
                else:
                    replaced.append((old, record))
            insert_records(self.connection, kind, added)
            update_records(self.connection, kind, replaced)
            delete_records(self.connection, kind, removed)
            written += len(added) + len(replaced) + len(removed)
        return written

    def _locked(self, keys: list[Key]) -> list[Lane]:
        if self.connection.dialect.name == "sqlite":
            return select_records(self.connection, Lane, Lane.KEY, keys)
        names = ", ".join(shape(Lane).fields)
        sql = f"SELECT {names} FROM lane WHERE site = ANY(%s) ORDER BY site FOR UPDATE"  # noqa: S608
        sites = [site for (site,) in keys]
        return [Lane(*row) for row in self.connection.exec_driver_sql(sql, (sites,))]

    def _listed(self, kind: type[Record], name: str, wanted: dict[Key, int]) -> list[Record]:
        index = kind.INDEXES[name]
        if index.at_least is None:
            return list(select_records(self.connection, kind, index.fields, wanted))
        keys = [(*value, bound) for value, bound in wanted.items()]
        return list(select_records(self.connection, kind, index.fields, keys, index.at_least))


class SqlStore:
    """Sessions as transactions of a database."""

    def __init__(
        self,
        writing: Callable[[], AbstractContextManager[sa.Connection]],
        listings: dict[tuple[type[Record], str], Listing],
    ) -> None:
        """`writing` begins and commits; `listings` reads what has no index of its own."""
        self.writing = writing
        self.listings = listings

    @contextmanager
    def session(self, sites: list[int]) -> Iterator[SqlSession]:
        """Hold the lanes of `sites` until the transaction ends."""
        with self.writing() as connection:
            session = SqlSession(connection, self.listings)
            session.hold(sites)
            yield session


class MemorySession:
    """A session on a picture that holds everything."""

    def __init__(self, picture: Picture) -> None:
        """Share the store's picture."""
        self.picture = picture

    def load(self, want: Want) -> None:
        """Nothing is missing."""

    def write(self) -> int:
        """Count what a database would have written."""
        return sum(len(before) for before in self.picture.changed.values())


class MemoryStore:
    """Everything in one complete picture: tests, replay and simulation."""

    def __init__(self) -> None:
        """Start with an empty book."""
        self.picture = Picture(complete=True)

    @contextmanager
    def session(self, sites: list[int]) -> Iterator[MemorySession]:
        """Take everything back if the session fails."""
        mark = self.picture.mark()
        for site in sites:
            if self.picture.get(Lane, (site,)) is None:
                self.picture.put(Lane(site=site))
        try:
            yield MemorySession(self.picture)
        except BaseException:
            self.picture.roll_back(mark)
            self.picture.settle()
            raise
        self.picture.settle()
