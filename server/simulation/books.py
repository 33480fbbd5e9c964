"""Where the simulated server keeps its book: in memory, or in a database.

Both run the same rules. What a device is told is read from a database by the server's own `pull`
and `hello`; in memory `following.py` reads the same from the picture.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol, TypeVar

import msgspec
import sqlalchemy as sa

from device_protocol.messages import (
    Cursor,
    DigestAnswer,
    DigestRequest,
    HelloAnswer,
    HelloRequest,
    Limits,
    PullAnswer,
)
from server.db.bulk import insert_records, select_records
from server.db.engine import Database
from server.db.tables import KINDS
from server.identity.records import Device
from server.lane.picture import Picture
from server.lane.records import Outgoing
from server.lane.store import MemoryStore, SqlStore, Store
from server.ledger.listings import LISTINGS
from server.record import Key, Record, shape
from server.simulation import following
from server.sync.digests import repair
from server.sync.hello import hello
from server.sync.pull import pull
from server.sync.segments import Segments

R = TypeVar("R", bound=Record)
Copy = Mapping[type[Record], Any]
"""Everything that a book held at one moment."""


class Book(Protocol):
    """What the simulated server needs of its storage."""

    @property
    def store(self) -> Store:
        """Where lanes load from and write to."""

    def rows(self, kind: type[R]) -> list[R]:
        """Every record of a kind, in no order."""

    def row(self, kind: type[R], key: Key) -> R | None:
        """One record."""

    def forget(self, delivered: list[Outgoing]) -> None:
        """Take messages out of the outbox."""

    def pull(
        self, device: Device, person: int, cursors: Mapping[str, Cursor], now: int, most: int
    ) -> PullAnswer:
        """What changed for a device."""

    def hello(self, device: Device, request: HelloRequest, limits: Limits, now: int) -> HelloAnswer:
        """Where the server stands in a device's stream."""

    def repair(self, device: Device, person: int, asked: DigestRequest) -> DigestAnswer:
        """What puts a scope of a device right."""

    def copy(self) -> Copy:
        """A backup."""

    def restore(self, backup: Copy) -> None:
        """Be as the backup says, and nothing else."""

    def close(self) -> None:
        """Let go of it."""


class MemoryBook:
    """A book in memory."""

    def __init__(self, backup: Copy | None = None) -> None:
        """Start empty, or as a backup says."""
        self.store = MemoryStore()
        if backup is not None:
            self.restore(backup)

    def rows(self, kind: type[R]) -> list[R]:
        """Every record of a kind, in no order."""
        return list(self.store.picture.all(kind))

    def row(self, kind: type[R], key: Key) -> R | None:
        """One record."""
        return self.store.picture.get(kind, key)

    def forget(self, delivered: list[Outgoing]) -> None:
        """Take messages out of the outbox."""
        picture = self.store.picture
        for message in delivered:
            if picture.get(Outgoing, (message.site, message.target, message.seq)) is not None:
                picture.remove(message)
        picture.settle()

    def pull(
        self, device: Device, person: int, cursors: Mapping[str, Cursor], now: int, most: int
    ) -> PullAnswer:
        """What changed for a device."""
        return following.pull(self.store.picture, device, person, cursors, now, most)

    def hello(self, device: Device, request: HelloRequest, limits: Limits, now: int) -> HelloAnswer:
        """Where the server stands in a device's stream."""
        return following.hello(self.store.picture, device, request, limits, now)

    def repair(self, device: Device, person: int, asked: DigestRequest) -> DigestAnswer:
        """What puts a scope of a device right."""
        return following.repair(self.store.picture, device, person, asked)

    def copy(self) -> Copy:
        """A backup: records are frozen, so tables of them are enough."""
        return {kind: dict(shelf.rows) for kind, shelf in self.store.picture.shelves.items()}

    def restore(self, backup: Copy) -> None:
        """Be as the backup says, and nothing else."""
        picture = Picture(complete=True)
        for kind, rows in backup.items():
            picture.shelves[kind].rows = dict(rows)
        self.store.picture = picture

    def close(self) -> None:
        """Let go of nothing."""


class SqlBook:
    """A book in a database."""

    def __init__(self, database: Database) -> None:
        """Work on a database that is open; all that is in it goes."""
        self.database = database
        self.store: Store = SqlStore(database.writing, LISTINGS)
        self._segments = Segments()
        self.restore({})

    def rows(self, kind: type[R]) -> list[R]:
        """Every record of a kind, in no order."""
        names = ", ".join(f'"{name}"' for name in shape(kind).fields)
        with self.database.reading() as connection:
            found = connection.exec_driver_sql(f"SELECT {names} FROM {kind.TABLE}")  # noqa: S608
            return [kind(*row) for row in found]

    def row(self, kind: type[R], key: Key) -> R | None:
        """One record."""
        with self.database.reading() as connection:
            found = select_records(connection, kind, kind.KEY, [key])
        return found[0] if found else None

    def forget(self, delivered: list[Outgoing]) -> None:
        """Take messages out of the outbox."""
        with self.database.writing() as connection:
            for message in delivered:
                connection.execute(
                    sa.text("DELETE FROM outbox WHERE site = :s AND target = :t AND seq = :n"),
                    {"s": message.site, "t": message.target, "n": message.seq},
                )

    def pull(
        self, device: Device, person: int, cursors: Mapping[str, Cursor], now: int, most: int
    ) -> PullAnswer:
        """What changed for a device."""
        with self.database.reading() as connection:
            answer = pull(
                connection,
                device,
                person,
                cursors,
                now=now,
                kept=self._segments,
                documents_max=most,
            )
        return msgspec.json.decode(msgspec.json.encode(answer), type=PullAnswer)

    def hello(self, device: Device, request: HelloRequest, limits: Limits, now: int) -> HelloAnswer:
        """Where the server stands in a device's stream."""
        with self.database.reading() as connection:
            return hello(connection, device, request, limits, now)

    def repair(self, device: Device, person: int, asked: DigestRequest) -> DigestAnswer:
        """What puts a scope of a device right."""
        with self.database.reading() as connection:
            return repair(connection, device, person, asked.scope, asked.buckets)

    def copy(self) -> Copy:
        """A backup."""
        return {kind: self.rows(kind) for kind in KINDS}

    def restore(self, backup: Copy) -> None:
        """Be as the backup says, and nothing else; what the process remembered is gone."""
        self._segments = Segments()
        with self.database.writing() as connection:
            for kind in KINDS:
                connection.exec_driver_sql(f"DELETE FROM {kind.TABLE}")  # noqa: S608
                rows: Iterable[Record] = backup.get(kind, ())
                insert_records(connection, kind, list(_values(rows)))

    def close(self) -> None:
        """Close the database."""
        self.database.close()


def _values(rows: Any) -> Iterable[Record]:  # noqa: ANN401 - of either book.
    """The records of a backup, whichever book it was made of."""
    return (row for row in rows.values() if row is not None) if isinstance(rows, dict) else rows
