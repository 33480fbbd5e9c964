"""A world around real order files, a day each: all that they do not say is drawn from the seed.

Barcodes, bins, stock and weights are made up; orders, quantities, destinations and changes of mind
are the files'.
"""

from collections import defaultdict
from dataclasses import replace
from pathlib import Path

from server.clock import to_rfc3339
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
from server.integrations.mapping import read_mapping
from server.integrations.order_documents import Order as ReadOrder
from server.integrations.order_documents import OrderFile
from server.integrations.orders_csv import read_orders
from server.integrations.return_matching import Matched, match_returns

MOMENTS: tuple[Moment, ...] = ("waiting", "released", "picked", "delivered")
ZONES = 12
MISKEYED = 2
"""Quantities of a day that are keyed wrongly where goods are put away."""


def read_days(seed: int, files: list[Path], mapping: Path, devices: int = 8) -> World:
    """Return the world in which each of these files is a day's orders, one day after the other."""
    plan = read_mapping(mapping)
    by_file = [read_orders([file], plan) for file in files]
    found = read_orders(files, plan)
    items = items_of(seed, found)
    bins = -(-3 * len(items) // (2 * ZONES))
    owners = sorted({owner for owner, _ in items})
    world = World(
        seed=seed,
        sites=(
            make_site(HUB, "BER", "Berlin", zones=ZONES, bins=bins, benches=8, vans=2),
            make_site(DEPOT, "LEJ", "Leipzig", zones=1, bins=10, benches=1, vans=1),
        ),
        merchants=tuple((owner, owner.title()) for owner in owners),
        items=items,
        people=staff(devices),
        mapping=mapping,
    )
    days = [day_of(file, read) for file, read in zip(files, by_file, strict=True)]
    stocking = Stocking(world, needed_units(tuple(order for day in days for order in day.orders)))
    taken_back = cancellations_of(world, found, days)
    for place, day in enumerate(days):
        needed = needed_units(day.orders)
        deliveries = stocking.morning(day.date, needed, short=max(2, len(needed) // 200))
        coming = misread(world, deliveries) if place == 0 else tuple(deliveries)
        stocked = replace(
            day,
            deliveries=miskeyed(seed, day.date, coming, MISKEYED),
            cancellations=taken_back[place],
        )
        mishaps = make_mishaps(world, stocked, losses=max(3, len(needed) // 100))
        world.days += (replace(stocked, mishaps=mishaps),)
    told = (*found.errors, *found.unknown_codes, *found.conflicts, *found.unresolved)
    world.notes += [str(each) for each in told]
    return world


def day_of(file: Path, found: OrderFile) -> Day:
    """Return the orders of one file as a day."""
    orders = [order_of(order) for order in (*found.orders, *found.nothing_to_ship)]
    orders.sort(key=lambda order: (order.placed_at, order.number))
    began = orders[0].placed_at if orders else MORNING_MS
    return Day(date=to_rfc3339(began)[:10], orders=tuple(orders), files=(file,))


def order_of(order: ReadOrder) -> Order:
    """Return an order as the day has it."""
    return Order(
        owner=order.owner,
        channel=order.channel,
        number=order.number,
        site=HUB,
        placed_at=order.placed_at,
        destination=order.country,
        lines=tuple(
            OrderLine(line.position, line.item_code, line.quantity, max(0, line.unit_price_minor))
            for line in order.lines
        ),
        customer=order.customer or "",
    )


def items_of(seed: int, found: OrderFile) -> dict[tuple[str, str], Item]:
    """Return the items that were ordered or came back, each with a GTIN made for it."""
    described: dict[tuple[str, str], str] = {}
    for document in (*found.orders, *found.returns):
        for line in document.lines:
            key = (document.owner, line.item_code)
            described[key] = described.get(key) or line.description
    draw = stream(seed, "items")
    return {
        (owner, sku): Item(
            owner=owner,
            sku=sku,
            description=described[owner, sku],
            gtin=gtin("4000009", number),
            verify="unit" if number % 400 == 0 else "line",
            weight_g=draw.randrange(20, 900),
        )
        for number, (owner, sku) in enumerate(sorted(described), 1)
    }


def cancellations_of(
    world: World, found: OrderFile, days: list[Day]
) -> list[tuple[Cancellation, ...]]:
    """Return what the files take back, by day; count what no order explains.

    What is taken back on the day of its order is so at a drawn moment; later it is a return.
    """
    ordered = {order.number: place for place, day in enumerate(days) for order in day.orders}
    by_file = {day.files[0].name: place for place, day in enumerate(days)}
    told = {each.number: by_file[Path(each.file).name] for each in found.returns}
    parts: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for part in match_returns(found.orders, found.returns):
        if isinstance(part, Matched):
            taken = (part.order_position, part.quantity)
            parts[part.order_number, part.return_number].append(taken)
        else:
            world.unmatched += 1
    by_day: list[list[Cancellation]] = [[] for _ in days]
    for (order, reference), lines in sorted(parts.items()):
        on = told[reference]
        drawn = stream(world.seed, "cancel", reference).choice(MOMENTS)
        moment: Moment = drawn if ordered[order] == on else "delivered"
        by_day[on].append(Cancellation(order, reference, moment, summed(lines)))
    return [tuple(day) for day in by_day]


def summed(lines: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Return units per position, each position once."""
    units: dict[int, int] = defaultdict(int)
    for position, quantity in lines:
        units[position] += quantity
    return tuple(sorted(units.items()))
