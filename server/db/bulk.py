"""Set-based statements for records: one statement per table, however many rows.

SQLite gets its wanted keys as one JSON array and its rows by the driver's `executemany`; PostgreSQL
gets arrays and `unnest`. Both reach the driver's own speed; SQLAlchemy's ORM does not (ledger.md,
"Keep the hot path thin").
"""

import typing
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cache
from itertools import compress
from operator import ne
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa

from server.db.tables import column_type
from server.record import Key, Record, shape, tuple_getter

R = TypeVar("R", bound=Record)
PAIR = 2
"""Parts of the commonest keys and listings: a site and one more."""
POSTGRESQL_TYPES = {int: "bigint", str: "text", bytes: "bytea"}


class Statements:
    """The SQL of one kind of record in one dialect, written once."""

    def __init__(self, kind: type[Record], dialect: str) -> None:
        """Write what depends only on the kind; the rest is written when it is first asked for."""
        self.shape = shape(kind)
        self.sqlite = dialect == "sqlite"
        hints = typing.get_type_hints(kind)
        self.types = {
            name: POSTGRESQL_TYPES[column_type(hints[name])[0]] for name in self.shape.fields
        }
        self.columns = ", ".join(f"t.{name}" for name in self.shape.fields)
        self.insert = self._insert()
        changes = [name for name in self.shape.fields if name not in self.shape.key]
        updates = ", ".join(f'"{name}" = excluded."{name}"' for name in changes)
        action = f"DO UPDATE SET {updates}" if updates else "DO NOTHING"
        conflict = f"{self.insert} ON CONFLICT ({', '.join(self.shape.key)})"
        self.upsert = f"{conflict} {action}"
        self.ensure = f"{conflict} DO NOTHING"
        self.delete = self._delete()
        self.select = cache(self._select)
        self.select_of_site = cache(self._select_of_site)
        self.update = cache(self._update)

    def _select(self, names: tuple[str, ...], bound: str | None = None) -> str:
        """Rows whose `names` equal one of the wanted tuples, and `bound` at least its last part."""
        wanted = (*names, bound) if bound else names
        hint = ""
        if self.sqlite:
            source = "json_each(?) AS w CROSS JOIN"
            parts = [f"json_extract(w.value, '$[{n}]')" for n in range(len(wanted))]
            if wanted != self.shape.key[: len(wanted)]:
                # Without statistics SQLite takes "same site" by the key for as good as the index.
                hint = f" INDEXED BY {self._index(wanted)}"
        else:
            arrays = ", ".join(f"%s::{self.types[name]}[]" for name in wanted)
            parts = [f"w.k{n}" for n in range(len(wanted))]
            source = f"unnest({arrays}) AS w({', '.join(f'k{n}' for n in range(len(wanted)))}) JOIN"
        conditions = [f"t.{name} = {part}" for name, part in zip(names, parts, strict=False)]
        if bound:
            conditions.append(f"t.{bound} >= {parts[-1]}")
        on = " AND ".join(conditions)
        return f"SELECT {self.columns} FROM {source} {self.shape.table} AS t{hint} ON {on}"  # noqa: S608

    def _select_of_site(self, names: tuple[str, ...]) -> str:
        """The same in SQLite for keys of one site: the site, then an array of their second parts.

        It takes a third less than reading both parts of each key out of JSON.
        """
        hint = "" if names == self.shape.key[:2] else f" INDEXED BY {self._index(names)}"
        source = f"json_each(?2) AS w CROSS JOIN {self.shape.table} AS t{hint}"
        on = f"t.{names[0]} = ?1 AND t.{names[1]} = w.value"
        return f"SELECT {self.columns} FROM {source} ON {on}"  # noqa: S608

    def _update(self, names: tuple[str, ...]) -> tuple[str, Callable[[Record], Key]]:
        """Setting some columns by key in SQLite, and what reads its parameters off a record."""
        changes = ", ".join(f'"{name}" = ?' for name in names)
        match = " AND ".join(f"{name} = ?" for name in self.shape.key)
        sql = f"UPDATE {self.shape.table} SET {changes} WHERE {match}"  # noqa: S608
        return sql, tuple_getter(names + self.shape.key)

    def _index(self, names: tuple[str, ...]) -> str:
        return f"ix_{self.shape.table}_{'_'.join(names)}"

    def _insert(self) -> str:
        # Quoted, because some of our words (left, to) are SQL's too.
        names = ", ".join(f'"{name}"' for name in self.shape.fields)
        if self.sqlite:
            marks = ", ".join("?" for _ in self.shape.fields)
            return f"INSERT INTO {self.shape.table} ({names}) VALUES ({marks})"  # noqa: S608
        arrays = ", ".join(f"%s::{self.types[name]}[]" for name in self.shape.fields)
        # The condition keeps PostgreSQL from reading ON CONFLICT as part of a join.
        return f"INSERT INTO {self.shape.table} ({names}) SELECT * FROM unnest({arrays}) WHERE true"  # noqa: S608

    def _delete(self) -> str:
        if self.sqlite:
            match = " AND ".join(f"{name} = ?" for name in self.shape.key)
            return f"DELETE FROM {self.shape.table} WHERE {match}"  # noqa: S608
        arrays = ", ".join(f"%s::{self.types[name]}[]" for name in self.shape.key)
        names = ", ".join(f"k{n}" for n in range(len(self.shape.key)))
        match = " AND ".join(f"t.{name} = w.k{n}" for n, name in enumerate(self.shape.key))
        source = f"unnest({arrays}) AS w({names})"
        return f"DELETE FROM {self.shape.table} AS t USING {source} WHERE {match}"  # noqa: S608


