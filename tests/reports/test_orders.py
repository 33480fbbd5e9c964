"""Tests of the reports on orders and parcels, on both databases."""

import pytest

from server.clock import to_rfc3339
from server.db.engine import Database
from server.lane.activity import NETWORK
from server.orders.records import OrderLine, Shipment, ShipmentLine
from server.reports.figures import figures
from server.reports.orders import OrderFilter, order_story, orders, parcels
from tests.floor import SITE, START
from tests.reports.books import ACME, BETA, HOUR, an_order, delivered_order, floor_on, put


def ordered(database: Database) -> None:
    """ACME's orders N10 (open, line 2 cancelled), N11 (cancelled), N50 (delivered), BETA's N12."""
    floor_on(database)
    put(
        database,
        an_order(10, placed_at=START + HOUR),
        OrderLine(NETWORK, 10, 1, 1_000_011, 3),
        OrderLine(NETWORK, 10, 2, 1_000_012, 4, cancelled=4),
        Shipment(SITE, 30, 10, ACME, "web", "N10", 5, "North", "hash", START),
        ShipmentLine(SITE, 30, 1, 1_000_011, 3, packed=1, missing=1),
        an_order(11, state="cancelled", cancelled_at=START + 2 * HOUR, channel="shop"),
        an_order(12, BETA),
    )
    delivered_order(database)


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        (OrderFilter(owner=ACME), ["N11", "N10", "N50"]),
        (OrderFilter(owner=BETA), ["N12"]),
        (OrderFilter(), ["N11", "N10", "N50", "N12"]),
        (OrderFilter(owner=ACME, state="open"), ["N10"]),
        (OrderFilter(owner=ACME, channel="web"), ["N10", "N50"]),
        (OrderFilter(owner=ACME, number="N50"), ["N50"]),
        (OrderFilter(owner=ACME, number="N12"), []),
        (OrderFilter(site=2), []),
        (OrderFilter(placed_from=START + 1), ["N10"]),
        (OrderFilter(placed_until=START + 1, owner=ACME), ["N11", "N50"]),
    ],
)
def test_orders_are_found_by_what_is_asked(
    database: Database, asked: OrderFilter, numbers: list[str]
) -> None:
    ordered(database)

    with database.reading() as connection:
        rows = orders(connection, asked).rows
        first = orders(connection, asked, limit=1)
        rest = orders(connection, asked, limit=9, after=first.next) if first.next else None

    assert [row.number for row in rows] == numbers
    assert first.rows + (rest.rows if rest else []) == rows


def test_order_tells_its_units_times_and_cycle(database: Database) -> None:
    ordered(database)

    with database.reading() as connection:
        rows = {row.number: row for row in orders(connection, OrderFilter(owner=ACME)).rows}

    assert (rows["N10"].lines, rows["N10"].units, rows["N10"].cancelled_units) == (2, 7, 4)
    assert (rows["N10"].cycle_s, rows["N10"].delivered_at) == (None, None)
    assert (rows["N11"].lines, rows["N11"].cancelled_at) == (0, to_rfc3339(START + 2 * HOUR))
    assert rows["N50"].cycle_s == 9 * 3600
    assert (rows["N50"].owner, rows["N50"].site) == ("ACME", SITE)
    assert rows["N50"].placed_at == to_rfc3339(START)


def test_order_story_has_lines_and_parcels(database: Database) -> None:
    ordered(database)

    with database.reading() as connection:
        story = order_story(connection, 10, ACME)
        delivered = order_story(connection, 50)
        others = order_story(connection, 12, ACME)
        none = order_story(connection, 99)

    assert story is not None
    assert [(line.sku, line.quantity, line.packed, line.missing) for line in story.lines] == [
        ("A1", 3, 1, 1),
        ("A2", 4, 0, 0),
    ]
    assert story.parcels == []
    assert delivered is not None
    assert [parcel.sscc for parcel in delivered.parcels] == ["340123450000000017"]
    assert others is None
    assert none is None


def test_parcel_tells_its_attempts_without_those_taken_back(database: Database) -> None:
    ordered(database)
    delivered_order(database, 70, BETA)

    with database.reading() as connection:
        rows = parcels(connection, OrderFilter(owner=ACME)).rows
        first = parcels(connection, OrderFilter(), limit=1)
        rest = parcels(connection, OrderFilter(), limit=1, after=first.next)
        loaded = parcels(connection, OrderFilter(owner=ACME), states=("loaded",)).rows

    assert len(rows) == 1
    parcel = rows[0]
    assert (parcel.attempts, parcel.last_result) == (2, "delivered")
    assert (parcel.order, parcel.weight_g, parcel.state) == (50, 850, "delivered")
    assert [row.owner for row in first.rows + rest.rows] == ["ACME", "BETA"]
    assert loaded == []


def test_figures_of_orders_and_attempts(database: Database) -> None:
    ordered(database)

    with database.reading() as connection:
        told = figures(connection, SITE, START, START + 100 * HOUR)
        empty = figures(connection, SITE, 0, 1)

    assert (told.orders_placed, told.orders_delivered, told.orders_cancelled) == (4, 1, 1)
    assert (told.parcels_delivered, told.first_attempts, told.first_attempts_delivered) == (1, 1, 0)
    steps = {step.step: step for step in told.cycle}
    assert (steps["all"].orders, steps["all"].average_s, steps["all"].longest_s) == (
        1,
        9 * 3600,
        9 * 3600,
    )
    assert (steps["receive"].orders, steps["receive"].average_s) == (4, 2700)
    assert empty.orders_placed == 0
    assert empty.inventory_accuracy_ppm is None
    assert [step.average_s for step in empty.cycle] == [None] * 7
