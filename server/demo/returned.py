"""What consumers send back: taken in parcel by parcel, looked at, and shelved or thrown away."""

from collections.abc import Iterable
from functools import partial
from typing import NamedTuple

from device_protocol.handling import Discard, TakeReturn
from device_protocol.operations import Move, Scan
from server.demo.floor import Floor
from server.demo.handheld import Handheld
from server.demo.phases import Jobs
from server.demo.seeds import chance
from server.demo.shift import Shift, dealt
from server.demo.truth import CONSUMER, Parcel, Spot
from server.demo.world import Key

BROKEN = 0.2
"""Share of what comes back that nobody can sell again."""


class Returned(NamedTuple):
    """Units that come back in the parcel in which they went."""

    parcel: Parcel
    key: Key
    quantity: int
    announced: str
    channel: str


def take(shift: Shift) -> None:
    """Take back what was announced today, as far as it had been delivered."""
    jobs: Jobs = {}
    coming = list(came_back(shift))
    for site in shift.world.stocked():
        here = [each for each in coming if each.parcel.home == site]
        bench = shift.world.site(site).returns
        for hand, pile in dealt(shift.hands(site), here).items():
            if pile:
                jobs[hand] = partial(take_pile, shift.floor, hand, pile, Spot(site, bench))
    shift.together("goods come back", jobs)
    shift.meet()


def came_back(shift: Shift) -> Iterable[Returned]:
    """Find what was announced in parcels that consumers have, each unit once."""
    truth = shift.floor.truth
    orders = {order.number: order for order in shift.world.orders}
    boxes: dict[str, list[Parcel]] = {}
    for sscc in sorted(truth.parcels):
        parcel = truth.parcels[sscc]
        if parcel.at.code == CONSUMER:
            boxes.setdefault(parcel.number, []).append(parcel)
    taken: dict[tuple[str, Key], int] = {}
    for each in shift.day.cancellations:
        if each.moment != "delivered":
            continue
        order = orders[each.order]
        skus = {line.position: line.sku for line in order.lines}
        for position, wanted in each.lines:
            left = wanted
            for parcel in boxes.get(order.number, ()):
                for key, units in truth.contents(Spot(parcel.home, parcel.sscc)):
                    there = units - taken.get((parcel.sscc, key), 0)
                    quantity = min(left, there)
                    if key[:2] == (order.owner, skus[position]) and quantity > 0:
                        taken[parcel.sscc, key] = taken.get((parcel.sscc, key), 0) + quantity
                        left -= quantity
                        yield Returned(parcel, key, quantity, each.reference, order.channel)


def take_pile(floor: Floor, hand: Handheld, pile: list[Returned], bench: Spot) -> None:
    """Take one return after the other: what is good goes home, what is broken is thrown away."""
    for each in pile:
        key, quantity = each.key, each.quantity
        broken = chance(BROKEN, floor.seed, "broken", each.announced, key.sku)
        goods = floor.scanned(key) | {"lot": key.lot, "serial": key.serial, "quantity": quantity}
        if broken:
            goods["condition"] = "damaged"
        floor.truth.move(Spot(each.parcel.home, each.parcel.sscc), bench, key, quantity)
        hand.record(
            TakeReturn(
                to=bench.code,
                announced=each.announced,
                channel=each.channel,
                parcel=each.parcel.sscc,
                reason="changed mind",
                **goods | {"scans": (Scan(each.parcel.sscc, "code128"), *goods["scans"])},
            )
        )
        if broken:
            floor.truth.vanish(bench, key, quantity)
            hand.record(Discard(source=bench.code, **goods))
        else:
            shelved = Key(key.owner, key.sku, key.lot)
            home = Spot(bench.site, floor.truth.homes[bench.site, shelved])
            floor.truth.move(bench, home, key, quantity)
            hand.record(Move(source=bench.code, to=home.code, **goods))
