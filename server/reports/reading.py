"""How reports read: pages by cursor, times as RFC 3339, conditions only where asked for."""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Generic, TypeVar

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace

from server.clock import to_rfc3339
from server.errors import InvalidError
from server.identity.notes import read_notes

LIMIT = 100
LIMIT_MAX = 1_000
INTEGER_MAX = (1 << 63) - 1
WRITTEN_MAX = 512
"""Statements that are kept as a driver takes them; filters make several of one."""

_NAMED = re.compile(r"(?<![:\w]):([a-z]\w*)(?!:)")

T = TypeVar("T")
S = TypeVar("S", bound=msgspec.Struct)


class Page(msgspec.Struct, Generic[T], frozen=True):
    """Some rows, and the cursor of the page after it; None where it was the last."""

    rows: list[T]
    next: str | None = None


def time_of(ms: int | None) -> str | None:
    """A time as the API shows it."""
    return None if ms is None else to_rfc3339(ms)


def write_cursor(values: Sequence[int | str]) -> str:
    """Where a page ended, as an opaque text.

    >>> write_cursor((1, "A-01"))
    'WzEsIkEtMDEiXQ'
    """
    return base64.urlsafe_b64encode(msgspec.json.encode(values)).rstrip(b"=").decode()


def read_cursor(text: str | None, kinds: Sequence[type]) -> tuple[Any, ...] | None:
    """What a cursor holds; an InvalidError if it is not one of ours."""
    if not text:
        return None
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        values = msgspec.json.decode(packed)
    except (binascii.Error, msgspec.MsgspecError, ValueError, UnicodeError):
        values = None
    if not _is_key(values, kinds):
        detail = "This is no cursor of this list; begin again without one."
        raise InvalidError(detail, pointers=[("/after", "no cursor of this list")])
    return tuple(values)


def _is_key(values: object, kinds: Sequence[type]) -> bool:
    """Whether these are values of these kinds that a database can be asked for."""
    return (
        isinstance(values, list)
        and [type(value) for value in values] == list(kinds)
        and all(
            abs(value) <= INTEGER_MAX if isinstance(value, int) else "\x00" not in value
            for value in values
        )
    )


class Conditions:
    """The conditions of one statement and their values."""

    def __init__(self) -> None:
        """Begin without any."""
        self.parts: list[str] = []
        self.values: dict[str, Any] = {}

    def ask(self, part: str, **values: object) -> None:
        """Add a condition in which values are named as `:name`; one that is None asks nothing."""
        if any(isinstance(value, str) and "\x00" in value for value in values.values()):
            # PostgreSQL can't even be asked for it.
            raise InvalidError("A text has a character that nothing can be found by (NUL).")
        if all(value is not None for value in values.values()):
            self.parts.append(part)
            self.values.update(values)

    def beyond(self, columns: Sequence[str], cursor: tuple[Any, ...] | None) -> None:
        """Ask for what comes after the cursor in the order of these columns."""
        if cursor is None:
            return
        names = [f"after_{place}" for place in range(len(columns))]
        marks = ", ".join(f":{name}" for name in names)
        self.parts.append(f"({', '.join(columns)}) > ({marks})")
        self.values.update(zip(names, cursor, strict=True))

    @property
    def where(self) -> str:
        """The WHERE clause, or nothing."""
        return f"WHERE {' AND '.join(self.parts)}" if self.parts else ""


def read_rows(
    connection: sa.Connection, sql: str, values: Mapping[str, Any]
) -> Sequence[sa.RowMapping]:
    """Run one statement and answer its rows by column name."""
    return _asked(connection, sql, values).mappings().all()


def read_tuples(
    connection: sa.Connection, sql: str, values: Mapping[str, Any]
) -> Sequence[tuple[Any, ...]]:
    """Run one statement and answer its rows as the driver gives them: for what is asked often."""
    with _asked(connection, sql, values) as found:
        rows: Sequence[tuple[Any, ...]] = found.cursor.fetchall()
        return rows


def _asked(connection: sa.Connection, sql: str, values: Mapping[str, Any]) -> sa.CursorResult[Any]:
    # SQLAlchemy would take a text apart at every call, which takes longer than to run most.
    return connection.exec_driver_sql(as_driven(sql, connection.dialect.name), dict(values))


@lru_cache(WRITTEN_MAX)
def as_driven(sql: str, dialect: str) -> str:
    """A statement with its values named as the driver of a database wants them.

    >>> as_driven("SELECT t.id FROM t WHERE t.code LIKE :code || '%'", "postgresql")
    "SELECT t.id FROM t WHERE t.code LIKE %(code)s || '%%'"
    """
    return sql if dialect == "sqlite" else _NAMED.sub(r"%(\1)s", sql.replace("%", "%%"))


def stream_rows(
    connection: sa.Connection, sql: str, values: Mapping[str, Any], size: int = LIMIT_MAX
) -> Iterator[Sequence[sa.RowMapping]]:
    """Run one statement and answer its rows in portions, as the database gives them."""
    streaming = connection.execution_options(stream_results=True, max_row_buffer=size)
    result = streaming.execute(sa.text(sql), dict(values))
    yield from result.mappings().partitions(size)


def by_index(connection: sa.Connection, name: str) -> str:
    """Insist on an index where the database would guess wrongly.

    SQLite without statistics takes "same site" by the key for as good as an index; PostgreSQL has
    statistics.
    """
    return f"INDEXED BY {name}" if connection.dialect.name == "sqlite" else ""


def told(kind: type[T], row: sa.RowMapping | dict[str, Any], *times: str) -> T:
    """A row as it is told: columns by their names, times as RFC 3339."""
    return kind(**{name: time_of(row[name]) if name in times else row[name] for name in row})


def in_words(connection: sa.Connection, rows: list[S], name: str) -> list[S]:
    """Rows with the notes behind a field, as far as they were not deleted."""
    notes = read_notes(connection, [getattr(row, name) for row in rows])
    return [
        replace(row, **{name: notes[note]}) if (note := getattr(row, name)) in notes else row
        for row in rows
    ]


def as_page(rows: list[T], keys: Sequence[Sequence[int | str]], limit: int) -> Page[T]:
    """Make a page of rows that were read up to `limit` + 1, with the key of each row."""
    if len(rows) <= limit:
        return Page(rows)
    return Page(rows[:limit], write_cursor(keys[limit - 1]))


def within_limit(limit: int) -> int:
    """The limit of a page, if it is one."""
    if 1 <= limit <= LIMIT_MAX:
        return limit
    detail = f"A page has 1 to {LIMIT_MAX} rows, not {limit}."
    raise InvalidError(detail, pointers=[("/limit", f"from 1 to {LIMIT_MAX}")])
