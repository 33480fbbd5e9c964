"""Tests of how reads begin: several are one snapshot, a single statement needs no transaction."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from server.db.engine import Database, open_database
from server.errors import UnavailableError
from tests.sync.statements import counted


@pytest.fixture
def totes(bare_url: str) -> Iterator[Database]:
    """Give a database with one empty table."""
    database = open_database(bare_url)
    with database.writing() as connection:
        connection.execute(sa.text("CREATE TABLE tote (code text PRIMARY KEY)"))
    yield database
    database.close()


def note(connection: sa.Connection) -> None:
    """Write a row."""
    connection.exec_driver_sql("INSERT INTO tote VALUES ('T-1')")


def count(connection: sa.Connection) -> int:
    """How many rows there are."""
    return int(connection.exec_driver_sql("SELECT count(*) FROM tote").scalar_one())


def test_reading_stays_at_one_moment_and_asking_sees_what_is_there(totes: Database) -> None:
    with totes.reading() as reading, totes.asking() as asking:
        assert (count(reading), count(asking)) == (0, 0)
        with totes.writing() as writing:
            note(writing)
        assert (count(reading), count(asking)) == (0, 1)


def test_single_statement_is_all_that_a_database_is_asked(totes: Database) -> None:
    with counted(totes) as asked, totes.asking() as connection:
        connection.exec_driver_sql("SELECT 1")

    assert asked == ["SELECT 1"]


def test_who_reads_writes_nothing(totes: Database) -> None:
    with pytest.raises((DBAPIError, UnavailableError)), totes.reading() as connection:
        note(connection)
    with totes.reading() as connection:
        assert count(connection) == 0
