"""A world around real order files: their items and quantities, with all else drawn from the seed.

Barcodes, bins, stock and weights are made up; orders, quantities, destinations and changes of mind
are the files'.
"""

from collections import defaultdict
from pathlib import Path

from server.demo.seeds import stream
from server.demo.world import (
    DEPOT,
    HUB,
    Cancellation,
    Item,
    Moment,
    Order,
    OrderLine,
    World,
    gtin,
    make_losses,
    make_site,
    needed_units,
    staff,
    stock_up,
)
from server.integrations.mapping import read_mapping
from server.integrations.order_documents import Order as ReadOrder
from server.integrations.order_documents import OrderFile
from server.integrations.orders_csv import read_orders
from server.integrations.return_matching import Matched, match_returns

MOMENTS: tuple[Moment, ...] = ("waiting", "released", "picked", "delivered")
ZONES = 12


def read_day(seed: int, files: list[Path], mapping: Path, devices: int = 8) -> World:
    """Return the world in which these files are the day's orders."""
    found = read_orders(files, read_mapping(mapping))
    orders = tuple(order_of(order) for order in (*found.orders, *found.nothing_to_ship))
    owners = sorted({order.owner for order in orders})
    items = items_of(seed, found)
    bins = -(-3 * len(items) // (2 * ZONES))
    world = World(
        seed=seed,
        sites=(
            make_site(HUB, "BER", "Berlin", zones=ZONES, bins=bins, benches=8, vans=2),
            make_site(DEPOT, "LEJ", "Leipzig", zones=1, bins=10, benches=1, vans=1),
        ),
        merchants=tuple((owner, owner.title()) for owner in owners),
        items=items,
        people=staff(devices),
        orders=tuple(sorted(orders, key=lambda order: (order.placed_at, order.number))),
    )
    needed = needed_units(world.orders)
    world.deliveries = stock_up(world, needed, short=max(2, len(items) // 200))
    world.losses = make_losses(world, count=max(3, len(items) // 100))
    world.cancellations = cancellations_of(world, found)
    told = (*found.errors, *found.unknown_codes, *found.conflicts, *found.unresolved)
    world.notes += [str(each) for each in told]
    world.files, world.mapping = tuple(files), mapping
    return world


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


def cancellations_of(world: World, found: OrderFile) -> tuple[Cancellation, ...]:
    """Return what the files take back, each at a drawn moment; count what no order explains."""
    parts: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for part in match_returns(found.orders, found.returns):
        if isinstance(part, Matched):
            taken = (part.order_position, part.quantity)
            parts[part.order_number, part.return_number].append(taken)
        else:
            world.unmatched += 1
    return tuple(
        Cancellation(
            order=order,
            reference=reference,
            moment=stream(world.seed, "cancel", reference).choice(MOMENTS),
            lines=summed(lines),
        )
        for (order, reference), lines in sorted(parts.items())
    )


def summed(lines: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Return units per position, each position once."""
    units: dict[int, int] = defaultdict(int)
    for position, quantity in lines:
        units[position] += quantity
    return tuple(sorted(units.items()))