@cache
def statements(kind: type[Record], dialect: str) -> Statements:
    """The statements of a kind, written once per dialect."""
    return Statements(kind, dialect)


def select_records(
    connection: sa.Connection,
    kind: type[R],
    names: tuple[str, ...],
    wanted: Collection[Key],
    bound: str | None = None,
) -> list[R]:
    """Read the records whose `names` are among `wanted`, by one statement."""
    if not wanted:
        return []
    of_kind = statements(kind, connection.dialect.name)
    sites = {key[0] for key in wanted}
    if of_kind.sqlite and len(names) == PAIR and bound is None and len(sites) == 1:
        sql = of_kind.select_of_site(names)
        parameters = (sites.pop(), json_array([key[1] for key in wanted]))
    else:
        sql = of_kind.select(names, bound)
        parameters = keys_of(connection, wanted)
    result = connection.exec_driver_sql(sql, parameters)
    # The driver's own tuples: a row object for each would cost more than reading it.
    rows = result.cursor.fetchall()
    result.close()
    return [kind(*row) for row in rows]


def keys_of(connection: sa.Connection, wanted: Collection[Key]) -> tuple[Any, ...]:
    """Wanted keys as the driver's parameters: one JSON array, or one array per column."""
    if connection.dialect.name == "sqlite":
        return (json_array(list(wanted)),)
    return arrays(wanted)


def arrays(rows: Iterable[Key]) -> tuple[str, ...]:
    """Rows as PostgreSQL reads arrays, one per column.

    Written here, because the driver takes ten times as long to write a list as these few lines.
    """
    return tuple(map(array_text, zip(*rows, strict=True)))


def array_text(column: tuple[Any, ...]) -> str:
    r"""One column as PostgreSQL writes an array.

    >>> array_text((1, None, 3)), array_text(("a", None, 'b"c')), array_text((b"\x01",))
    ('{1,NULL,3}', '{"a",NULL,"b\\"c"}', '{"\\\\x01"}')
    """
    some = next((value for value in column if value is not None), None)
    if isinstance(some, str):
        parts = ["NULL" if value is None else quoted(value) for value in column]
    elif isinstance(some, bytes):
        parts = ["NULL" if value is None else f'"\\\\x{value.hex()}"' for value in column]
    else:
        parts = ["NULL" if value is None else str(value) for value in column]
    return f"{{{','.join(parts)}}}"


def quoted(text: str) -> str:
    """A text within an array."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def json_array(parts: list[Any]) -> str:
    """Keys, or parts of keys, as SQLite's `json_each` reads them."""
    return msgspec.json.encode(parts).decode()


def insert_records(connection: sa.Connection, kind: type[Record], rows: Sequence[Record]) -> None:
    """Insert records whose keys are new."""
    run(connection, statements(kind, connection.dialect.name).insert, values(kind, rows))


def upsert_records(connection: sa.Connection, kind: type[Record], rows: Sequence[Record]) -> None:
    """Insert records or replace them by key."""
    run(connection, statements(kind, connection.dialect.name).upsert, values(kind, rows))


def update_records(
    connection: sa.Connection, kind: type[Record], changes: Sequence[tuple[Record, Record]]
) -> None:
    """Replace records (old, new) that are there.

    SQLite touches every index of a column that a statement sets, changed or not: so it sets only
    what did change. PostgreSQL looks by itself.
    """
    of_kind = statements(kind, connection.dialect.name)
    if not of_kind.sqlite:
        upsert_records(connection, kind, [new for _, new in changes])
        return
    groups: dict[tuple[bool, ...], list[Record]] = {}
    values_of = of_kind.shape.values_of
    for old, new in changes:
        groups.setdefault(tuple(map(ne, values_of(old), values_of(new))), []).append(new)
    for differs, rows in groups.items():
        if any(differs):
            names = tuple(compress(of_kind.shape.fields, differs))
            sql, parameters_of = of_kind.update(names)
            run(connection, sql, [parameters_of(row) for row in rows])


def ensure_records(connection: sa.Connection, kind: type[Record], rows: Sequence[Record]) -> None:
    """Insert the records whose keys are missing; what is there stays as it is."""
    run(connection, statements(kind, connection.dialect.name).ensure, values(kind, rows))


def delete_records(connection: sa.Connection, kind: type[Record], keys: Sequence[Key]) -> None:
    """Delete records by key."""
    run(connection, statements(kind, connection.dialect.name).delete, list(keys))


def values(kind: type[Record], rows: Iterable[Record]) -> list[Key]:
    """Rows as tuples in the order of their columns."""
    values_of = shape(kind).values_of
    return [values_of(row) for row in rows]


def run(connection: sa.Connection, sql: str, rows: list[Key]) -> None:
    """Execute one statement for all rows."""
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(sql, rows)
    else:
        connection.exec_driver_sql(sql, arrays(rows))
