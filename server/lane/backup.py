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
    except BaseException:
        part.unlink(missing_ok=True)
        raise
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
    require_book(source)
    part = path.with_name(path.name + ".part")
    shutil.copyfile(source, part)
    if path.exists():
        # Opening for writing takes the file's lock: it fails while a server runs; closing empties
        # the log.
        open_database(url).close()
        path.rename(free_name(path))
    for leftover in (f"{path}-wal", f"{path}-shm"):
        Path(leftover).unlink(missing_ok=True)
    part.rename(path)


def require_book(source: Path) -> None:
    """Say so if a file holds no book, before anything is put aside for it."""
    database = open_database(f"sqlite:///{source}", writes=False)
    try:
        with database.reading() as connection:
            if not sa.inspect(connection).has_table("lane"):
                message = f"{source} is no backup of a book."
                raise ConfigError(message)
    finally:
        database.close()


def free_name(path: Path) -> Path:
    """Where a book is put aside: no other that was put aside before is overwritten."""
    names = (f"{path.name}.before-restore{number}" for number in ("", *range(2, 1_000)))
    return next(free for name in names if not (free := path.with_name(name)).exists())


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
