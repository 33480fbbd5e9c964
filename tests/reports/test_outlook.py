"""Tests of what runs low and what expires, on both databases."""

from server.db.engine import Database
from server.lane.activity import NETWORK
from server.ledger.records import Lot, Task
from server.orders.records import Demand, OrderLine, Shipment, ShipmentLine
from server.reports.outlook import ExpiringRow, LowRow, expiring, low_stock
from tests.floor import SITE, START
from tests.reports.books import ACME, BETA, an_order, put
from tests.reports.test_stock import stocked

DAY = 86_400_000
A1, A2, A3 = 1_000_011, 1_000_012, 1_000_013


def test_what_will_not_last_or_is_lacking_is_told_by_urgency(database: Database) -> None:
    stocked(database)
    old = START - 29 * DAY
    put(
        database,
        an_order(10, received_at=START),
        OrderLine(NETWORK, 10, 1, A1, 60, cancelled=4),
        OrderLine(NETWORK, 10, 2, A2, 1),
        an_order(11, received_at=old),
        OrderLine(NETWORK, 11, 1, A2, 500),
        an_order(12, BETA, received_at=START),
        OrderLine(NETWORK, 12, 1, 1_000_020, 500),
        Shipment(SITE, 30, 11, ACME, "web", "N11", 5, "", "", START, "exception"),
        Task(SITE, 31, "out_of_stock", START, "", START, shipment=30),
        ShipmentLine(SITE, 30, 1, A3, 8, missing=3),
        ShipmentLine(SITE, 30, 2, A2, 8),
        Demand(SITE, ACME, A1, 6),
    )

    with database.reading() as connection:
        told = low_stock(connection, ACME, [SITE], START)
        wider = low_stock(connection, ACME, [SITE], START, 100)
        assert low_stock(connection, ACME, [SITE], START, 100, 1) == told[:1]
        assert low_stock(connection, ACME, [], START, 100) == []

    # 14 good units of A1 less 6 that are promised, at two a day.
    assert told == [
        LowRow(SITE, "A3", "", 0, 0, 3, None),
        LowRow(SITE, "A1", "", 8, 56, 0, 4),
    ]
    assert [(row.sku, row.days_left) for row in wider] == [("A3", None), ("A1", 4), ("A2", 84)]


def test_lots_in_the_house_are_told_before_their_date_and_after(database: Database) -> None:
    stocked(database)
    put(database, Lot(SITE, ACME, A2, "L9", START, "2027-01-20"))
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE lot SET expiry = '2027-01-10' WHERE lot = 'L1'")
        connection.exec_driver_sql("UPDATE lot SET expiry = '2027-02-14' WHERE lot = 'L2'")

    with database.reading() as connection:
        # START is 15 January 2027.
        told = expiring(connection, ACME, [SITE], START, 30)
        assert expiring(connection, ACME, [SITE], START, 29) == told[:1]
        assert expiring(connection, ACME, [SITE], START, 30, 1) == told[:1]
        assert expiring(connection, BETA, [SITE], START) == []

    assert told == [
        ExpiringRow(SITE, "A1", "", "L1", "2027-01-10", -5, 10),
        ExpiringRow(SITE, "A1", "", "L2", "2027-02-14", 30, 4),
    ]
