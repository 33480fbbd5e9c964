"""What goes wrong on the floor and is not told: goods vanish, stray, and are broken.

It happens between putting away and picking. No handheld tells it, or one tells it wrongly; people
come upon it when they pick, and when they count.
"""

from device_protocol.handling import Discard
from server.demo.seeds import stream
from server.demo.shift import Shift
from server.demo.truth import Spot
from server.demo.world import HUB, Day, Delivery, Mishap, MishapKind, World

SHARE = 3
"""For so many goods that vanish, some stray and some are broken."""


def make_mishaps(world: World, day: Day, losses: int) -> tuple[Mishap, ...]:
    """Return what goes wrong on a day, in bins of items that are ordered on it, each bin once."""
    draw = stream(world.seed, "losses", day.date)
    ordered = {(order.site, order.owner, line.sku) for order in day.orders for line in order.lines}
    open_to_loss = [
        delivery
        for delivery in day.deliveries
        if delivery.site == HUB
        and (delivery.site, delivery.key.owner, delivery.key.sku) in ordered
        and delivery.quantity > 1
        and not delivery.mistake
    ]
    others = max(1, losses // SHARE)
    times: dict[MishapKind, int] = {"lost": losses, "strayed": others, "broken": others}
    kinds = [kind for kind, count in times.items() for _ in range(count)]
    chosen = draw.sample(open_to_loss, min(len(kinds), len(open_to_loss)))
    return tuple(mishap_of(world, kind, each) for kind, each in zip(kinds, chosen, strict=False))


def mishap_of(world: World, kind: MishapKind, delivery: Delivery) -> Mishap:
    """Return a mishap with most of what a delivery brought."""
    site = world.site(delivery.site)
    other = ""
    if kind == "strayed":
        other = neighbours(world, delivery.site, delivery.bin)[-1]
    elif kind == "broken":
        other = site.returns
    units = max(1, delivery.quantity * 3 // 4)
    return Mishap(kind, delivery.site, delivery.bin, delivery.key, units, other)


def neighbours(world: World, site: int, place: str) -> list[str]:
    """Return the bins before and behind one on the path."""
    codes = [code for code, _ in world.site(site).bins]
    if place not in codes:
        return []
    at = codes.index(place)
    return codes[max(0, at - 1) : at] + codes[at + 1 : at + 2]


def happen(shift: Shift) -> None:
    """Let everything of the day go wrong."""
    truth = shift.floor.truth
    for each in shift.day.mishaps:
        if each.key is None:
            continue
        spot = Spot(each.site, each.place)
        units = min(each.units, truth.units(spot, each.key))
        if not units:
            continue
        truth.went_wrong(Mishap(each.kind, each.site, each.place, each.key, units, each.other))
        if each.kind == "strayed":
            truth.move(spot, Spot(each.site, each.other), each.key, units)
            continue
        truth.vanish(spot, each.key, units)
        if each.kind == "broken":
            # Whoever throws them away says so at the bench, and not at the bin.
            hand = shift.hands(each.site)[0]
            goods = shift.floor.scanned(each.key) | {"lot": each.key.lot, "quantity": units}
            hand.record(Discard(source=each.other, reason="broken", **goods))
