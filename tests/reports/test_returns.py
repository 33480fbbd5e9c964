"""Reports of returns and verdicts, on both databases."""

from typing import Any

from device_protocol.handling import Discard, Grade, TakeReturn
from device_protocol.operations import Undo
from server.db.engine import Database
from server.orders.records import ExpectedReturn
from server.reports.returns import VerdictFilter, damage, returns, verdicts
from tests.floor import SITE, START
from tests.reports.custody_world import BOX, custody
from tests.transport.road import Road

EVER = 1 << 53


def world(database: Database) -> Road:
    """A delivered parcel of which goods came back, were graded and discarded; one undone."""
    road = custody(database)
    road.seed(
        *(ExpectedReturn(0, 1_000_001, "web", f"R{n}", 1, 1_000_012, n, "", START) for n in (1, 2))
    )
    goods: dict[str, Any] = {"owner": "ACME", "item": "A2"}
    road.floor.handheld(2).do(
        TakeReturn(quantity=2, to="D-1", announced="R1", parcel=BOX, ended=20_000, **goods),
        Grade(quantity=2, at="D-1", graded="damaged", reason="wet", ended=21_000, **goods),
        Grade(quantity=1, at="D-1", graded="damaged", reason="wet", ended=22_000, **goods),
        Undo(seq=4, ended=23_000),
        Discard(quantity=1, source="D-1", code="X-77", ended=24_000),
    )
    return road


def test_verdicts_come_by_time_and_find_the_order_of_their_parcel(database: Database) -> None:
    world(database)

    with database.reading() as connection:
        everything = verdicts(connection, VerdictFilter()).rows
        first = verdicts(connection, VerdictFilter(site=SITE, since=START), limit=1)
        rest = verdicts(connection, VerdictFilter(site=SITE, until=EVER), after=first.next)
        of_owner = verdicts(connection, VerdictFilter(owner=1_000_001, kind="graded")).rows
        of_return = verdicts(connection, VerdictFilter(number="R1")).rows

    assert [(row.kind, row.sku, row.quantity) for row in everything] == [
        ("returned", "A2", 2),
        ("graded", "A2", 2),
        ("discarded", "unidentified:X-77", 1),
    ]
    assert [*first.rows, *rest.rows] == everything
    assert [row.reason for row in of_owner] == ["wet"]
    assert of_return == everything[:1]
    assert everything[0].parcel == BOX
    assert everything[0].order is not None
    assert everything[1].order is None


def test_damage_leaves_out_what_was_undone(database: Database) -> None:
    world(database)

    with database.reading() as connection:
        [row] = damage(connection, SITE, 0, EVER)
        earlier = damage(connection, SITE, 0, START)

    assert (row.reason, row.condition, row.cases, row.units) == ("wet", "damaged", 1, 2)
    assert earlier == []


def test_returns_are_listed_page_by_page(database: Database) -> None:
    world(database)

    with database.reading() as connection:
        first = returns(connection, limit=1)
        second = returns(connection, owner=1_000_001, open_only=True, after=first.next)
        one = returns(connection, number="R2").rows

    assert [row.number for row in (*first.rows, *second.rows)] == ["R1", "R2"]
    assert [(row.owner, row.sku, row.quantity, row.received) for row in one] == [
        ("ACME", "A2", 2, 0)
    ]
