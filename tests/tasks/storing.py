"""A warehouse for tests of putting away and replenishing: a dock, shelves, rules."""

from typing import Any

from device_protocol.operations import Move, Receive
from server.catalog.messages import PutItem
from server.lane.activity import NETWORK
from server.ledger.locations import PutLocation
from server.ledger.records import Place, Task
from server.planning.putaway_rules import PutPutawayRule
from server.planning.storage import Guide
from server.sites.messages import PutZone
from tests.floor import SITE, Floor
from tests.orders.channel import all_of, drain, open_floor, say, tell


def shelf(code: str, walk: int, **more: Any) -> PutLocation:  # noqa: ANN401
    """A bin of zone S."""
    return PutLocation(code=code, place_kind="bin", zone="S", walk=walk, **more)


def open_house(floor: Floor | None = None, *shelves: PutLocation) -> Floor:
    """Dock IN, and shelves S-1 … S-4 with room for ten units each unless others are given."""
    floor = open_floor(floor)
    places = shelves or tuple(shelf(f"S-{n}", n, units_max=10) for n in range(1, 5))
    outcomes = say(
        floor,
        PutZone(code="S"),
        PutLocation(code="IN", place_kind="dock", use="dock"),
        *places,
    )
    assert all(outcome["outcome"] == "applied" for outcome in outcomes), outcomes
    return floor


def rule(name: str, **more: Any) -> PutPutawayRule:  # noqa: ANN401
    """A rule, of zone S unless it says otherwise."""
    return PutPutawayRule(**({"name": name, "zone": "S"} | more))


def put_item(floor: Floor, sku: str, **more: Any) -> None:  # noqa: ANN401
    """Say more of an item of ACME."""
    say(floor, PutItem(owner="ACME", sku=sku, **more), site=NETWORK)


def goods(quantity: int, sku: str = "A1", to: str = "IN", **more: Any) -> Receive:  # noqa: ANN401
    """A receipt of ACME's goods."""
    said: dict[str, Any] = {"owner": "ACME", "item": sku, "ended": 1_000} | more
    return Receive(quantity=quantity, to=to, **said)


def away(quantity: int, to: str, sku: str = "A1", **more: Any) -> Move:  # noqa: ANN401
    """Goods are put away from the dock."""
    said: dict[str, Any] = {"owner": "ACME", "item": sku, "ended": 2_000, "source": "IN"} | more
    return Move(quantity=quantity, to=to, **said)


def arrive(floor: Floor, *receipts: Receive, device: int = 1) -> None:
    """Receive goods and let them be planned."""
    outcomes = floor.handheld(device).do(*receipts)
    assert all(outcome == {"outcome": "applied"} for outcome in outcomes), outcomes
    drain(floor)


def guided(floor: Floor, kind: str = "putaway") -> list[tuple[str, int, str, list[str]]]:
    """Open tasks of a kind: from where, units, the suggested place, the next best."""
    codes = {place.id: place.code for place in all_of(floor, Place)}
    tasks = {task.id: task for task in all_of(floor, Task) if task.open}
    found = []
    for guide in sorted(all_of(floor, Guide), key=lambda each: each.task):
        if guide.kind == kind and guide.task in tasks:
            task = tasks[guide.task]
            assert (task.kind, task.place, task.quantity) == (kind, guide.source, guide.quantity)
            after = [codes[int(number)] for number in guide.next.split()]
            to = codes[guide.target] if guide.target is not None else ""
            found.append((codes[guide.source], guide.quantity, to, after))
    return found


__all__ = [
    "SITE",
    "all_of",
    "arrive",
    "away",
    "drain",
    "goods",
    "guided",
    "open_house",
    "put_item",
    "rule",
    "say",
    "shelf",
    "tell",
]
