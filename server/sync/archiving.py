"""Archiving: lines of commits long closed go to files, and their remainders stay in the book.

Per site and part:

1. The lines of the next commits that were recorded before the date are written to a
   file; each is checked against its stream's chain on the way. A book that differs is not archived.
2. File and manifest reach the disk, then the book names them: the horizon moves.
3. In small transactions each line gives way to its remainder (`server/lane/archived.py`). Lines
   that a person may still have to read stay whole: parked ones, and orders in conflict.

Whoever is interrupted begins again: a file that the book does not name is written anew, and lines
before the horizon that are still whole give way now.
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa
import zstandard

from device_protocol import chain
from server.config import ConfigError
from server.db.bulk import insert_records, run, select_records
from server.db.engine import Database
from server.lane.activity import NETWORK
from server.lane.archived import is_remainder, remainder
from server.lane.models import COMMIT, LANE, OPERATION, PARKED, STREAM
from server.lane.records import Commit, StoredOperation
from server.orders.models import ORDER_CONFLICT
from server.record import Key
from server.sync.archive import (
    Archive,
    Manifest,
    archived_line,
    file_hash,
    manifest_bytes,
)
from server.sync.models import ARCHIVED_PART
from server.sync.records import ArchivedPart

DAY_MS = 86_400_000
DAYS_MIN = 30
"""What devices may still send again or undo stays whole: they keep their lines that long."""
PART_OPERATIONS = 1_000_000
ROWS_AT_ONCE = 2_000
Told = Callable[[str, int], None]


class Archived(NamedTuple):
    """What one run did."""

    parts: int
    lines: int
    """Lines that gave way."""
    bytes: int
    """Of the new files."""


def archive(
    database: Database,
    folder: Path,
    before: int,
    now: int,
    *,
    part_operations: int = PART_OPERATIONS,
    on_progress: Told = lambda _step, _count: None,
) -> Archived:
    """Move what was recorded before a moment to files; answer how much that was."""
    if before > now - DAYS_MIN * DAY_MS:
        raise ConfigError(
            f"Lines of the last {DAYS_MIN} days stay in the book, because devices may send them "
            "again or undo them: name an earlier date."
        )
    folder.mkdir(parents=True, exist_ok=True)
    with database.reading() as connection:
        sites = list(connection.scalars(sa.select(LANE.c.site).order_by(LANE.c.site)))
    parts = lines = size = 0
    for site in sites:
        writer = _Site(database, Archive(folder), site, before, now, part_operations)
        # What an interrupted run left whole.
        lines += writer.clear(on_progress)
        while (written := writer.write_part()) is not None:
            parts += 1
            size += written
            lines += writer.clear(on_progress)
    return Archived(parts, lines, size)


class _Site:
    """The archive of one site."""

    def __init__(  # noqa: PLR0917 - what a run is told.
        self,
        database: Database,
        archive: Archive,
        site: int,
        before: int,
        now: int,
        part_operations: int,
    ) -> None:
        self.database = database
        self.archive = archive
        self.site = site
        self.before = before
        self.now = now
        self.part_operations = part_operations

    def write_part(self) -> int | None:
        """Write the next part and move the horizon; None if there is nothing more to write."""
        with self.database.reporting() as connection:
            last = last_part(connection, self.site)
            upto = self._upto(connection, last)
            if upto is None:
                return None
            number = last.number + 1 if last else 1
            path = self.archive.lines_path(self.site, number)
            path.parent.mkdir(exist_ok=True)
            first = last.last_operation + 1 if last else 1
            last_operation = upto.first_operation + upto.operations - 1
            size = self._write(connection, path, first, last_operation)
        manifest = Manifest(
            site=self.site,
            number=number,
            first_commit=last.last_commit + 1 if last else 1,
            last_commit=upto.number,
            first_operation=first,
            last_operation=last_operation,
            before=last.hash.hex() if last else "",
            after=upto.hash.hex(),
            file=path.name,
            bytes=size,
            sha256=file_hash(path),
            archived_at=self.now,
        )
        content = manifest_bytes(manifest)
        durable(self.archive.manifest_path(self.site, number), content)
        named = hashlib.sha256(content).digest()
        part = ArchivedPart(
            self.site, number, upto.number, upto.hash, last_operation, named, self.now
        )
        with self.database.writing() as connection:
            insert_records(connection, ArchivedPart, [part])
        return size

    def _upto(self, connection: sa.Connection, last: ArchivedPart | None) -> Commit | None:
        """The last commit of the next part: long closed, and not too far off."""
        after = last.last_commit if last else 0
        most = (last.last_operation if last else 0) + self.part_operations
        old = sa.select(COMMIT).where(
            COMMIT.c.site == self.site, COMMIT.c.number > after, COMMIT.c.recorded_at < self.before
        )
        fits = old.where(COMMIT.c.first_operation + COMMIT.c.operations - 1 <= most)
        row = connection.execute(fits.order_by(COMMIT.c.number.desc()).limit(1)).first()
        # A commit is never cut in two, however large.
        row = row or connection.execute(old.order_by(COMMIT.c.number).limit(1)).first()
        return None if row is None else Commit(*row)

    def _write(self, connection: sa.Connection, path: Path, first: int, last: int) -> int:
        """Write the lines of some operations to a file that is there when it is whole."""
        encode = msgspec.json.Encoder().encode
        part = path.with_name(path.name + ".part")
        expected = first
        with part.open("wb") as packed:
            with zstandard.ZstdCompressor(level=9).stream_writer(packed, closefd=False) as plain:
                for row in self._checked(connection, first, last):
                    if row.number != expected:
                        raise differs(self.site, f"operation number {expected} is missing")
                    expected += 1
                    line = archived_line(
                        row.number, row.stream, row.epoch, row.seq, row.hash, row.line
                    )
                    plain.write(encode(line) + b"\n")
            packed.flush()
            os.fsync(packed.fileno())
        if expected != last + 1:
            raise differs(self.site, f"operation number {expected} is missing")
        part.replace(path)
        return path.stat().st_size

    def _checked(self, connection: sa.Connection, first: int, last: int) -> Iterator[Any]:
        """Operations in order, each seen to follow from the line before it in its stream."""
        heads: dict[tuple[int, int], bytes] = {}
        own = OPERATION.c
        columns = (own.number, own.stream, own.epoch, own.seq, own.hash, own.line)
        wanted = (
            sa.select(*columns)
            .where(own.site == self.site, own.number >= first, own.number <= last)
            .order_by(own.number)
        )
        streaming = connection.execution_options(yield_per=ROWS_AT_ONCE)
        for row in streaming.execute(wanted):
            stream = (row.stream, row.epoch)
            if stream not in heads:
                heads[stream] = self._head(connection, *stream, row.seq)
            if chain.step(heads[stream], row.seq, row.line) != row.hash:
                name = f"{row.stream}/{row.epoch}/{row.seq}"
                raise differs(self.site, f"line {name} is not the one that its hash names")
            heads[stream] = row.hash
            yield row

    def _head(self, connection: sa.Connection, stream: int, epoch: int, seq: int) -> bytes:
        """The hash before a line of a stream."""
        named = {"site": self.site, "stream": stream, "epoch": epoch}
        own, key = (OPERATION, named | {"seq": seq - 1}) if seq > 1 else (STREAM, named)
        column = own.c.hash if seq > 1 else own.c.nonce
        wanted = sa.select(column).where(*(own.c[name] == value for name, value in key.items()))
        found = connection.execute(wanted).scalar_one_or_none()
        if found is None:
            raise differs(self.site, f"what comes before line {stream}/{epoch}/{seq} is missing")
        return bytes(found) if seq > 1 else chain.start(stream, epoch, bytes(found))

    def clear(self, on_progress: Told) -> int:
        """Have the lines of the last part give way to their remainders; answer how many did."""
        with self.database.reading() as connection:
            last = last_part(connection, self.site)
            if last is None:
                return 0
            kept = in_conflict(connection) if self.site == NETWORK else frozenset()
        cleared = 0
        # The file that was written is read again, so that what gives way is surely in it.
        lines = self.archive.lines(last)
        while portion := list(islice(lines, ROWS_AT_ONCE)):
            cleared += self._clear(
                [
                    (remainder(each.content), self.site, each.stream, each.epoch, each.seq)
                    for each in portion
                    if (each.stream, each.epoch, each.seq) not in kept
                ]
            )
            on_progress(f"site {self.site}", cleared)
        return cleared

    def _clear(self, rows: list[tuple[bytes, int, int, int, int]]) -> int:
        keys: list[Key] = [row[1:] for row in rows]
        with self.database.reading() as connection:
            whole = whole_lines(connection, keys)
        changed = [row for row in rows if is_remainder(row[0]) and row[1:] in whole]
        if changed:
            with self.database.writing() as connection:
                run(connection, CLEAR[connection.dialect.name], changed)
        return len(changed)


CLEAR = {
    "sqlite": "UPDATE operation SET line = ? WHERE site = ? AND stream = ? AND epoch = ? "
    "AND seq = ?",
    "postgresql": "UPDATE operation AS t SET line = w.line FROM unnest(%s::bytea[], %s::bigint[], "
    "%s::bigint[], %s::bigint[], %s::bigint[]) AS w(line, site, stream, epoch, seq) "
    "WHERE t.site = w.site AND t.stream = w.stream AND t.epoch = w.epoch AND t.seq = w.seq",
}
"""One statement for many lines; the triggers of both databases let it pass before the horizon."""


def whole_lines(connection: sa.Connection, keys: list[Key]) -> frozenset[Key]:
    """Which of these lines are whole, and may give way."""
    found = select_records(connection, StoredOperation, StoredOperation.KEY, keys)
    return frozenset(
        (each.site, each.stream, each.epoch, each.seq)
        for each in found
        if not is_remainder(each.line) and not each.outcome.startswith(PARKED)
    )


def in_conflict(connection: sa.Connection) -> frozenset[Key]:
    """Operations by which orders came in conflict: their lines name the consumer's record."""
    names = connection.scalars(sa.select(ORDER_CONFLICT.c.operation))
    return frozenset(tuple(map(int, name.split("/"))) for name in names)


def last_part(connection: sa.Connection, site: int) -> ArchivedPart | None:
    """The part that ends at the horizon of a site."""
    own = sa.select(ARCHIVED_PART).where(ARCHIVED_PART.c.site == site)
    row = connection.execute(own.order_by(ARCHIVED_PART.c.number.desc()).limit(1)).first()
    return None if row is None else ArchivedPart(*row)


def differs(site: int, detail: str) -> ConfigError:
    """The book is not what it says it is: nothing of it is put away."""
    return ConfigError(f"Site {site}: {detail}. Nothing was archived; run `totebook verify`.")


def durable(path: Path, content: bytes) -> None:
    """Write a small file, and see that it and its folder are on the disk."""
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
