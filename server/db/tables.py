"""Tables derived from records: one definition of a row serves rules and SQL."""

import types
import typing
from typing import Any

import sqlalchemy as sa

from server.record import Record

METADATA = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
KINDS: list[type[Record]] = []
"""Every kind of record that has a table."""

COLUMN_TYPES: dict[type, type[sa.types.TypeEngine[Any]]] = {
    int: sa.BigInteger,
    str: sa.Text,
    bytes: sa.LargeBinary,
}


def table_of(kind: type[Record], *extras: sa.schema.SchemaItem) -> sa.Table:
    """Build the table of a record: columns by its fields, key, and an index per declared listing.

    An index on nullable fields leaves out the rows in which one is NULL, as the picture's listing
    does.
    """
    hints = typing.get_type_hints(kind)
    columns: list[sa.schema.SchemaItem] = []
    nullable: set[str] = set()
    for name in kind.__struct_fields__:
        base, optional = column_type(hints[name])
        if optional:
            nullable.add(name)
        columns.append(sa.Column(name, COLUMN_TYPES[base], nullable=optional))
    columns.append(sa.PrimaryKeyConstraint(*kind.KEY))
    table = sa.Table(kind.TABLE, METADATA, *columns, *extras, sqlite_with_rowid=False)
    for index in kind.INDEXES.values():
        if index.derived:
            continue
        names = [*index.fields, *((index.at_least,) if index.at_least else ())]
        if tuple(names) == kind.KEY[: len(names)]:
            continue
        present = [table.c[name].is_not(None) for name in index.fields if name in nullable]
        options: dict[str, Any] = {}
        if present:
            where = sa.and_(*present)
            options = {"sqlite_where": where, "postgresql_where": where}
        sa.Index(None, *(table.c[name] for name in names), **options)
    KINDS.append(kind)
    return table


def column_type(hint: Any) -> tuple[type, bool]:  # noqa: ANN401 - a type hint has no narrower type.
    """The plain type behind a hint, and whether None is allowed."""
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        bare = [part for part in typing.get_args(hint) if part is not type(None)]
        return bare[0], True
    return hint, False
