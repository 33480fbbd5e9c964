"""Opening a SQLite file: which library, which settings, and a lock so that one process writes."""

import contextlib
import fcntl
import importlib
import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import quote

from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import QueuePool, StaticPool

from server.config import ConfigError
from server.db.beginning import begin_with

# Before 3.51.3 two connections that write or checkpoint at once can corrupt a database in WAL
# mode (sqlite.org/wal.html, "WAL-reset bug").
VERSION_MIN = (3, 51, 3)
BUSY_TIMEOUT_MS = 10_000
UNNAMED = frozenset({"", "SQLITE_ERROR"})
"""Names of errors that say nothing."""

_WRITER_PRAGMAS = (
    "journal_mode = WAL",
    # A commit is answered to a handheld as durable, so each one reaches the disk.
    "synchronous = FULL",
    # Rows are written in bulk from decisions that were checked in memory; the migrations have no
    # foreign keys that a database must guard.
    "foreign_keys = OFF",
    "temp_store = MEMORY",
    "cache_size = -65536",
    "wal_autocheckpoint = 4000",
    "journal_size_limit = 67108864",
)
_READER_PRAGMAS = (
    # Sorting all operations of a large book, as verify does, must not take gigabytes: what is
    # beyond the cache goes to a temporary file.
    "temp_store = FILE",
    "cache_size = -16384",
    "mmap_size = 268435456",
)


def sqlite_module(load: Callable[[str], ModuleType] = importlib.import_module) -> ModuleType:
    """Answer a SQLite driver without the WAL bug, or say why there is none."""
    try:
        return load("pysqlite3.dbapi2")
    except ImportError:
        module = load("sqlite3")
    version: tuple[int, ...] = module.sqlite_version_info
    if version < VERSION_MIN:
        msg = (
            f"SQLite {module.sqlite_version} of this Python can damage a database while it is "
            f"written (fixed in {'.'.join(map(str, VERSION_MIN))}). Install the Python package "
            "pysqlite3, or a newer SQLite, or use PostgreSQL."
        )
        raise ConfigError(msg)
    return module


class FileLock:
    """The right to write a SQLite file, held by one process; the kernel frees it when that ends."""

    def __init__(self, database: Path) -> None:
        """Take the lock of a database file, or say who holds it."""
        path = database.with_name(database.name + ".lock")
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            msg = (
                f"{path} can't be written ({error.strerror}). Totebook must be able to write "
                "its database file and the folder it is in."
            )
            raise ConfigError(msg) from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(self._descriptor, 32).decode(errors="replace").strip()
            os.close(self._descriptor)
            msg = (
                f"{database} is already open in another Totebook process ({holder or 'unknown'}). "
                "Only one may write a SQLite file: stop that one, let it do the work (--server), "
                "or use PostgreSQL."
            )
            raise ConfigError(msg) from None
        # This only tells the next one who holds it; a full disk must not hinder a start.
        with contextlib.suppress(OSError):
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, f"process {os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let another process write."""
        os.close(self._descriptor)


def open_writer(path: Path) -> Engine:
    """Open the one connection of a file that writes and checkpoints, for one thread at a time."""
    # SQLAlchemy's StaticPool keeps exactly one connection, whichever thread asks.
    engine = _open(path, "rwc", _WRITER_PRAGMAS, poolclass=StaticPool)
    begin_with(engine, "BEGIN IMMEDIATE")
    return engine


def open_readers(path: Path, count: int) -> Engine:
    """Open the connections of a file that only read."""
    engine = _open(path, "ro", _READER_PRAGMAS, poolclass=QueuePool, pool_size=count)
    begin_with(engine, "BEGIN DEFERRED")
    return engine


def _open(path: Path, mode: str, pragmas: tuple[str, ...], **pool: Any) -> Engine:  # noqa: ANN401 - SQLAlchemy's own
    module = sqlite_module()

    def connect() -> Any:  # noqa: ANN401 - a connection of either driver
        connection = module.connect(
            f"file:{quote(str(path))}?mode={mode}",
            uri=True,
            # The driver starts no transaction by itself; begin_with does.
            isolation_level=None,
            # The pool hands a connection from thread to thread, one at a time.
            check_same_thread=False,
            cached_statements=512,
            timeout=BUSY_TIMEOUT_MS / 1_000,
        )
        try:
            for pragma in pragmas:
                connection.execute(f"PRAGMA {pragma}").fetchall()
        except BaseException as error:
            connection.close()
            of_schema = isinstance(error, (module.OperationalError, UnicodeDecodeError))
            if of_schema and getattr(error, "sqlite_errorname", "") in UNNAMED:
                raise _torn(module, error) from error
            raise
        return connection

    return create_engine(f"sqlite:///{path}", module=module, creator=connect, **pool)


def _torn(module: ModuleType, error: BaseException) -> Exception:
    """What is raised of a damaged file to which SQLite gives no such name.

    It reads the schema at the first pragma. Of one that is torn it quotes what it found, which need
    not be text; what it can't read at all, it calls a fault of the statement, and ours have none.
    """
    said = "its schema is torn" if isinstance(error, UnicodeDecodeError) else str(error)
    torn: Exception = module.DatabaseError(said)
    torn.sqlite_errorname = "SQLITE_CORRUPT"  # type: ignore[attr-defined]
    return torn
