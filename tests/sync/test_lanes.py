"""The lanes of a process: one thread for all of a SQLite file, one for each site of PostgreSQL."""

import threading
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from server.activities import ACTIVITIES
from server.db.engine import Database
from server.errors import UnavailableError
from server.lane.activity import DESK, IMPORT, NETWORK
from server.lane.models import LANE, OPERATION
from server.merchants.messages import PutMerchant
from server.sites.messages import PutSite, PutZone
from server.sync.batches import Batch
from server.sync.lanes import Lanes, outcomes
from server.sync.push import PushRules
from tests.floor import START

SITE_1 = PutSite(code="BER", name="Berlin", time_zone="Europe/Berlin", number=1)
APPLIED = "applied"


@pytest.fixture
def lanes(database: Database) -> Iterator[Lanes]:
    """Give lanes over a database without rows."""
    opened = Lanes(database, PushRules(ACTIVITIES), lambda: START)
    yield opened
    opened.close()


def rows_in(database: Database, table: sa.Table) -> int:
    """How many rows a table has."""
    with database.reading() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def test_messages_are_answered_in_their_order(lanes: Lanes) -> None:
    lanes.say(NETWORK, DESK, SITE_1).result(20)

    told = outcomes(
        lanes.say(1, DESK, PutZone(code="A"), PutZone(code=" "), PutZone(code="B")).result(20)
    )

    assert [each["outcome"] for each in told] == [APPLIED, "refused", APPLIED]


def test_each_stream_goes_on_where_it_stands(lanes: Lanes) -> None:
    first = lanes.say(NETWORK, DESK, SITE_1).result(20)
    again = lanes.say(NETWORK, DESK, SITE_1).result(20)
    imported = lanes.say(NETWORK, IMPORT, SITE_1).result(20)

    assert (first.first, again.first, imported.first) == (1, 2, 1)


def test_rehearsal_answers_the_same_and_keeps_nothing(lanes: Lanes, database: Database) -> None:
    named = PutMerchant(code="ACME", name="Acme")

    rehearsed = outcomes(lanes.rehearse(NETWORK, IMPORT, named, named).result(20))
    assert (rows_in(database, OPERATION), rows_in(database, LANE)) == (0, 0)
    done = outcomes(lanes.say(NETWORK, IMPORT, named, named).result(20))

    assert rehearsed == done


def test_errand_writes_between_two_groups(lanes: Lanes, database: Database) -> None:
    def work(connection: sa.Connection) -> str:
        connection.execute(LANE.insert().values(**dict.fromkeys(LANE.c.keys(), 7) | {"hash": b""}))
        return "done"

    assert lanes.errand(work) == "done"
    assert rows_in(database, LANE) == 1


def test_sites_have_threads_of_their_own_where_the_database_allows(
    lanes: Lanes, database: Database
) -> None:
    for site in (NETWORK, 1, 2):
        batch = Batch(site=site, stream=DESK, epoch=1, lines=(b"{}",))
        assert lanes.submit(batch).result(20).status == "taken"

    expected = 1 if database.dialect == "sqlite" else 3
    assert len(lanes._lanes) == expected


def test_lane_that_several_ask_for_at_once_is_started_once(lanes: Lanes) -> None:
    gate = threading.Barrier(8)

    def ask() -> None:
        gate.wait()
        lanes.say(NETWORK, DESK, SITE_1).result(20)

    askers = [threading.Thread(target=ask) for _ in range(8)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()

    assert len(lanes._lanes) == 1
    assert lanes.say(NETWORK, DESK, SITE_1).result(20).first == 9


def test_closed_lanes_take_nothing(lanes: Lanes) -> None:
    lanes.say(NETWORK, DESK, SITE_1).result(20)
    lanes.close()

    with pytest.raises(UnavailableError):
        lanes.say(NETWORK, DESK, SITE_1).result(20)


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_several_processes_may_share_a_site(database: Database) -> None:
    processes = [Lanes(database, PushRules(ACTIVITIES), lambda: START) for _ in range(4)]
    processes[0].say(NETWORK, DESK, SITE_1).result(20)

    waiting = [
        process.say(1, DESK, PutZone(code=f"Z{number}"))
        for number in range(10)
        for process in processes
    ]
    answers = [future.result(60) for future in waiting]
    for process in processes:
        process.close()

    assert sorted(answer.first for answer in answers) == list(range(1, 41))
