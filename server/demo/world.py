"""The made-up world of a day: sites, merchants, items, people, stock, orders, changed minds.

Everything is drawn from the seed. GTINs have valid check digits; two owners share one.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from device_protocol.scan import check_digit
from server.demo.seeds import stream

MORNING_MS = 1_291_190_400_000
"""2010-12-01T08:00:00Z, the first hour of the real order files."""
HUB = 1
DEPOT = 2
EMERGENCY_SHARE = 0.08
CODE_SHARE = 0.5
"""Orders whose consumer will say a one-time code."""
BIN_UNITS = 8
"""Of what comes in greater numbers, half gets a second bin as long as there are bins."""
Moment = Literal["waiting", "released", "picked", "packed", "delivered"]
"""How far an order had come when its owner changed their mind."""


class Key(NamedTuple):
    """What goods are, physically; condition and customs status are ordinary in this world."""

    owner: str
    sku: str
    lot: str = ""
    serial: str = ""


@dataclass(frozen=True)
class Site:
    """A site with its places, bins in order of the walking path."""

    number: int
    code: str
    name: str
    prefix: str
    zones: tuple[str, ...]
    bins: tuple[tuple[str, str], ...]
    """Code and zone."""
    docks: tuple[str, ...]
    benches: tuple[str, ...]
    staging: str
    vans: tuple[str, ...]


@dataclass(frozen=True)
class Item:
    """What a merchant sells."""

    owner: str
    sku: str
    description: str
    gtin: str
    lot_capture: str = "never"
    serial_capture: str = "never"
    verify: str = "line"
    weight_g: int = 250


@dataclass(frozen=True)
class Person:
    """A member of staff."""

    code: str
    pin: str
    role: str
    site: int = 0
    owner: str = ""


@dataclass(frozen=True)
class Delivery:
    """Units that arrive at a dock and are meant for a bin."""

    site: int
    key: Key
    quantity: int
    dock: str
    bin: str
    mistake: str = ""
    """unnamed: the owner of a shared code is not said; unknown: the box bears another code."""


@dataclass(frozen=True)
class OrderLine:
    """One line as ordered."""

    position: int
    sku: str
    quantity: int
    price_minor: int = 0


@dataclass(frozen=True)
class Order:
    """What a channel of a merchant sold."""

    owner: str
    channel: str
    number: str
    site: int
    placed_at: int
    destination: str
    lines: tuple[OrderLine, ...]
    priority: int = 5
    code: str = ""
    """What the consumer says at the door."""
    customer: str = ""


@dataclass(frozen=True)
class Cancellation:
    """Units of an order that are not wanted any more; no lines is all of it."""

    order: str
    reference: str
    moment: Moment
    lines: tuple[tuple[int, int], ...] = ()


@dataclass
class World:
    """Everything that a day begins with, and what will happen to it from outside."""

    seed: int
    sites: tuple[Site, ...]
    merchants: tuple[tuple[str, str], ...]
    items: dict[tuple[str, str], Item]
    people: tuple[Person, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    orders: tuple[Order, ...] = ()
    cancellations: tuple[Cancellation, ...] = ()
    losses: tuple[tuple[int, str, Key, int], ...] = ()
    """Site, bin, goods and units that vanish before anybody picks."""
    unmatched: int = 0
    """Returned lines of the order files that no order explains."""
    notes: list[str] = field(default_factory=list)
    """What in the order files a person has to look at."""
    files: tuple[Path, ...] = ()
    """Order files that the server is to read itself; none for a world that was made up."""
    mapping: Path | None = None

    def site(self, number: int) -> Site:
        """Return a site."""
        return next(site for site in self.sites if site.number == number)

    def stocked(self) -> list[int]:
        """Return the sites that have goods."""
        return sorted({delivery.site for delivery in self.deliveries})


def gtin(prefix: str, number: int) -> str:
    """Return a GTIN-13 of a company prefix.

    >>> gtin("4000001", 7)
    '4000001000074'
    """
    digits = f"{prefix}{number:0{12 - len(prefix)}d}"
    return digits + check_digit(digits)


def make_site(  # noqa: PLR0917 - so many make a site.
    number: int, code: str, name: str, zones: int, bins: int, benches: int, vans: int
) -> Site:
    """Make a site whose zones follow each other on the path, aisles in serpentines."""
    letters = [chr(ord("A") + place) for place in range(zones)]
    places = []
    for letter in letters:
        aisles = -(-bins // 10)
        for aisle in range(1, aisles + 1):
            along = range(1, 11) if aisle % 2 else range(10, 0, -1)
            places += [(f"LOC-{letter}-{aisle:02}-{at:02}", letter) for at in along]
    return Site(
        number=number,
        code=code,
        name=name,
        prefix=f"40{number:05}",
        zones=tuple(letters),
        bins=tuple(places),
        docks=("DOCK-1", "DOCK-2"),
        benches=tuple(f"BENCH-{at}" for at in range(1, benches + 1)),
        staging="STAGING-1",
        vans=tuple(f"VAN-{number}{at}" for at in range(1, vans + 1)),
    )


def staff(devices: int) -> tuple[Person, ...]:
    """Return an administrator, a supervisor, a merchant's clerk, and somebody for each device."""
    hands = [
        Person(f"STAFF-{at:02}", f"{2_000 + 37 * at}", "operator") for at in range(1, devices + 1)
    ]
    office = (
        Person("ADMIN-1", "admin of the demo", "admin"),
        Person("SUPER-1", "supervisor of the demo", "supervisor"),
    )
    return (*office, *hands)


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
    world.orders = make_orders(world, share)
    needed = needed_units(world.orders)
    world.deliveries = stock_up(world, needed, short=3)
    world.losses = make_losses(world, count=4)
    world.cancellations = make_cancellations(world)
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


