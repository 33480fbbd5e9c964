"""Putting away and replenishing on both databases, and what reports tell of them."""

from typing import Any

import pytest

from device_protocol.operations import Move, MoveUnit, Undo
from server.db.engine import Database
from server.lane.activity import NETWORK
from server.ledger.intakes import PlanPutaway
from server.ledger.locations import PutLocation
from server.planning.replenishing import PutPickFace, Replenish
from server.reports import storage
from server.reports.exceptions import exceptions
from server.sites.messages import PutZone
from server.sites.records import Site
from tests.floor import SITE, START, Floor
from tests.orders.channel import say
from tests.reports.books import floor_on, put
from tests.tasks.storing import goods, rule, shelf

MINUTE = 60_000


@pytest.fixture
def floor(database: Database) -> Floor:
    """Give a floor whose book is in a database: a dock, three bins, a pallet place, a reserve."""
    put(database, Site(NETWORK, SITE, "W1", "Warehouse 1", "Europe/Berlin"))
    floor = floor_on(database)
    floor.now = START + 120 * MINUTE
    say(
        floor,
        PutZone(code="S"),
        *(shelf(f"S-{n}", n, units_max=10, mixing="item") for n in range(1, 4)),
        shelf("R-1", 9, use="reserve"),
        rule(
            "pallets", priority=1, owner="ACME", item="A5", strategy="fixed", zone="", place="R-1"
        ),
        rule("same", priority=2, strategy="same_item"),
        rule("all", priority=3, use=""),
    )
    return floor


def test_goods_are_led_noted_and_told(floor: Floor, database: Database) -> None:
    (made,) = say(floor, PutLocation(code="IN", place_kind="dock", use="dock"))
    plan = PlanPutaway(place=made["grant"]["id"])
    handheld = floor.handheld()
    handheld.do(
        goods(6),
        goods(4, "A2", ended=1_100),
        goods(30, "A5", to="PAL-1", ended=1_200),
        MoveUnit(unit="PAL-1", to="IN", ended=1_300),
        goods(1, "A3", ended=1_400),
        goods(1, "A4", ended=1_500, serial="S1"),
    )
    say(floor, plan)

    with database.reading() as connection:
        first = storage.guides(connection, SITE, limit=2)
        rest = storage.guides(connection, SITE, after=first.next)
        open_tasks = exceptions(connection, floor.now, site=SITE, subject="task").rows
        later = exceptions(connection, floor.now + 5 * 60 * MINUTE, site=SITE, subject="task").rows
    told = [(row.sku, row.unit, row.quantity, row.to) for row in [*first.rows, *rest.rows]]
    assert told == [
        ("", "PAL-1", 1, "R-1"),
        ("A1", "", 6, "S-1"),
        ("A2", "", 4, "S-2"),
        ("A3", "", 1, "S-3"),
        ("A4", "", 1, ""),
    ]
    assert [(task.kind, task.note) for task in open_tasks] == [("putaway", "no_place")]
    assert len(later) == 5

    at = MINUTE * 10
    away: dict[str, Any] = {"owner": "ACME", "source": "IN"}
    handheld.do(
        Move(quantity=6, item="A1", to="S-1", ended=at, **away),
        Move(quantity=4, item="A2", to="S-3", suggested="S-2", reason="full", ended=2 * at, **away),
        Move(quantity=1, item="A3", to="S-3", ended=3 * at, **away),
        Undo(seq=len(handheld.lines) + 3, ended=4 * at),
        MoveUnit(unit="PAL-1", source="IN", to="R-1", ended=5 * at),
        Move(quantity=1, item="A4", serial="S1", to="S-9", ended=6 * at, **away),
        Move(quantity=1, item="A4", serial="S1", source="IN", to="S-3", ended=6 * at),
    )
    say(floor, plan)

    with database.reading() as connection:
        figures = storage.putaway_figures(connection, SITE, START, START + 10 * at)
        none = storage.putaway_figures(connection, SITE, START - 1, START)
        closed = storage.full_places(connection, SITE)
        left = storage.guides(connection, SITE).rows
    assert (figures.moves, figures.units) == (4, 12)
    assert (figures.as_suggested, figures.elsewhere, figures.unsuggested) == (2, 1, 1)
    assert (figures.found_full, figures.timed) == (1, 3)
    assert (figures.minutes_median, figures.minutes_p90) == (19, 49)
    assert (none.moves, none.minutes_median) == (0, None)
    assert [(row.place, row.counted_by is not None) for row in closed] == [("S-2", True)]
    assert [(row.sku, row.to) for row in left] == [("A3", "")]


def test_faces_are_filled_from_reserve(floor: Floor, database: Database) -> None:
    say(floor, PutPickFace(place="S-1", owner="ACME", item="A1", minimum=2, maximum=8))
    floor.handheld().do(goods(20, to="R-1", lot="L1"), goods(1, to="R-1", serial="S1", ended=1_100))

    say(floor, Replenish())
    with database.reading() as connection:
        tasks = storage.guides(connection, SITE).rows
        (face,) = storage.pick_faces(connection, SITE)
        rules = storage.putaway_rules(connection, SITE)
    assert [(task.kind, task.place, task.lot, task.to, task.quantity) for task in tasks] == [
        ("replenish", "R-1", "", "S-1", 1),
        ("replenish", "R-1", "L1", "S-1", 7),
    ]
    assert (face.place, face.owner, face.item, face.maximum) == ("S-1", "ACME", "A1", 8)
    assert [(each.name, each.item, each.place, each.zone) for each in rules] == [
        ("pallets", "A5", "R-1", ""),
        ("same", "", "", "S"),
        ("all", "", "", "S"),
    ]
