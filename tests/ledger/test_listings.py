"""What moved at a place since a moment, read from movements that have no index by place."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from server.db.bulk import insert_records
from server.db.engine import Database
from server.db.sqlite import sqlite_module
from server.lane.records import Commit
from server.ledger.listings import LISTINGS
from server.ledger.records import Movement
from server.record import shape
from tests.sync.statements import counted

PLACES = (1_000_001, 1_000_002, 1_000_003)


def history(source: random.Random, site: int) -> tuple[list[Commit], list[Movement]]:
    """Commits of a few movements each, whose moments are in no order."""
    commits: list[Commit] = []
    movements: list[Movement] = []
    for number in range(1, 21):
        first = len(movements) + 1
        for _ in range(source.randint(0, 3)):
            out, into = source.sample(PLACES, 2)
            at = source.randint(1, 100)
            seq = len(movements) + 1
            movements.append(Movement(site, seq, out, into, 5, 5, 1, 1, 1, seq, at, 0))
        own = movements[first - 1 :]
        latest = max((each.occurred_at for each in own), default=0)
        commits.append(Commit(site, number, b"", first, len(own), number, 1, number, latest, 0))
    return commits, movements


@pytest.mark.parametrize("index", ["from_place", "to_place"])
def test_listing_reads_what_the_picture_would_list(database: Database, index: str) -> None:
    source = random.Random(3)
    books = [history(source, site) for site in (1, 2)]
    value_of = shape(Movement).getters[index]
    everything = [movement for _, movements in books for movement in movements]
    with database.writing() as connection:
        for commits, movements in books:
            insert_records(connection, Commit, commits)
            insert_records(connection, Movement, movements)

        for bound in (0, 40, 80, 101):
            wanted = {(1, PLACES[0]): bound, (1, PLACES[1]): bound + 10, (2, PLACES[2]): bound}
            expected = [
                each for each in everything if each.occurred_at >= wanted.get(value_of(each), 1_000)
            ]
            with counted(database) as asked:
                found = LISTINGS[Movement, index](connection, wanted)
            assert sorted(found, key=ordered) == sorted(expected, key=ordered)
            assert len(asked) == 1


def test_what_moved_is_read_once_however_many_places_are_wanted(sqlite_template: Path) -> None:
    movements = [
        Movement(1, number, place_of(number % 100), 1, 5, 5, 1, 1, 1, number, 1, 0)
        for number in range(1, 2_001)
    ]
    commit = Commit(1, 1, b"", 1, len(movements), 1, 1, 1, 1, 0)
    engine = sa.create_engine(f"sqlite:///{sqlite_template}", module=sqlite_module())
    with engine.connect() as connection:
        insert_records(connection, Commit, [commit])
        insert_records(connection, Movement, movements)

        few, many = (steps(connection, count) for count in (10, 100))

        connection.rollback()
    engine.dispose()
    # Ten times the places, and ten times the movements found.
    assert many < 3 * few


def test_postgresql_reads_no_more_than_what_moved_since(database: Database) -> None:
    if database.dialect == "sqlite":
        pytest.skip("SQLite reads in the order in which tables are named")
    asked: list[tuple[str, Any]] = []

    def heard(*told: Any) -> None:  # noqa: ANN401 - SQLAlchemy's own.
        asked.append((told[2], told[3]))

    with database.writing() as connection:
        sa.event.listen(connection, "before_cursor_execute", heard)
        LISTINGS[Movement, "from_place"](connection, {(1, place_of(n)): 0 for n in range(200)})
        (statement, wanted) = asked[0]
        plan = connection.exec_driver_sql(f"EXPLAIN {statement}", wanted).scalars().all()

    assert not [step for step in plan if "Seq Scan on movement" in step]
    assert [step for step in plan if "on movement" in step]


def steps(connection: sa.Connection, places: int) -> int:
    """How much SQLite does to list what left so many places, in hundreds of its instructions."""
    done = 0

    def step() -> int:
        nonlocal done
        done += 1
        return 0

    driver: Any = connection.connection.driver_connection
    driver.set_progress_handler(step, 100)
    LISTINGS[Movement, "from_place"](connection, {(1, place_of(n)): 0 for n in range(places)})
    driver.set_progress_handler(None, 0)
    return done


def place_of(number: int) -> int:
    """A place on the floor."""
    return 1_000_001 + number


ordered: Callable[[object], tuple[int, ...]] = shape(Movement).key_of
