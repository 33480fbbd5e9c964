"""Up, down, up; and the models say what the migrations do."""

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DBAPIError

import migrations
from server.core import schema_heads
from server.db.engine import Database, open_database
from server.db.tables import KINDS


@pytest.fixture
def bare(bare_url: str) -> Database:
    return open_database(bare_url)


def test_up_down_up(bare: Database) -> None:
    migrations.upgrade(bare)
    assert bare.revisions() == schema_heads()

    migrations.downgrade(bare)
    with bare.reading() as connection:
        left = set(sa.inspect(connection).get_table_names()) - {"alembic_version"}
    assert left == set()

    migrations.upgrade(bare)
    assert bare.revisions() == schema_heads()
    bare.close()


def test_models_equal_migrations(bare: Database, metadata: sa.MetaData) -> None:
    migrations.upgrade(bare)

    with bare.reading() as connection:
        difference = compare_metadata(MigrationContext.configure(connection), metadata)
    bare.close()

    assert difference == []


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


def test_every_append_only_record_is_protected() -> None:
    scripts = (migrations.FOLDER / "versions").glob("*.py")
    script = "".join(path.read_text() for path in scripts)

    for kind in KINDS:
        if kind.APPEND_ONLY:
            assert f'"{kind.TABLE}",' in script


def test_heads_are_those_of_the_scripts() -> None:
    assert frozenset(ScriptDirectory(str(migrations.FOLDER)).get_heads()) == migrations.HEADS
