"""The engine, and the only begin and commit of the server."""

import threading
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Literal

from sqlalchemy import Engine, inspect, text
from sqlalchemy.engine import URL, Connection, make_url

from server.config import ConfigError, variable
from server.db import postgresql
from server.db.beginning import without_begin
from server.db.faults import faults_told
from server.db.limits import Limits
from server.db.plans import tell_planner
from server.db.sqlite import FileLock, open_readers, open_writer, sqlite_module
from server.errors import UnavailableError

Dialect = Literal["sqlite", "postgresql"]

DEFAULTS = Limits()


class Database:
    """A database that is open: every transaction begins and ends in `writing` or `reading`."""

    def __init__(
        self,
        *,
        dialect: Dialect,
        place: str,
        writer: Engine | None,
        reader: Engine,
        version: str,
        limits: Limits = DEFAULTS,
        release: Callable[[], None] = lambda: None,
    ) -> None:
        """Take over engines that are open; use `open_database`."""
        self.dialect = dialect
        self.place = place
        self.version = version
        self.limits = limits
        self._writer = writer
        self._reader = reader
        self._asker = without_begin(reader)
        self._release = release
        awaits = limits.durable == "standby"
        self._commits = postgresql.CommitWatch(limits.lane_timeout_ms) if awaits else None
        # SQLite has one connection that writes, so threads take turns; PostgreSQL has a pool.
        self._turn: AbstractContextManager[object] = (
            _Turn() if dialect == "sqlite" else nullcontext()
        )

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a transaction that commits at the end of the block, or not at all if that raises."""
        if self._writer is None:
            msg = f"{self.place} was opened for reading only"
            raise RuntimeError(msg)
        with self._turn, faults_told(self.place), self._writer.connect() as connection:
            with connection.begin() as transaction:
                yield connection
                if self._commits is not None and transaction.is_active:
                    with self._commits.watching(connection):
                        transaction.commit()
            postgresql.check_confirmed(connection, self.place)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give one snapshot to read from; it never waits for writers nor holds them up."""
        with faults_told(self.place), self._reader.begin() as connection:
            yield connection

    @contextmanager
    def asking(self) -> Iterator[Connection]:
        """Give a connection for single statements: each is a snapshot by itself, without a begin.

        For what nearly every call asks; who reads twice and must see the same wants `reading`.
        """
        with faults_told(self.place), self._asker.connect() as connection:
            yield connection

    @contextmanager
    def reporting(self) -> Iterator[Connection]:
        """Give one snapshot to those who read much, and may take longer than a caller waits."""
        with self.reading() as connection:
            if self.dialect == "postgresql":
                postgresql.allow_report(connection, self.limits)
            yield connection

    def check_ready(self) -> None:
        """Raise UnavailableError unless it can be written as durably as the settings demand."""
        with self.reading() as connection:
            if self.dialect == "postgresql":
                postgresql.check_ready(connection, self.place, self.limits)

    def check_standby(self) -> None:
        """Raise ConfigError where a standby is demanded and PostgreSQL waits for none."""
        if self.limits.durable == "standby":
            try:
                self.check_ready()
            except UnavailableError as error:
                raise ConfigError(error.detail) from error

    def revisions(self) -> AbstractSet[str]:
        """Answer the schema revisions that the database is at; none if it is empty."""
        with self.reading() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return frozenset()
            rows = connection.execute(text("SELECT version_num FROM alembic_version"))
            return frozenset(rows.scalars())

    def check_schema(self, expected_heads: AbstractSet[str]) -> None:
        """Raise ConfigError unless the schema is the one that this program was written for."""
        found = self.revisions()
        if found != expected_heads:
            msg = (
                f"The schema of {self.place} is at {_listed(found)}, needs "
                f"{_listed(expected_heads)}: run `totebook migrate`."
            )
            raise ConfigError(msg)

    def try_file(self) -> None:
        """Write, if that is allowed, and read a SQLite file once, and leave it as it was."""
        if self._writer is not None:
            # SQLite opens a file that it may not write without a word, and fails at the first row.
            with faults_told(self.place), self._writer.connect() as connection:
                connection.execute(text("PRAGMA user_version = 1"))
                connection.rollback()
            # A disk that is full must not hinder a start: then the next one does it.
            with suppress(UnavailableError), self.writing() as connection:
                tell_planner(connection)
        with self.reading() as connection:
            connection.execute(text("SELECT count(*) FROM sqlite_schema"))

    def pools(self) -> dict[str, Engine]:
        """Answer every engine that has connections of its own, by what these are for."""
        pools = {"reading": self._reader}
        return pools if self._writer is None else {"writing": self._writer, **pools}

    def flush_log(self) -> None:
        """Empty SQLite's write-ahead log as far as no reader needs it: it holds old rows, too."""
        if self.dialect != "sqlite" or self._writer is None:
            return
        with self._turn, faults_told(self.place):
            connection = self._writer.raw_connection()
            try:
                cursor = connection.cursor()
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                cursor.close()
            finally:
                connection.close()

    def close(self) -> None:
        """Close every connection; on SQLite also let another process write."""
        # The writer goes last: it moves the write-ahead log into the file, and readers can't.
        self._reader.dispose()
        if self._writer is not None:
            self._writer.dispose()
        self._release()


