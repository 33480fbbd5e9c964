"""The made-up world: two sites, three merchants, and a day of orders.

Everything is drawn from the seed. GTINs have valid check digits; two owners share one.
"""

import random
from dataclasses import replace

from server.demo.mishaps import make_mishaps
from server.demo.seeds import stream
from server.demo.stocking import Stocking, miskeyed, misread, needed_units
from server.demo.world import (
    DEPOT,
    HUB,
    MORNING_MS,
    Cancellation,
    Day,
    Item,
    Moment,
    Order,
    OrderLine,
    World,
    gtin,
    make_site,
    staff,
)

DATE = "2010-12-01"
EMERGENCY_SHARE = 0.08
CODE_SHARE = 0.5
"""Orders whose consumer will say a one-time code."""


def make_world(seed: int, devices: int = 8, share: float = 1.0) -> World:
    """Return the default world: two sites, three merchants, some hundred items, a day of orders.

    `share` is how much of the day's orders there are.
    """
    sites = (
        make_site(HUB, "BER", "Berlin", zones=6, bins=60, benches=6, vans=2),
        make_site(DEPOT, "LEJ", "Leipzig", zones=2, bins=40, benches=2, vans=1),
    )
    merchants = (("ACME", "Acme Gifts"), ("BETA", "Beta Wine"), ("GAMMA", "Gamma Tools"))
    world = World(seed=seed, sites=sites, merchants=merchants, items=make_items(seed))
    world.people = staff(devices)
    orders = make_orders(world, share)
    needed = needed_units(orders)
    deliveries = misread(world, Stocking(world, needed).morning(DATE, needed, short=3))
    deliveries = miskeyed(seed, DATE, deliveries, count=1)
    day = Day(DATE, deliveries, orders, make_cancellations(seed, orders))
    world.days = (replace(day, mishaps=make_mishaps(world, day, losses=4)),)
    return world


def make_items(seed: int) -> dict[tuple[str, str], Item]:
    """Return the items of all merchants; the first of ACME and of BETA bear the same GTIN."""
    draw = stream(seed, "items")
    items = {}
    for place, (owner, count) in enumerate((("ACME", 130), ("BETA", 100), ("GAMMA", 70)), 1):
        for number in range(1, count + 1):
            sku = f"{owner[0]}{number:03}"
            items[owner, sku] = Item(
                owner=owner,
                sku=sku,
                description=f"{owner.title()} item {number}",
                gtin=gtin(f"400000{place}", number),
                lot_capture="receipt" if owner == "BETA" and number % 5 == 0 else "never",
                serial_capture="shipping" if owner == "GAMMA" and number % 9 == 0 else "never",
                verify="unit" if number % 20 == 0 else "line",
                weight_g=draw.randrange(50, 900),
            )
    shared = items["ACME", "A001"].gtin
    before = items["BETA", "B001"]
    items["BETA", "B001"] = Item(before.owner, before.sku, before.description, shared)
    return items


def make_orders(world: World, share: float) -> tuple[Order, ...]:
    """Return the day's orders: ACME and BETA ship from the hub, GAMMA from the depot."""
    orders = []
    destinations = ("Berlin", "Hamburg", "Leipzig", "Wien", "Praha")
    for owner, site, count in (("ACME", HUB, 70), ("BETA", HUB, 45), ("GAMMA", DEPOT, 20)):
        skus = [sku for of, sku in world.items if of == owner]
        for number in range(1, int(count * share) + 1):
            draw = stream(world.seed, "order", owner, number)
            orders.append(
                Order(
                    owner=owner,
                    channel="web",
                    number=f"{owner[0]}-{10_000 + number}",
                    site=site,
                    placed_at=MORNING_MS + draw.randrange(8 * 3_600_000),
                    destination=draw.choice(destinations),
                    lines=order_lines(draw, skus, world, owner),
                    priority=0 if draw.random() < EMERGENCY_SHARE else 5,
                    code=f"{draw.randrange(10_000):04}" if draw.random() < CODE_SHARE else "",
                    customer=f"customer {draw.randrange(10_000)}",
                )
            )
    return tuple(sorted(orders, key=lambda order: (order.placed_at, order.number)))


def order_lines(
    draw: random.Random, skus: list[str], world: World, owner: str
) -> tuple[OrderLine, ...]:
    """Return the lines of one order; some orders are one unit of one item."""
    alone = draw.random() < 0.25  # noqa: PLR2004 - a quarter of the orders.
    chosen = draw.sample(skus, 1 if alone else draw.randrange(1, 7))
    lines = []
    for position, sku in enumerate(chosen, 1):
        single = alone or world.items[owner, sku].serial_capture != "never"
        quantity = 1 if single else draw.randrange(1, 6)
        lines.append(OrderLine(position, sku, quantity, draw.randrange(100, 5_000)))
    return tuple(lines)


def make_cancellations(seed: int, orders: tuple[Order, ...]) -> tuple[Cancellation, ...]:
    """Return changes of mind, before the wave, after it, after the pick and after packing."""
    draw = stream(seed, "cancellations")
    at_hub = [order for order in orders if order.site == HUB and order.priority]
    chosen = draw.sample(at_hub, 10)
    moments: tuple[Moment, ...] = (
        "waiting", "waiting", "released", "released", "picked", "picked", "picked", "packed",
        "delivered", "delivered",
    )  # fmt: skip
    told = []
    for order, moment in zip(chosen, moments, strict=True):
        several = [line for line in order.lines if line.quantity > 1]
        part: tuple[tuple[int, int], ...] = ()
        if moment == "delivered":
            part = tuple((line.position, line.quantity) for line in order.lines)
        elif several and moment != "packed":
            part = ((several[0].position, 1),)
        told.append(Cancellation(order.number, f"cancel {order.number}", moment, part))
    return tuple(told)
