"""The number of SQL statements of a group does not grow with the operations in it."""

import re
from collections import Counter
from collections.abc import Callable

import msgspec
import pytest
import sqlalchemy as sa

from device_protocol.operations import Count, Move, Operation, Pick, Receive
from device_protocol.operations import CountLine as Counted
from server.activities import ACTIVITIES
from server.db.engine import Database
from server.lane.store import SqlStore
from server.ledger.listings import LISTINGS
from server.ledger.records import Allocation, Balance, Stock
from server.ledger.stocks import StockKey
from server.orders.records import Shipment
from server.planning.packages import Body
from server.planning.records import Package
from server.record import Record
from server.sync import feed
from server.sync.push import PushRules
from tests.databases import delete_rows
from tests.floor import SITE, Floor
from tests.sayings import put
from tests.sync.statements import counted

FEW, MANY = 10, 400
BIN_1, ACME, ITEM = 1_000_101, 1_000_001, 1_000_011
PACKAGE, SHIPMENT, LINES = 500, 600, 1_000
BODY = Body(PACKAGE, 1, 1_000_090, "cluster", 5, ())


def waiting_work(floor: Floor, lines: int) -> None:
    """A package of pick lines in bins A-01 to A-09, for lots of one item."""
    shipment = Shipment(
        site=SITE,
        id=SHIPMENT,
        order_id=1,
        owner=ACME,
        channel="web",
        number="1",
        priority=5,
        destination="",
        recipient="",
        received_at=1,
        state="released",
        to_pick=lines,
    )
    records: list[Record] = [
        Package(SITE, PACKAGE, 1, 1_000_090, 5, lines, lines, msgspec.json.encode(BODY)),
        shipment,
    ]
    for number in range(lines):
        place = BIN_1 + number % 9
        lot = f"L{number}"
        sign = StockKey(owner=ACME, item=ITEM, lot=lot).sign
        stock = Stock(SITE, 10_000 + number, sign, ACME, ITEM, lot)
        task = LINES + number
        records += [
            stock,
            Balance(SITE, place, stock.id, 5, allocated=2, listed=stock.id),
            Allocation(SITE, task, SHIPMENT, 1, place, stock.id, 2, PACKAGE, number, place),
        ]
    put(floor, *records)


def picks(count: int) -> list[Operation]:
    """A pick of every line, each filling it."""
    return [
        Pick(
            quantity=2,
            source=f"A-{number % 9 + 1:02d}",
            to=f"T-{number % 4}",
            tasks=(LINES + number,),
            package=PACKAGE,
            ended=1_000 + number,
        )
        for number in range(count)
    ]


def receipts(count: int) -> list[Operation]:
    """Receipts of new lots, by owner and SKU."""
    return [
        Receive(
            quantity=1,
            owner="ACME",
            item="A1",
            lot=f"N{number}",
            to=f"A-{number % 9 + 1:02d}",
            ended=1_000 + number,
        )
        for number in range(count)
    ]


def moves(count: int) -> list[Operation]:
    """Moves of lots that are there and of codes that nobody knows."""
    return [
        Move(
            quantity=1,
            owner="ACME" if number % 2 else "",
            item="A1" if number % 2 else "",
            lot=f"L{number}",
            code="" if number % 2 else f"X-{number}",
            source="A-01",
            to="A-02",
            ended=1_000 + number,
        )
        for number in range(count)
    ]


def counts(count: int) -> list[Operation]:
    """Counts of all bins, over and over."""
    return [
        Count(
            place=f"A-{number % 9 + 1:02d}",
            lines=(Counted(owner="ACME", item="A1", lot=f"L{number}", quantity=number % 7),),
            complete=number % 2 == 0,
            ended=1_000 + number,
        )
        for number in range(count)
    ]


def statements_of(database: Database, operations: list[Operation], lines: int) -> list[str]:
    """What a group of one batch of these operations asks the database, on a fresh book."""
    floor = Floor(SqlStore(database.writing, LISTINGS))
    floor.rules = PushRules(ACTIVITIES, project=feed.project)
    waiting_work(floor, lines)
    handheld = floor.handheld()
    handheld.push()
    for operation in operations:
        handheld.write(operation)
    with counted(database) as asked:
        outcomes = handheld.push()
    assert len(outcomes) == len(operations)
    assert not any(outcome["outcome"] == "parked" for outcome in outcomes)
    return asked


def shapes(statements: list[str]) -> Counter[str]:
    """How often each statement was asked, by its beginning and table."""
    return Counter(" ".join(re.split(r"\s+", each)[:3]) for each in statements)


@pytest.mark.parametrize("kind", [picks, receipts, moves, counts])
def test_statements_do_not_grow_with_the_operations(
    kind: Callable[[int], list[Operation]], database: Database, metadata: sa.MetaData
) -> None:
    # One pick line more than is picked, so that neither group finishes the package.
    few = statements_of(database, kind(FEW), MANY + 1)
    delete_rows(database, metadata)
    many = statements_of(database, kind(MANY), MANY + 1)

    assert len(many) <= len(few), shapes(many) - shapes(few)
