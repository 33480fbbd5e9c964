"""Tests of what is told when a database can't work."""

import pytest
from sqlalchemy.exc import DBAPIError, OperationalError, TimeoutError  # noqa: A004 - SQLAlchemy's name

from server.db.faults import faults_told, retryable
from server.errors import UnavailableError


class SqliteError(Exception):
    """What a SQLite driver raises."""

    def __init__(self, name: str) -> None:
        super().__init__("the driver's words")
        self.sqlite_errorname = name


class ServerError(Exception):
    """What the PostgreSQL driver raises; without a state the connection itself failed."""

    def __init__(self, state: str | None) -> None:
        super().__init__("the driver's words\nand more of them")
        self.sqlstate = state


@pytest.mark.parametrize(
    ("cause", "code", "told"),
    [
        (SqliteError("SQLITE_READONLY_DBMOVED"), "database.read_only", "it is read-only"),
        (SqliteError("SQLITE_FULL"), "database.full", "free some space"),
        (SqliteError("SQLITE_IOERR_WRITE"), "database.unreachable", "look at its disk"),
        (SqliteError("SQLITE_CANTOPEN"), "database.unreachable", "look at its disk"),
        (SqliteError("SQLITE_CORRUPT"), "database.damaged", "restore a backup"),
        (SqliteError("SQLITE_NOTADB"), "database.damaged", "restore a backup"),
        (SqliteError("SQLITE_BUSY"), "database.busy", "held by another program"),
        (ServerError("25006"), "database.read_only", "it is read-only"),
        (ServerError("53100"), "database.full", "free some space"),
        (ServerError("57014"), "database.busy", "took too long"),
        (ServerError("55P03"), "database.busy", "took too long"),
        (ServerError("25P03"), "database.busy", "took too long"),
        (ServerError("57P01"), "database.unreachable", "(the driver's words); see that it runs"),
        (ServerError("53300"), "database.unreachable", "takes connections"),
        (ServerError("08006"), "database.unreachable", "see that it runs"),
        (ServerError(None), "database.unreachable", "see that it runs"),
    ],
)
def test_fault_is_told_with_what_to_do(cause: Exception, code: str, told: str) -> None:
    with pytest.raises(UnavailableError) as caught, faults_told("the book"):
        raise OperationalError("INSERT", {}, cause)

    assert caught.value.code == code
    assert caught.value.detail.startswith(("the book", "The disk of the book"))
    assert told in caught.value.detail


def test_fault_that_the_driver_tells_by_itself_is_told_too() -> None:
    with pytest.raises(UnavailableError) as caught, faults_told("the book"):
        raise SqliteError("SQLITE_FULL")

    assert caught.value.code == "database.full"


def test_what_no_database_says_passes() -> None:
    with pytest.raises(ValueError, match="ours"), faults_told("the book"):
        raise ValueError("ours")


def test_connections_that_are_all_in_use_are_told() -> None:
    with pytest.raises(UnavailableError) as caught, faults_told("the book"):
        raise TimeoutError

    assert caught.value.code == "database.exhausted"


@pytest.mark.parametrize(
    "cause", [SqliteError("SQLITE_CONSTRAINT_UNIQUE"), ServerError("23505"), ServerError("40001")]
)
def test_what_is_not_the_databases_fault_passes(cause: Exception) -> None:
    with pytest.raises(DBAPIError) as caught, faults_told("the book"):
        raise DBAPIError("INSERT", {}, cause)

    assert caught.value.orig is cause


def test_only_serialization_failures_and_deadlocks_are_done_again() -> None:
    def failed(state: str) -> DBAPIError:
        return DBAPIError("INSERT", {}, ServerError(state))

    assert retryable(failed("40001"))
    assert retryable(failed("40P01"))
    assert not retryable(failed("23505"))
    assert not retryable(ValueError())
