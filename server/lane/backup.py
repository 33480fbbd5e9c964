"""Backup and restore of a SQLite book: a copy while it runs; a restore that devices recognise."""

import os
import shutil
from pathlib import Path

import sqlalchemy as sa

from server.config import ConfigError
from server.db.engine import open_database


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


def restore(url: str, source: Path) -> None:
    """Put a backup in the place of the book; the book that was there is kept beside it.

    The lanes must then be told (`server/tasks/restoring.py`), so that devices notice.
    """
    path = require_sqlite(url)
    if not source.exists():
        message = f"There is no backup {source}."
        raise ConfigError(message)
    if path.exists():
        # Opening for writing takes the file's lock: it fails while a server runs; closing empties
        # the log.
        open_database(url).close()
        path.rename(path.with_name(path.name + ".before-restore"))
    for leftover in (f"{path}-wal", f"{path}-shm"):
        Path(leftover).unlink(missing_ok=True)
    shutil.copyfile(source, path)


def require_sqlite(url: str) -> Path:
    """The file of a SQLite book."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        message = (
            "This copies a SQLite file; for PostgreSQL use pg_basebackup or pg_dump "
            "(docs/operations.md)."
        )
        raise ConfigError(message)
    return Path(parsed.database).absolute()