def open_database(url: str, *, writes: bool = True, limits: Limits = DEFAULTS) -> Database:
    """Open a database by its URL; ConfigError or UnavailableError says why it can't be.

    On SQLite only one process may open with `writes`; others read beside it.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed, writes=writes, limits=limits)
    return _open_postgresql(parsed, writes=writes, limits=limits)


def _open_sqlite(url: URL, *, writes: bool, limits: Limits) -> Database:
    if limits.durable == "standby":
        msg = f"{variable('durable')}=standby needs PostgreSQL: SQLite keeps one file on one disk."
        raise ConfigError(msg)
    if url.database is None or url.database == ":memory:":
        msg = "Totebook keeps its book in a file: sqlite:///FILE."
        raise ConfigError(msg)
    path = Path(url.database).absolute()
    if not path.parent.is_dir():
        msg = f"The folder {path.parent} for the database {path.name} does not exist: create it."
        raise ConfigError(msg)
    if not writes and not path.exists():
        msg = f"There is no database {path}: run `totebook migrate` to make one."
        raise ConfigError(msg)
    version = f"SQLite {sqlite_module().sqlite_version}"
    lock = FileLock(path) if writes else None
    database = Database(
        dialect="sqlite",
        place=str(path),
        writer=open_writer(path) if writes else None,
        reader=open_readers(path, limits.pool_size),
        version=version,
        limits=limits,
        release=lock.release if lock else lambda: None,
    )
    return _tried(database)


def _open_postgresql(url: URL, *, writes: bool, limits: Limits) -> Database:
    database = Database(
        dialect="postgresql",
        place=url.render_as_string(hide_password=True),
        writer=postgresql.open_writers(url, limits) if writes else None,
        reader=postgresql.open_readers(url, limits),
        version="PostgreSQL ",
        limits=limits,
    )
    return _tried(database)


def _tried(database: Database) -> Database:
    """Answer the database if it can be used as it was opened; close it again if not."""
    try:
        if database.dialect == "sqlite":
            database.try_file()
        else:
            with database.reading() as connection:
                database.version += str(connection.execute(text("SHOW server_version")).scalar())
    except UnavailableError as error:
        database.close()
        raise ConfigError(error.detail) from error
    except BaseException:
        database.close()
        raise
    return database


def _listed(revisions: AbstractSet[str]) -> str:
    return ", ".join(sorted(revisions)) or "nothing yet"


class _Turn:
    """A lock that says so when its own thread asks again, where it would wait forever."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holder: int | None = None

    def __enter__(self) -> None:
        if self._holder == threading.get_ident():
            msg = "writing() inside writing(): there is one transaction at a time"
            raise RuntimeError(msg)
        self._lock.acquire()
        self._holder = threading.get_ident()

    def __exit__(self, *raised: object) -> None:
        self._holder = None
        self._lock.release()
