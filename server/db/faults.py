"""Faults of a database told as errors that say what to do about them."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, OperationalError, TimeoutError  # noqa: A004 - SQLAlchemy's name

from server.errors import TotebookError, UnavailableError

# PostgreSQL: serialization failure, deadlock. The whole transaction is simply done again.
RETRYABLE_STATES = frozenset({"40001", "40P01"})
NO_TEXT = "Could not decode to UTF-8 column"
"""What SQLite's driver says of a text that is none: Totebook wrote only text."""


def retryable(error: BaseException) -> bool:
    """Say whether the transaction that failed so should be done again as a whole."""
    return isinstance(error, DBAPIError) and _state(error) in RETRYABLE_STATES


@contextmanager
def faults_told(place: str) -> Iterator[None]:
    """Raise UnavailableError for what the database can't do now; other errors pass as they are."""
    try:
        yield
    except DBAPIError as error:
        told = _sqlite_fault(error.orig, place) or _postgresql_fault(error, place)
        if told is None:
            raise
        raise told from error
    except TimeoutError as error:
        detail = f"All connections to {place} are in use; try again."
        raise UnavailableError(
            detail, code="database.exhausted", title="All connections are in use"
        ) from error
    except Exception as error:
        # SQLite's own words, where its driver was asked without SQLAlchemy.
        told = _sqlite_fault(error, place)
        if told is None:
            raise
        raise told from error


def damaged(place: str, found: object) -> UnavailableError:
    """What is said of a file that is no book any more."""
    detail = (
        f"{place} is damaged or no SQLite database ({found}); keep the file as it is and "
        "restore a backup beside it."
    )
    return UnavailableError(detail, code="database.damaged", title="The database is damaged")


def _state(error: DBAPIError) -> str | None:
    state: str | None = getattr(error.orig, "sqlstate", None)
    return state


def _sqlite_fault(cause: object, place: str) -> TotebookError | None:
    name = str(getattr(cause, "sqlite_errorname", ""))
    if name.startswith("SQLITE_READONLY"):
        return _read_only(place)
    if name == "SQLITE_FULL":
        return _full(place)
    if name.startswith(("SQLITE_IOERR", "SQLITE_CANTOPEN")):
        detail = f"{place} can't be read or written ({cause}); look at its disk and its rights."
        return UnavailableError(
            detail, code="database.unreachable", title="The database can't be reached"
        )
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")) or str(cause).startswith(NO_TEXT):
        return damaged(place, cause)
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        detail = f"{place} is held by another program; close it and try again."
        return UnavailableError(detail, code="database.busy", title="The database is busy")
    return None


def _postgresql_fault(error: DBAPIError, place: str) -> TotebookError | None:
    state = _state(error)
    if state == "53100":
        return _full(place)
    if state == "25006":
        return _read_only(place)
    if state in {"57014", "55P03", "25P03"}:
        detail = f"{place} took too long to answer; nothing was recorded; try again."
        return UnavailableError(detail, code="database.busy", title="The database is busy")
    lost = state is None and isinstance(error, OperationalError) and hasattr(error.orig, "sqlstate")
    if lost or (state is not None and state.startswith(("08", "57P", "53"))):
        reason = str(error.orig).strip().splitlines()[0]
        detail = f"{place} can't be reached ({reason}); see that it runs and takes connections."
        return UnavailableError(
            detail, code="database.unreachable", title="The database can't be reached"
        )
    return None


def _read_only(place: str) -> UnavailableError:
    detail = (
        f"{place} can't be written: it is read-only. Nothing was recorded. Make the database, and "
        "for SQLite its folder too, writable for the user who runs Totebook."
    )
    return UnavailableError(detail, code="database.read_only", title="The database is read-only")


def _full(place: str) -> UnavailableError:
    detail = (
        f"The disk of {place} is full. Nothing was recorded; free some space and devices send "
        "again by themselves."
    )
    return UnavailableError(detail, code="database.full", title="The disk is full")
