"""Tables are derived from records: one definition of a row."""

import sqlalchemy as sa

import server.ledger.models
import server.sync.models
from server.db.tables import KINDS, column_type
from server.lane.records import Lane
from server.record import shape


def table(name: str) -> sa.Table:
    """A table by its name."""
    return server.ledger.models.PLACE.metadata.tables[name]


def index_of(name: str, *columns: str) -> sa.Index:
    """The index of a table on these columns."""
    return next(
        index
        for index in table(name).indexes
        if tuple(column.name for column in index.columns) == columns
    )


def test_columns_follow_the_fields_in_order() -> None:
    task = table("task")

    assert tuple(task.c.keys()) == shape(next(k for k in KINDS if k.TABLE == "task")).fields
    assert isinstance(task.c.id.type, sa.BigInteger)
    assert isinstance(task.c.note.type, sa.Text)
    assert isinstance(table("operation").c.line.type, sa.LargeBinary)
    assert (task.c.place.nullable, task.c.kind.nullable) == (True, False)


def test_key_is_the_primary_key_and_begins_with_the_site() -> None:
    assert [column.name for column in table("count_line").primary_key] == [
        "site",
        "place",
        "stock",
        "occurred_at",
        "stream",
        "epoch",
    ]
    for kind in KINDS:
        assert kind.KEY[0] == "site", kind


def test_every_declared_listing_has_an_index() -> None:
    assert index_of("place", "site", "code") is not None
    assert index_of("count_line", "site", "place", "latest") is not None


def test_listing_that_the_key_serves_needs_no_index_of_its_own() -> None:
    balance = table("balance")

    assert [index.columns.keys() for index in balance.indexes] == [["site", "listed"]]


def test_listing_that_sql_reads_in_its_own_way_has_no_index() -> None:
    assert table("movement").indexes == set()


def test_index_on_nullable_fields_leaves_out_rows_without_a_value() -> None:
    partial = index_of("balance", "site", "listed")

    for dialect in ("sqlite", "postgresql"):
        assert str(partial.dialect_options[dialect]["where"]) == "balance.listed IS NOT NULL"
    whole = index_of("place", "site", "code")
    assert whole.dialect_options["sqlite"]["where"] is None


def test_extra_constraints_are_named_by_the_convention() -> None:
    names = {constraint.name for constraint in table("balance").constraints}

    assert names == {"pk_balance", "ck_balance_negative_is_explained"}


def test_every_kind_has_one_table() -> None:
    tables = [kind.TABLE for kind in KINDS]

    assert len(tables) == len(set(tables))
    assert Lane in KINDS


def test_type_behind_a_hint() -> None:
    assert column_type(int) == (int, False)
    assert column_type(str | None) == (str, True)
    assert column_type(None | bytes) == (bytes, True)
