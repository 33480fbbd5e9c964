"""Backup and restore of a SQLite book: a copy while it runs, and a restore that devices recognise."""

import os
import shutil
from pathlib import Path

import sqlalchemy as sa
from msgspec.structs import replace

from server.config import ConfigError
from server.db.bulk import upsert_records
from server.db.engine import open_database
from server.lane.records import Lane
from server.record import shape


def backup(url: str, target: Path) -> int:
    """Copy the book to a new file while it runs, from one snapshot; answer its bytes."""
    require_sqlite(url)
    if target.exists():
        message = f"{target} exists already: name a new file."
        raise ConfigError(message)
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    database = open_database(url, writes=False)
    try:
        with database.reading() as connection:
            # SQLite copies from the snapshot of a read transaction of its own.
            connection.rollback()
            connection.connection.driver_connection.execute("VACUUM INTO ?", (str(part),))  # type: ignore[union-attr]
    finally:
        database.close()
    with part.open("rb") as written:
        os.fsync(written.fileno())
    part.rename(target)
    return target.stat().st_size


def restore(url: str, source: Path) -> dict[int, int]:
    """Put a backup in the place of the book and raise each lane's generation; answer the generations by site.

    The book that was there is kept beside it. Devices see the new generation, start their scopes
    again and offer every line that the restored book lacks.
    """
    path = require_sqlite(url)
    if not source.exists():
        message = f"There is no backup {source}."
        raise ConfigError(message)
    if path.exists():
        # Opening for writing takes the file's lock: it fails while a server runs, and empties the log.
        open_database(url).close()
        path.rename(path.with_name(path.name + ".before-restore"))
    for leftover in (f"{path}-wal", f"{path}-shm"):
        Path(leftover).unlink(missing_ok=True)
    shutil.copyfile(source, path)
    database = open_database(url)
    try:
        with database.writing() as connection:
            lanes = [Lane(*row) for row in connection.execute(sa.text(lanes_sql()))]
            raised = [replace(lane, generation=lane.generation + 1) for lane in lanes]
            upsert_records(connection, Lane, raised)
    finally:
        database.close()
    return {lane.site: lane.generation for lane in raised}


def lanes_sql() -> str:
    """Every lane's row."""
    return f"SELECT {', '.join(shape(Lane).fields)} FROM lane ORDER BY site"  # noqa: S608


def require_sqlite(url: str) -> Path:
    """The file of a SQLite book."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        message = "This copies a SQLite file; for PostgreSQL use pg_basebackup or pg_dump (docs/operations.md)."
        raise ConfigError(message)
    return Path(parsed.database).absolute()
