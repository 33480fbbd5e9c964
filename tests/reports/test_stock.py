"""Tests of the stock reports, on both databases."""

import re

import pytest
import sqlalchemy as sa

from device_protocol.operations import Move, MoveUnit, Receive
from server.db.engine import Database
from server.ledger.records import Balance
from server.orders.records import Demand
from server.reports.stock import (
    StockFilter,
    StockRow,
    all_stock,
    items_stock,
    owned_stock,
    site_stock,
)
from server.tasks.resolving import PutHold
from tests.floor import SITE, Floor
from tests.reports.books import ACME, BETA, floor_on, put
from tests.sayings import say


def stocked(database: Database) -> Floor:
    """Two lots of ACME's A1, one damaged; BETA's B1; a tote with A2; an unknown code."""
    floor = floor_on(database)
    floor.handheld().do(
        Receive(quantity=10, owner="ACME", item="A1", lot="L1", to="A-01", ended=1_000),
        Receive(quantity=4, owner="ACME", item="A1", lot="L2", to="A-02", ended=2_000),
        Receive(quantity=1, owner="ACME", item="A1", condition="damaged", to="A-02", ended=3_000),
        Receive(quantity=7, owner="BETA", item="B1", to="A-03", ended=4_000),
        Receive(quantity=5, owner="ACME", item="A2", to="D-1", ended=5_000),
        MoveUnit(unit="T-1", to="D-1", ended=6_000),
        Move(quantity=2, owner="ACME", item="A2", source="D-1", to="T-1", ended=7_000),
        Receive(quantity=3, code="X-77", to="D-1", ended=8_000),
    )
    return floor


def shown(rows: list[StockRow]) -> list[tuple[str, str, str, int, int]]:
    """What matters of rows."""
    return [(row.place, row.sku or row.raw, row.lot, row.on_hand, row.available) for row in rows]


def test_merchant_sees_own_stock_at_locations(database: Database) -> None:
    stocked(database)

    with database.reading() as connection:
        page = owned_stock(connection, [SITE], StockFilter(owner=ACME))

    assert shown(page.rows) == [
        ("A-01", "A1", "L1", 10, 10),
        ("A-02", "A1", "L2", 4, 4),
        ("A-02", "A1", "", 1, 0),
        ("D-1", "A2", "", 3, 3),
    ]
    assert page.next is None
    row = page.rows[2]
    assert (row.owner, row.condition, row.place_kind, row.site) == ("ACME", "damaged", "bin", SITE)


def test_another_owner_sees_another_stock(database: Database) -> None:
    stocked(database)

    with database.reading() as connection:
        page = owned_stock(connection, [SITE], StockFilter(owner=BETA))
        none = owned_stock(connection, [], StockFilter(owner=BETA))

    assert shown(page.rows) == [("A-03", "B1", "", 7, 7)]
    assert none.rows == []


def test_site_shows_totes_and_unknown_goods_too(database: Database) -> None:
    stocked(database)

    with database.reading() as connection:
        rows = site_stock(connection, StockFilter(site=SITE)).rows

    assert ("T-1", "A2", "", 2, 0) in shown(rows)
    assert ("D-1", "unidentified:X-77", "", 3, 3) in shown(rows)
    assert len(rows) == 7


@pytest.mark.parametrize(
    ("asked", "places"),
    [
        (StockFilter(owner=ACME, item="A2"), ["D-1"]),
        (StockFilter(owner=ACME, item="4000000000020"), ["D-1"]),
        (StockFilter(owner=ACME, sku_from="A"), ["A-01", "A-02", "A-02", "D-1"]),
        (StockFilter(owner=ACME, sku_from="A2"), ["D-1"]),
        (StockFilter(owner=ACME, place="A-02"), ["A-02", "A-02"]),
        (StockFilter(owner=ACME, condition="damaged"), ["A-02"]),
        (StockFilter(owner=ACME, site=99), []),
    ],
)
def test_stock_is_found_by_what_is_asked(
    database: Database, asked: StockFilter, places: list[str]
) -> None:
    stocked(database)

    with database.reading() as connection:
        page = owned_stock(connection, [SITE], asked)

    assert [row.place for row in page.rows] == places


def test_pages_join_to_the_whole(database: Database) -> None:
    stocked(database)

    with database.reading() as connection:
        whole = site_stock(connection, StockFilter()).rows
        owned = owned_stock(connection, [SITE], StockFilter(owner=ACME)).rows
        pieces, after = [], None
        while True:
            page = site_stock(connection, StockFilter(), after=after, limit=2)
            pieces += page.rows
            after = page.next
            if after is None:
                break
        first = owned_stock(connection, [SITE], StockFilter(owner=ACME), limit=3)
        rest = owned_stock(connection, [SITE], StockFilter(owner=ACME), after=first.next, limit=3)
        streamed = [row for portion in all_stock(connection, StockFilter()) for row in portion]

    assert pieces == whole == streamed
    assert first.rows + rest.rows == owned