def needed_units(orders: tuple[Order, ...]) -> Counter[tuple[int, str, str]]:
    """Return what the orders ask of each site, by owner and SKU."""
    needed: Counter[tuple[int, str, str]] = Counter()
    for order in orders:
        for line in order.lines:
            needed[order.site, order.owner, line.sku] += line.quantity
    return needed


def stock_up(
    world: World, needed: Counter[tuple[int, str, str]], short: int
) -> tuple[Delivery, ...]:
    """Return deliveries by which all orders can be filled, but for `short` items of the hub.

    Each item has a bin of its own, some have two; what nobody ordered comes in small numbers.
    """
    draw = stream(world.seed, "stock")
    ordered = sorted(key for key in needed if key[0] == HUB)
    lacking = set(draw.sample(ordered, min(short, len(ordered))))
    wanted = dict(needed)
    for owner, sku in world.items:
        if not any((site.number, owner, sku) in wanted for site in world.sites):
            wanted[DEPOT if owner == "GAMMA" else HUB, owner, sku] = 0
    free = {site.number: [code for code, _ in site.bins] for site in world.sites}
    deliveries: list[Delivery] = []
    to_place = Counter(site for site, _, _ in wanted)
    for site, owner, sku in sorted(wanted):
        units = wanted[site, owner, sku]
        to_place[site] -= 1
        if (site, owner, sku) in lacking:
            arriving = units // 2
        else:
            arriving = units + draw.randrange(2, 6) + units // 5
        halves = [arriving]
        if arriving > BIN_UNITS and len(free[site]) > to_place[site] + 1:
            halves = [arriving // 2, arriving - arriving // 2]
        item = world.items[owner, sku]
        for half, quantity in enumerate(part for part in halves if part):
            # Anywhere on the path, so that zones get even shares of the work.
            code = free[site].pop(draw.randrange(len(free[site])))
            lot = f"L{draw.randrange(100):02}{half}" if item.lot_capture == "receipt" else ""
            docks = world.site(site).docks
            key = Key(owner, sku, lot)
            deliveries.append(Delivery(site, key, quantity, draw.choice(docks), code))
    return misread(world, deliveries)


def misread(world: World, deliveries: list[Delivery]) -> tuple[Delivery, ...]:
    """Let one delivery of a shared code come without its owner, and one with an unknown code."""
    shared = {item.gtin for item in world.items.values()}
    codes = Counter(item.gtin for item in world.items.values())
    twice = {code for code in shared if codes[code] > 1}
    done: set[str] = set()
    told = []
    for delivery in deliveries:
        item = world.items[delivery.key.owner, delivery.key.sku]
        mistake = ""
        if item.gtin in twice:
            mistake = "unnamed"
        elif item.lot_capture == "never" and delivery.site == HUB:
            mistake = "unknown"
        if mistake in done:
            mistake = ""
        done.add(mistake)
        fields = {**delivery.__dict__, "mistake": mistake}
        told.append(Delivery(**fields))
    return tuple(told)


def make_losses(world: World, count: int) -> tuple[tuple[int, str, Key, int], ...]:
    """Return units that vanish from bins of items that were ordered."""
    draw = stream(world.seed, "losses")
    ordered = {
        (order.site, order.owner, line.sku) for order in world.orders for line in order.lines
    }
    open_to_loss = [
        delivery
        for delivery in world.deliveries
        if delivery.site == HUB
        and (delivery.site, delivery.key.owner, delivery.key.sku) in ordered
        and delivery.quantity > 1
    ]
    chosen = draw.sample(open_to_loss, min(count, len(open_to_loss)))
    return tuple((each.site, each.bin, each.key, max(1, each.quantity * 3 // 4)) for each in chosen)


def make_cancellations(world: World) -> tuple[Cancellation, ...]:
    """Return changes of mind, before the wave, after it, after the pick and after packing."""
    draw = stream(world.seed, "cancellations")
    at_hub = [order for order in world.orders if order.site == HUB and order.priority]
    chosen = draw.sample(at_hub, 8)
    moments: tuple[Moment, ...] = (
        "waiting", "waiting", "released", "released", "picked", "picked", "picked", "packed",
    )  # fmt: skip
    told = []
    for order, moment in zip(chosen, moments, strict=True):
        several = [line for line in order.lines if line.quantity > 1]
        part = ((several[0].position, 1),) if several and moment != "packed" else ()
        told.append(Cancellation(order.number, f"cancel {order.number}", moment, part))
    return tuple(told)
