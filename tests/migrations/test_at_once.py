"""Servers that start on one PostgreSQL at once: one migrates, the others wait and find it done."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

import migrations
from server.db.engine import Database, open_database
from server.db.postgresql import take_turn
from tests.faults.cluster import wait_for
from tests.migrations.test_rolling import NEWER

pytestmark = pytest.mark.parametrize("dialect", ["postgresql"])
WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


@pytest.fixture(name="databases")
def open_databases(bare_url: str) -> Iterator[list[Database]]:
    """Give what two servers open, on a database in which there is nothing."""
    databases = [open_database(bare_url) for _ in range(2)]
    yield databases
    for database in databases:
        database.close()


def somebody_waits(database: Database) -> bool:
    """Whether a program waits for its turn."""
    with database.reading() as connection:
        return bool(connection.scalar(sa.text(WAITING)))


def test_of_two_that_migrate_at_once_one_waits_and_finds_it_done(databases: list[Database]) -> None:
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(migrations.upgrade, databases)) == [0, 0]

    assert [database.revisions() for database in databases] == [migrations.HEADS] * 2


def test_who_waited_for_a_newer_program_leaves_its_schema_alone(databases: list[Database]) -> None:
    mine, newer = databases
    migrations.upgrade(mine)
    with ThreadPoolExecutor(1) as pool:
        with newer.writing() as connection:
            take_turn(connection)
            waiting = pool.submit(migrations.upgrade, mine)
            wait_for(lambda: somebody_waits(newer))
            connection.execute(sa.text(f"UPDATE alembic_version SET version_num = '{NEWER}'"))  # noqa: S608
        assert waiting.result(30) == 0

    assert mine.revisions() == {NEWER}