@pytest.mark.parametrize(
    ("hold", "held"),
    [
        (PutHold(reason="x", owner="ACME", item="A1", lot="L1"), {"A-01": 10}),
        (PutHold(reason="x", place="A-02"), {"A-02": 4}),
        (PutHold(reason="x", owner="BETA"), {"A-03": 7}),
        (PutHold(reason="x", unit="T-1"), {"T-1": 2}),
        (PutHold(reason="x", serial="S1"), {}),
    ],
)
def test_holds_keep_stock_from_being_available(
    database: Database, hold: PutHold, held: dict[str, int]
) -> None:
    floor = stocked(database)
    say(floor, hold)

    with database.reading() as connection:
        rows = site_stock(connection, StockFilter(condition="good")).rows

    assert {row.place: row.held for row in rows if row.held} == held
    assert all(row.available == 0 for row in rows if row.held)


def test_allocated_and_promised_units_are_not_available(database: Database) -> None:
    stocked(database)
    put(database, Demand(SITE, ACME, 1_000_011, 3))
    with database.writing() as connection:
        connection.execute(
            sa.text("UPDATE balance SET allocated = 6 WHERE site = 1 AND listed = :stock"),
            {"stock": _stock_of(connection, "L1")},
        )

    with database.reading() as connection:
        item = items_stock(connection, [SITE], StockFilter(owner=ACME, item="A1")).rows
        places = owned_stock(connection, [SITE], StockFilter(owner=ACME, place="A-01")).rows

    assert [(row.allocated, row.available) for row in places] == [(6, 4)]
    assert [
        (row.condition, row.on_hand, row.allocated, row.promised, row.available) for row in item
    ] == [("damaged", 1, 0, 0, 0), ("good", 14, 6, 3, 5)]


def test_more_promised_than_there_is_leaves_nothing_available(database: Database) -> None:
    stocked(database)
    put(database, Demand(SITE, ACME, 1_000_012, 30))

    with database.reading() as connection:
        rows = items_stock(connection, [SITE], StockFilter(owner=ACME, item="A2")).rows

    assert [(row.on_hand, row.promised, row.available) for row in rows] == [(3, 30, 0)]


def test_items_come_in_pages(database: Database) -> None:
    stocked(database)

    with database.reading() as connection:
        first = items_stock(connection, [SITE], StockFilter(owner=ACME), limit=2)
        rest = items_stock(connection, [SITE], StockFilter(owner=ACME), after=first.next, limit=2)

    assert [(row.sku, row.condition) for row in first.rows + rest.rows] == [
        ("A1", "damaged"),
        ("A1", "good"),
        ("A2", "good"),
    ]
    assert rest.next is None


def test_below_zero_is_shown_as_it_is(database: Database) -> None:
    floor = floor_on(database)
    floor.handheld().do(
        Move(quantity=3, owner="ACME", item="A1", source="A-01", to="A-02", ended=1_000)
    )

    with database.reading() as connection:
        rows = owned_stock(connection, [SITE], StockFilter(owner=ACME)).rows

    assert shown(rows) == [("A-01", "A1", "", -3, -3), ("A-02", "A1", "", 3, 3)]


# PostgreSQL chooses by its statistics, which an empty table lacks.
@pytest.mark.parametrize("dialect", ["sqlite"])
def test_merchant_query_seeks_by_owner_and_by_key(database: Database) -> None:
    """The plan starts from the owner's stock keys and goes to their balances by index."""
    floor_on(database)
    plan: list[str] = []

    def explain(_c: object, cursor: object, statement: str, values: object, *_: object) -> None:
        if statement.startswith("SELECT b.site"):
            cursor.execute(f"EXPLAIN QUERY PLAN {statement}", values)  # type: ignore[attr-defined]
            plan.extend(row[3] for row in cursor.fetchall())  # type: ignore[attr-defined]

    with database.reading() as connection:
        sa.event.listen(connection, "before_cursor_execute", explain)
        owned_stock(connection, [SITE], StockFilter(owner=ACME))

    told = "\n".join(plan)
    assert re.search(
        r"SEARCH s USING (COVERING )?INDEX ix_stock_site_owner_item \(site=\? AND", told
    )
    assert "SEARCH b USING INDEX ix_balance_site_listed (site=? AND listed=?" in told
    assert "SEARCH h USING INDEX ix_hold_site_open (site=? AND open=?)" in told
    assert "SCAN" not in told.replace("CORRELATED SCALAR", "")


def _stock_of(connection: sa.Connection, lot: str) -> int:
    found = connection.execute(sa.text("SELECT id FROM stock WHERE lot = :lot"), {"lot": lot})
    number: int = found.scalar_one()
    return number


def test_empty_balances_are_not_shown(database: Database) -> None:
    floor_on(database)
    put(database, Balance(SITE, 1_000_101, 7, quantity=0, adjusted=2))

    with database.reading() as connection:
        assert site_stock(connection, StockFilter()).rows == []
