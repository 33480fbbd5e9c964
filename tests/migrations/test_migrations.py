"""Up, down, up; and the models say what the migrations do."""

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DBAPIError

import migrations
from server.config import ConfigError
from server.db.bulk import upsert_records
from server.db.engine import Database, open_database
from server.db.tables import KINDS
from server.orders.records import Shipment


@pytest.fixture
def bare(bare_url: str) -> Database:
    return open_database(bare_url)


def test_up_down_up(bare: Database) -> None:
    migrations.upgrade(bare)
    assert bare.revisions() == migrations.HEADS

    migrations.downgrade(bare)
    with bare.reading() as connection:
        left = set(sa.inspect(connection).get_table_names()) - {"alembic_version"}
    assert left == set()

    migrations.upgrade(bare)
    assert bare.revisions() == migrations.HEADS
    bare.close()


def test_models_equal_migrations(bare: Database, metadata: sa.MetaData) -> None:
    migrations.upgrade(bare)

    with bare.reading() as connection:
        difference = compare_metadata(MigrationContext.configure(connection), metadata)
    bare.close()

    assert difference == []


def test_merchants_are_owed_what_was_taken_before_they_had_accounts(bare: Database) -> None:
    told = (7, "shop", "A-1", 5, "", "", 0)
    paid = [
        Shipment(1, number, number, *told, currency=currency, cash_taken=taken)
        for number, currency, taken in ((1, "EUR", 500), (2, "EUR", 250), (3, "CNY", 0))
    ]
    migrations.upgrade(bare)
    with bare.writing() as connection:
        upsert_records(connection, Shipment, paid)

    migrations.downgrade(bare, "0007")
    migrations.upgrade(bare)

    with bare.reading() as connection:
        owed = connection.execute(sa.text("SELECT * FROM merchant_account")).all()
    bare.close()
    assert [tuple(row) for row in owed] == [(1, 7, "EUR", 750, 0)]


def test_append_only_tables_refuse_change(bare: Database) -> None:
    migrations.upgrade(bare)
    movement = next(kind for kind in KINDS if kind.TABLE == "movement")
    names = movement.__struct_fields__
    row = "1, 1, 1, 2, 3, 3, 5, 1, 1, 1, 0, 0, 'fact', NULL"
    with bare.writing() as connection:
        connection.execute(
            sa.text(f"INSERT INTO movement ({', '.join(names)}) VALUES ({row})")  # noqa: S608
        )

    for sql in ("UPDATE movement SET quantity = 6", "DELETE FROM movement"):
        with pytest.raises(DBAPIError, match="append-only"), bare.writing() as connection:
            connection.execute(sa.text(sql))
    bare.close()


OPERATION = "1, 1000001, 1, 1, 7, :hash, :line, :outcome, 0, 0, 'exact', 1, 0"


def test_a_stored_line_gives_way_only_before_the_horizon_of_an_archive(bare: Database) -> None:
    migrations.upgrade(bare)
    values = {"hash": b"h", "line": b'{"kind":"pick"}', "outcome": b"{}"}
    part = {"hash": b"h", "manifest": b"m"}
    shorten = sa.text("UPDATE operation SET line = :line").bindparams(line=b"{}")

    def write(sql: sa.TextClause, values: dict[str, bytes]) -> None:
        with bare.writing() as connection:
            connection.execute(sql, values)

    write(sa.text(f"INSERT INTO operation VALUES ({OPERATION})"), values)  # noqa: S608
    for upto in (0, 6, 7):
        with pytest.raises(DBAPIError, match="append-only"):
            write(shorten, {})
        part_sql = (
            f"INSERT INTO archived_part VALUES (1, {upto + 1}, 1, :hash, {upto}, :manifest, 0)"  # noqa: S608
        )
        write(sa.text(part_sql), part)

    for change in ("line = :line || line", "outcome = :line", "hash = :line", "number = 6"):
        sql = sa.text(f"UPDATE operation SET {change}")  # noqa: S608
        with pytest.raises(DBAPIError, match="append-only"):
            write(sql, {"line": b"x"} if ":line" in change else {})
    with pytest.raises(DBAPIError, match="append-only"):
        write(sa.text("DELETE FROM operation"), {})
    write(shorten, {})
    with bare.reading() as connection:
        assert (
            bytes(connection.execute(sa.text("SELECT line FROM operation")).scalar_one()) == b"{}"
        )
    bare.close()


def test_a_table_that_others_hold_is_not_waited_for(
    bare: Database, dialect: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if dialect == "sqlite":
        pytest.skip("SQLite has one writer")
    migrations.upgrade(bare, "0004")
    monkeypatch.setattr(migrations, "LOCK_TIMEOUT_MS", 20)

    with bare.reading() as holder:
        holder.execute(sa.text("SELECT count(*) FROM operation"))
        with pytest.raises(ConfigError, match="others hold its tables"):
            migrations.upgrade(bare)

    assert bare.revisions() == {"0004"}
    bare.close()


def test_every_append_only_record_is_protected() -> None:
    scripts = (migrations.FOLDER / "versions").glob("*.py")
    script = "".join(path.read_text() for path in scripts)

    for kind in KINDS:
        if kind.APPEND_ONLY:
            assert f'"{kind.TABLE}",' in script


def test_heads_are_those_of_the_scripts() -> None:
    assert frozenset(ScriptDirectory(str(migrations.FOLDER)).get_heads()) == migrations.HEADS
