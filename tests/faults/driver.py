"""SQLite through APSW, as SQLAlchemy wants a driver: tests put a disk of their own below it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from types import SimpleNamespace
from typing import Any

import apsw

ROWS_UNKNOWN = -1
CHECKPOINTS = "PRAGMA wal_autocheckpoint = "


class Error(Exception):
    """As every driver has it."""


class DatabaseError(Error):
    """What SQLite answered; it is told by the names that Python's own driver gives."""

    def __init__(self, error: apsw.Error) -> None:
        """Take over its name and number."""
        super().__init__(str(error))
        extended = getattr(error, "extendedresult", 0)
        names = apsw.mapping_extended_result_codes, apsw.mapping_result_codes
        self.sqlite_errorname = str(
            names[0].get(extended) or names[1].get(getattr(error, "result", 0), "SQLITE_ERROR")
        )


class OperationalError(DatabaseError):
    """What can't be done now."""


class IntegrityError(DatabaseError):
    """What the tables refuse."""


class ProgrammingError(DatabaseError):
    """What was asked wrongly."""


@contextmanager
def told() -> Iterator[None]:
    """Raise errors of APSW as those of a driver."""
    try:
        yield
    except apsw.ConstraintError as error:
        raise IntegrityError(error) from error
    except apsw.Error as error:
        raise OperationalError(error) from error


class Cursor:
    """One statement, and the rows that it gave."""

    arraysize = 1

    def __init__(self, connection: "Connection") -> None:
        """Nothing is asked yet."""
        self.connection = connection
        self.description: tuple[Any, ...] | None = None
        self.rowcount = ROWS_UNKNOWN
        self.lastrowid = 0
        self._rows: list[Any] = []

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> "Cursor":
        """Run a statement to its end."""
        return self._run(lambda cursor: cursor.execute(sql, parameters or None))

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> "Cursor":
        """Run a statement once per row of parameters."""
        return self._run(lambda cursor: cursor.executemany(sql, rows))

    def _run(self, run: Callable[[apsw.Cursor], Iterable[Any]]) -> "Cursor":
        apsw_connection = self.connection.driven
        cursor = apsw_connection.cursor()
        self.description = None
        # APSW forgets what the columns are called once the last row was read.
        cursor.exec_trace = self._described
        before = apsw_connection.total_changes()
        with told():
            self._rows = list(run(cursor))
        self.rowcount = apsw_connection.total_changes() - before
        self.lastrowid = apsw_connection.last_insert_rowid()
        cursor.close()
        return self

    def _described(self, cursor: apsw.Cursor, _sql: str, _bindings: Any) -> bool:  # noqa: ANN401 - APSW's own.
        names = cursor.get_description()
        if names:
            self.description = tuple(
                (name, None, None, None, None, None, None) for name, _ in names
            )
        return True

    def fetchone(self) -> Any:  # noqa: ANN401 - a row.
        """The next row, or None."""
        return self._rows.pop(0) if self._rows else None

    def fetchmany(self, count: int = 1) -> list[Any]:
        """Some rows."""
        found, self._rows = self._rows[:count], self._rows[count:]
        return found

    def fetchall(self) -> list[Any]:
        """The rows that are left."""
        found, self._rows = self._rows, []
        return found

    def close(self) -> None:
        """Forget the rows."""
        self._rows = []


class Connection:
    """A connection that begins no transaction by itself."""

    isolation_level: str | None = None

    def __init__(self, driven: apsw.Connection) -> None:
        """Take over one that is open."""
        self.driven = driven

    def cursor(self) -> Cursor:
        """A cursor."""
        return Cursor(self)

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Cursor:
        """Run a statement."""
        done = self.cursor().execute(sql, parameters)
        if sql.startswith(CHECKPOINTS):
            self.driven.set_wal_hook(partial(checkpointed, int(sql.removeprefix(CHECKPOINTS))))
        return done

    def commit(self) -> None:
        """End a transaction, if there is one."""
        if self.driven.in_transaction:
            self.execute("COMMIT")

    def rollback(self) -> None:
        """Take a transaction back, if there is one: SQLite may have done so by itself."""
        if self.driven.in_transaction:
            self.execute("ROLLBACK")

    def create_function(self, name: str, count: int, function: Any, **more: Any) -> None:  # noqa: ANN401 - SQLAlchemy's own.
        """Add a function."""
        self.driven.create_scalar_function(name, function, count, **more)

    def close(self) -> None:
        """Close it."""
        with told():
            self.driven.close()


def checkpointed(pages_max: int, connection: apsw.Connection, _name: str, pages: int) -> int:
    """Move the log into the file after a commit, as SQLite does, which forgets if that fails.

    APSW would raise what its own VFS raised, although the commit has succeeded.
    """
    if pages >= pages_max:
        with suppress(apsw.Error):
            connection.wal_checkpoint()
    return apsw.SQLITE_OK


def driver_on(disk: str) -> Any:  # noqa: ANN401 - what a module of a driver has.
    """A driver whose files lie on a disk of that name (a VFS that is registered)."""

    def connect(name: str, *, timeout: float, **_more: object) -> Connection:
        flags = apsw.SQLITE_OPEN_URI | apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
        with told():
            driven = apsw.Connection(name, flags=flags, vfs=disk)
        driven.set_busy_timeout(int(timeout * 1_000))
        return Connection(driven)

    version = apsw.sqlite_lib_version()
    return SimpleNamespace(
        connect=connect,
        paramstyle="qmark",
        sqlite_version=version,
        sqlite_version_info=tuple(int(part) for part in version.split(".")),
        Error=Error,
        DatabaseError=DatabaseError,
        OperationalError=OperationalError,
        IntegrityError=IntegrityError,
        ProgrammingError=ProgrammingError,
    )
