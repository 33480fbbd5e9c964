"""Tests of what SQLite's planner is told: no query goes through all that a site ever had."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import Connection

from server.db.engine import Database, open_database
from server.db.plans import estimates, parted, tell_planner
from server.lane.models import IS_FLAGGED

FLAGGED = f"""SELECT * FROM operation AS o WHERE o.site = 1 AND {IS_FLAGGED["sqlite"]}
    AND o.number < 9 ORDER BY o.number DESC"""  # noqa: S608 - our own parts.


@pytest.fixture
def book(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """Give a SQLite book that holds nothing yet."""
    path = shutil.copyfile(sqlite_template, tmp_path / "book.sqlite3")
    database = open_database(f"sqlite:///{path}")
    yield database
    database.close()


def plan(connection: Connection, sql: str) -> str:
    found = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}").fetchall()
    return "; ".join(row[3] for row in found)


@pytest.mark.parametrize(
    ("sql", "index"),
    [
        ("SELECT id FROM task WHERE site = 1 AND open = 1 AND kind = 'count'", "ix_task_site_open"),
        ("SELECT count(*) FROM attempt WHERE site = 1 AND parcel = 7", "ix_attempt_site_parcel"),
        (
            "SELECT * FROM stowed WHERE site = 1 AND done_at >= 5 AND done_at < 9",
            "ix_stowed_site_done_at",
        ),
        ("SELECT * FROM parcel WHERE site = 1 AND id = 7", "PRIMARY KEY (site=? AND id=?)"),
        (FLAGGED, "ix_operation_flagged (site=? AND number<?)"),
    ],
)
def test_queries_within_a_site_go_by_the_index_that_leaves_few_rows(
    book: Database, sql: str, index: str
) -> None:
    with book.reading() as connection:
        assert index in plan(connection, sql)


def test_every_book_is_told_the_same_once(book: Database) -> None:
    with book.writing() as connection:
        assert not tell_planner(connection)
        connection.exec_driver_sql("UPDATE sqlite_stat1 SET stat = '3 1 1'")
        assert tell_planner(connection)
        assert not tell_planner(connection)


def test_empty_file_has_nothing_to_tell_of(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    with database.writing() as connection:
        assert not tell_planner(connection)
    database.close()


def test_site_parts_nothing_and_a_key_parts_down_to_one_row() -> None:
    assert parted(["site", "id"], 1_000_000, 1) == [1_000_000, 1_000_000, 1]
    assert parted(["site", "place", "stock"], 1_000_000, 1) == [1_000_000, 1_000_000, 1_000, 1]
    assert parted(["hash"], 1_000_000, 10) == [1_000_000, 10]
    assert parted(["site"], 10_000, 10) == [10_000, 10_000]


def test_partial_index_is_taken_for_a_short_one() -> None:
    columns = [("task", "ix_open", 0, 1, "site"), ("task", "ix_open", 0, 1, "open")]

    assert estimates(columns) == {("task", "ix_open", "10000 10000 10")}
