"""What moved at a place since a moment, read from movements that have no index by place."""

import random
from collections.abc import Callable

import pytest

from server.db.bulk import insert_records
from server.db.engine import Database
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


ordered: Callable[[object], tuple[int, ...]] = shape(Movement).key_of
