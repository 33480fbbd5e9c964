"""Counts at hand, emptied bins, totes that go on: the same thin and thick, and in the book."""

from device_protocol.operations import Receive
from server.catalog.messages import PutItemCode
from server.db.engine import Database
from server.lane.activity import NETWORK
from server.ledger.locations import PutLocation
from server.ledger.records import CountLine, Place, Task, Unit
from server.orders.messages import PlacedLine, PlaceOrder
from server.planning.count_plans import PlanCounts
from server.planning.count_policy import PutCountPolicy
from server.planning.records import Package
from server.planning.waves import ReleaseWave
from server.sites.messages import PutWorkflow
from tests.floor import SITE
from tests.sync.yard import yard_on
from tests.terminals.depot import Depot
from tests.terminals.pair import Pair

RUG = "04000000000037"
PACK = PutLocation(code="PACK-1", place_kind="staging", use="packing")


def lay_out(depot: Depot) -> None:
    """All rugs of A-05 are to be picked while a count of A-05 is open."""
    depot.tell(NETWORK, PutItemCode(owner="ACME", sku="A3", code=RUG))
    rugs = Receive(quantity=2, owner="ACME", item="A3", to="A-05", ended=60_000)
    depot.handhelds[1].do(rugs)
    depot.core.drain()
    wanted = PutWorkflow(workflow="pick", options={"zero_check": True})
    depot.tell(SITE, PACK, wanted, PutCountPolicy(zero_check=True))
    order = PlaceOrder(
        owner=depot.merchant(),
        channel="web",
        number="rugs",
        placed_at=1,
        site=SITE,
        lines=(PlacedLine("A3", 2),),
        content="rugs",
    )
    depot.tell(NETWORK, order)
    depot.core.drain()
    depot.tell(SITE, ReleaseWave(), PlanCounts(places=("A-05",)))
    depot.core.drain()


def told(depot: Depot) -> list[tuple[str, str, int | None]]:
    """Occasion, place and state of the tasks that ask for counts."""
    codes = {place.id: place.code for place in depot.rows(Place)}
    found = [task for task in depot.rows(Task) if task.kind == "count"]
    return sorted((task.occasion, codes[task.place or 0], task.open) for task in found)


def test_picker_is_warned_looks_into_the_bin_and_brings_the_tote_on(
    sqlite_database: Database,
) -> None:
    with yard_on(sqlite_database, Depot) as depot:
        assert isinstance(depot, Depot)
        lay_out(depot)
        pair = Pair(depot)

        pair.begin("pick", package=max(package.id for package in depot.rows(Package)))
        assert pair.thin.last.screen is not None
        assert "count is open at A-05" in pair.thin.last.screen.text
        pair.give("A-05", RUG, "TOTE-7", "/yes", "/undo", "#1", "PACK-1", "/undo", "PACK-1")

        assert pair.heard[0] == "warn.count"
        depot.core.drain()
        assert told(depot) == [("exception", "A-05", 1), ("zero", "A-05", None)]
        [seen] = [line for line in depot.rows(CountLine) if line.state == "live" and line.stock]
        assert (seen.occasion, seen.quantity, seen.sight) == ("zero", 1, "blind")
        codes = {place.id: place.code for place in depot.rows(Place)}
        [tote] = [unit for unit in depot.rows(Unit) if unit.code == "TOTE-7"]
        assert codes[tote.seen_place or 0] == "PACK-1"
        assert depot.findings() == []


def test_first_figure_of_a_count_made_again_on_the_spot_is_in_the_book(
    sqlite_database: Database,
) -> None:
    with yard_on(sqlite_database, Depot) as depot:
        assert isinstance(depot, Depot)
        lay_out(depot)
        pair = Pair(depot)

        pair.begin("count")
        pair.give("A-05", RUG, "#5", "/done", "/yes", RUG, "#3", "/done")

        depot.core.drain()
        kept = sorted((line for line in depot.rows(CountLine) if line.stock), key=lambda e: e.seq)
        assert [(line.quantity, line.attempt, line.state) for line in kept] == [
            (5, 1, "aside"),
            (3, 2, "live"),
        ]
        assert told(depot) == [("exception", "A-05", None)]
        assert depot.findings() == []
