"""Facts commute: the same facts give the same balances in any order of arrival (L3, L6, I14)."""

import random

import pytest
from sqlalchemy import MetaData

from server.db.engine import Database
from server.lane.records import StoredOperation
from server.lane.store import SqlStore
from server.ledger.listings import LISTINGS
from tests.databases import delete_rows
from tests.floor import Floor, sql_balances
from tests.ledger.histories import deliver, write_histories
from tests.sayings import all_of

HISTORIES = 250
SHUFFLES = 4
HISTORIES_PER_DATABASE = 25


def arrival(seed: int, order: int, floor: Floor) -> None:
    """One history in one of its arrival orders."""
    history = random.Random(seed)
    handhelds = write_histories(history, floor, devices=4, length=12)
    arriving = random.Random(f"{seed}/{order}")
    deliver(arriving, floor, handhelds)


@pytest.mark.parametrize("part", range(5))
def test_any_arrival_order_gives_the_same_balances(part: int) -> None:
    for seed in range(part, HISTORIES, 5):
        results = []
        for order in range(SHUFFLES):
            floor = Floor()
            arrival(seed, order, floor)
            results.append(floor.balances())
            assert not any(b"parked" in each.outcome for each in all_of(floor, StoredOperation))

        assert all(result == results[0] for result in results), f"seed {seed}"


def test_any_arrival_order_gives_the_same_balances_in_the_database(
    database: Database, metadata: MetaData
) -> None:
    for seed in range(HISTORIES_PER_DATABASE):
        memory = Floor()
        arrival(seed, 0, memory)
        expected = memory.balances()
        for order in range(1, SHUFFLES + 1):
            delete_rows(database, metadata)
            floor = Floor(SqlStore(database.writing, LISTINGS))
            arrival(seed, order, floor)

            assert sql_balances(database) == expected, f"seed {seed} order {order}"
