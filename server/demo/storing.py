"""Where goods are kept: rules of putting away, pick faces, and reserves that fill them."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from device_protocol.operations import Move
from server.demo.floor import Floor
from server.demo.handheld import Handheld
from server.demo.phases import Jobs, owner_of_zone
from server.demo.shift import Shift
from server.demo.truth import Spot
from server.demo.world import Key, World

FACES_MAX = 40
"""Items with a bin to pick from and another that fills it."""


def faces(world: World) -> Iterator[tuple[int, str, str, str, str]]:
    """Yield site, owner, SKU, face and reserve of the first items that have two bins."""
    bins: dict[tuple[int, str, str], list[str]] = {}
    for each in world.deliveries:
        if not each.key.lot:
            held = bins.setdefault((each.site, each.key.owner, each.key.sku), [])
            if each.bin not in held:
                held.append(each.bin)
    two = [(key, held) for key, held in sorted(bins.items()) if len(held) > 1]
    for (site, owner, sku), (face, reserve, *_) in two[:FACES_MAX]:
        yield site, owner, sku, face, reserve


def put_rules(shift: Shift) -> None:
    """Say where goods are to go: to more of the same, else into the nearest empty bin."""
    told = list(faces(shift.world))
    shift.board.phase("places are given to goods", len(told))
    for site in shift.world.stocked():
        shift.desk.put_putaway_rule(site, {"name": "same", "priority": 1, "strategy": "same_item"})
        shift.desk.put_putaway_rule(site, {"name": "empty", "priority": 2, "strategy": "empty"})
    for site, owner, sku, face, _ in told:
        # A face should hold what a day wants: the waiting orders say how much that is.
        body = {"place": face, "owner": owner, "item": sku, "minimum": 1, "maximum": 2}
        shift.desk.put_pick_face(site, body)
        shift.board.done()
    shift.desk.drain()


def replenish(shift: Shift) -> None:
    """Fill the faces that cannot serve the waiting orders, as the handhelds say."""
    for site in shift.world.stocked():
        shift.desk.replenish(site)
    shift.meet()
    jobs: Jobs = {}
    for site in shift.world.stocked():
        piles: dict[Handheld, list[dict[str, Any]]] = {}
        seen: set[int] = set()
        for hand in shift.hands(site):
            for task in hand.documents("task", "zone"):
                if task["kind"] == "replenish" and task["id"] not in seen:
                    seen.add(task["id"])
                    piles.setdefault(owner_of_zone(shift, site, task["place"]), []).append(task)
        jobs |= {hand: partial(bring, shift.floor, hand, pile) for hand, pile in piles.items()}
    shift.together("pick faces are filled", jobs)
    shift.meet()


def bring(floor: Floor, hand: Handheld, tasks: list[dict[str, Any]]) -> None:
    """Carry goods from reserve to face, as many as are there."""
    for task in sorted(tasks, key=lambda each: (each["place"], each["id"])):
        key = Key(task["merchant"], task["sku"], task.get("lot", ""))
        source, target = Spot(hand.site, task["place"]), Spot(hand.site, task["to"])
        units = min(task["quantity"], floor.truth.units(source, key))
        if units:
            floor.truth.move(source, target, key, units)
            goods = {"quantity": units, "lot": key.lot, **floor.scanned(key)}
            hand.record(Move(source=source.code, to=target.code, **goods))
