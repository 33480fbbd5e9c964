"""Putting away and replenishing, led at a terminal and on a handheld that is offline."""

from typing import Any

from device_protocol.operations import Receive
from server.catalog.messages import PutItemCode
from server.db.engine import Database
from server.lane.activity import NETWORK
from server.ledger.locations import PutLocation
from server.ledger.records import Place, Task
from server.planning.putaway_rules import PutPutawayRule
from server.planning.records import Undone
from server.planning.replenishing import PutPickFace, Replenish
from server.planning.storage import Stowed
from server.sites.messages import PutZone
from tests.floor import SITE, sql_balances
from tests.sync.yard import yard_on
from tests.terminals.depot import LAMP, Depot
from tests.terminals.pair import Pair
from tests.terminals.worlds import HAM, recipe, surplus

RUG = "04000000000037"


def lay_out(depot: Depot) -> None:
    """A dock with twelve rugs, shelves S-1 and S-2 for them, a face F-1 for what S-1 has."""
    shelves = [PutLocation(code=f"S-{n}", place_kind="bin", zone="S", walk=n) for n in (1, 2)]
    depot.tell(NETWORK, PutItemCode(owner="ACME", sku="A3", code=RUG))
    depot.tell(
        SITE,
        PutZone(code="S"),
        PutLocation(code="IN", place_kind="dock", use="dock"),
        PutLocation(code="F-1", place_kind="bin", use="pick"),
        PutLocation(code="R-1", place_kind="bin", use="reserve"),
        *shelves,
        PutPutawayRule(name="all", zone="S"),
        PutPickFace(place="F-1", owner="ACME", item="A3", minimum=2, maximum=6),
    )
    goods: dict[str, Any] = {"owner": "ACME", "item": "A3"}
    depot.handhelds[1].do(
        Receive(quantity=12, to="IN", ended=50_000, **goods),
        Receive(quantity=30, to="R-1", ended=51_000, **goods),
    )
    depot.core.drain()


def test_goods_are_led_from_the_dock_and_to_the_face_online_and_offline(
    sqlite_database: Database,
) -> None:
    with yard_on(sqlite_database, Depot) as depot:
        assert isinstance(depot, Depot)
        lay_out(depot)
        pair = Pair(depot)

        pair.begin("putaway")
        pair.give("S-9", "/no", "IN", RUG, "#5", "/undo", "#5", "S-1", RUG, "#7", "/full")
        assert pair.thin.shows == "move.to"
        assert pair.thin.last.screen is not None
        assert "S-2" in pair.thin.last.screen.text
        pair.give("S-2", "/undo", "S-2", "/done", "/yes")
        depot.core.drain()
        depot.tell(SITE, Replenish())
        pair.begin("replenish")
        pair.give("A-01", "/no", "R-1", LAMP, RUG, "#6", "/undo", "#6", "F-1")
        assert pair.tones >= {"error", "ask"}
        depot.core.drain()

        undone = {each.seq for each in depot.rows(Undone)}
        codes = {place.id: place.code for place in depot.rows(Place)}
        stowed = [
            (codes[each.suggested], codes[each.used], each.quantity, each.reason)
            for each in sorted(depot.rows(Stowed), key=lambda each: each.seq)
            if each.seq not in undone
        ]
        assert stowed == [
            ("S-1", "S-1", 5, ""),
            ("S-1", "S-2", 7, "full"),
            ("F-1", "F-1", 6, ""),
        ]
        led = [task for task in depot.rows(Task) if task.kind in {"putaway", "replenish"}]
        assert [(task.open, task.note) for task in led] == [
            (None, "put away"),
            # What was undone was asked for once more.
            (None, "put away"),
            (None, "brought"),
        ]
        assert depot.findings() == []


def test_goods_that_go_back_are_led_to_their_shelf_and_the_tote_is_counted(
    sqlite_database: Database,
) -> None:
    with yard_on(sqlite_database, Depot) as depot:
        assert isinstance(depot, Depot)
        surplus(depot)
        before = sql_balances(depot.database)
        pair = Pair(depot)

        pair.begin("move")
        pair.give(LAMP, "TOTE-9", "TOTE-9", LAMP, "/no", RUG, "#3", "TOTE-9")
        assert pair.thin.last.screen is not None
        assert "A-04" in pair.thin.last.screen.text
        pair.give("A-04", "/undo", "A-05", "/done")
        depot.core.drain()
        [asked] = [task for task in depot.rows(Task) if task.kind == "put_back"]
        assert (asked.open, asked.note) == (None, "brought")
        pair.begin("count")
        pair.give(LAMP, "TOTE-9", "TOTE-9", RUG, "#1", "/done", "/undo", "/undo", "#2", "/done")
        assert [line["kind"] for line in pair.written] == ["count", "undo", "count"]
        depot.core.drain()

        after = sql_balances(depot.database)
        changed = {
            place: after[place, what] - before.get((place, what), 0) for place, what in after
        }
        assert (changed["TOTE-9"], changed["A-05"], changed["A-04"]) == (-3, 3, 0)
        assert depot.findings() == []


def test_kits_that_were_ordered_are_made_and_told_with_their_task(
    sqlite_database: Database,
) -> None:
    with yard_on(sqlite_database, Depot) as depot:
        assert isinstance(depot, Depot)
        recipe(depot)
        pair = Pair(depot)

        pair.begin("kit")
        assert pair.thin.last.screen is not None
        assert "A-01" in pair.thin.last.screen.text
        pair.give("A-01", "/1", HAM, "#2", "/done", "/done")
        depot.core.drain()

        [ordered] = [task for task in depot.rows(Task) if task.kind == "assemble"]
        assert (ordered.quantity, ordered.open) == (0, None)
