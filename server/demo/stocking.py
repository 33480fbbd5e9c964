"""What suppliers bring: enough for most orders, some of it misread or miskeyed."""

from collections import Counter
from dataclasses import replace

from server.demo.seeds import stream
from server.demo.world import DEPOT, HUB, Delivery, Key, Order, World

BIN_UNITS = 8
"""Of what comes in greater numbers, half gets a second bin as long as there are bins."""
ANNOUNCED = 0.9
"""Share of what comes that its merchant has announced."""
ANNOUNCED_LINES = 300
"""Items of one announcement."""


def needed_units(orders: tuple[Order, ...]) -> Counter[tuple[int, str, str]]:
    """Return what the orders ask of each site, by owner and SKU."""
    needed: Counter[tuple[int, str, str]] = Counter()
    for order in orders:
        for line in order.lines:
            needed[order.site, order.owner, line.sku] += line.quantity
    return needed


class Stocking:
    """The shelves of a world, filled morning by morning; every item keeps the bins it got first.

    Each item has a bin of its own, some have two.
    """

    def __init__(self, world: World, needed: Counter[tuple[int, str, str]]) -> None:
        """Give bins to all items, by what all days need of them."""
        self._world = world
        self._draw = stream(world.seed, "stock")
        wanted = dict(needed)
        for owner, sku in world.items:
            if not any((site.number, owner, sku) in wanted for site in world.sites):
                wanted[DEPOT if owner == "GAMMA" else HUB, owner, sku] = 0
        self._idle = {key for key, units in wanted.items() if not units}
        free = {site.number: [code for code, _ in site.bins] for site in world.sites}
        to_place = Counter(site for site, _, _ in wanted)
        self._bins: dict[tuple[int, str, str], list[tuple[str, str]]] = {}
        for site, owner, sku in sorted(wanted):
            to_place[site] -= 1
            many = wanted[site, owner, sku] > BIN_UNITS
            halves = 2 if many and len(free[site]) > to_place[site] + 1 else 1
            item = world.items[owner, sku]
            for half in range(halves):
                # Anywhere on the path, so that zones get even shares of the work.
                code = free[site].pop(self._draw.randrange(len(free[site])))
                captured = item.lot_capture == "receipt"
                lot = f"L{self._draw.randrange(100):02}{half}" if captured else ""
                self._bins.setdefault((site, owner, sku), []).append((code, lot))

    def morning(
        self, date: str, needed: Counter[tuple[int, str, str]], short: int
    ) -> list[Delivery]:
        """Return what fills a day's orders, but for `short` items of the hub.

        What nobody orders on any day comes on the first, in small numbers.
        """
        draw = self._draw
        ordered = sorted(key for key in needed if key[0] == HUB)
        lacking = set(draw.sample(ordered, min(short, len(ordered))))
        deliveries: list[Delivery] = []
        coming: Counter[tuple[int, str]] = Counter()
        for site, owner, sku in sorted({*needed, *self._idle}):
            units = needed[site, owner, sku]
            lacks = (site, owner, sku) in lacking
            arriving = units // 2 if lacks else units + draw.randrange(2, 6) + units // 5
            bins = self._bins[site, owner, sku]
            halves = [arriving // 2, arriving - arriving // 2] if len(bins) > 1 else [arriving]
            docks = self._world.site(site).docks
            number = f"{date}-{owner}-{site}-{coming[site, owner] // ANNOUNCED_LINES + 1}"
            announced = number if draw.random() < ANNOUNCED else ""
            coming[site, owner] += 1
            for (code, lot), quantity in zip(bins, halves, strict=True):
                if quantity:
                    key, dock = Key(owner, sku, lot), draw.choice(docks)
                    deliveries.append(Delivery(site, key, quantity, dock, code, announced))
        self._idle = set()
        return deliveries


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
        # An announcement would say whose it is.
        told.append(replace(delivery, mistake=mistake, announced="") if mistake else delivery)
    return tuple(told)


def miskeyed(
    seed: int, date: str, deliveries: tuple[Delivery, ...], count: int
) -> tuple[Delivery, ...]:
    """Let some deliveries of a day be put away under a quantity that is one too small."""
    several = [
        place
        for place, each in enumerate(deliveries)
        if each.site == HUB and each.quantity > 2 and not each.mistake  # noqa: PLR2004 - several.
    ]
    chosen = set(stream(seed, "miskeyed", date).sample(several, min(count, len(several))))
    return tuple(
        replace(each, mistake="miskeyed") if place in chosen else each
        for place, each in enumerate(deliveries)
    )
