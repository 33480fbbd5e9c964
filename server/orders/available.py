"""What of an item may be promised at a site, and from which places it is taken.

Available = what stands in bins and at docks in good condition, less what holds select, less what is
allocated at those places, less what is promised at the site (`Demand`); never below zero. A place
where the book is below zero lowers it, too: those goods stand somewhere else, and nobody knows
where. A lot that is expired, or has fewer days left than the item wants at shipping, is not there
for the taking; the others are taken in the item's rotation: the lot that expires first (fefo), or
came first (fifo). A lot whose date nobody knows comes last.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from server.catalog.records import Item
from server.lane.activity import NETWORK, Context
from server.lane.want import Look
from server.ledger.holds import selects, want_holds
from server.ledger.lots import days_left
from server.ledger.posting import save
from server.ledger.records import Balance, Lot, Place, Stock
from server.orders.lacking import want_lacking
from server.orders.records import Demand

GOOD = "good"
PROMISED_KINDS = frozenset({"bin", "dock"})
LAST = 1 << 62
"""The turn of lots of which nobody knows when it comes."""


@dataclass(slots=True)
class Shelf:
    """A stock key at a place, with the units there that nobody has taken yet."""

    place: Place
    stock: Stock
    free: int
    taken: int = 0
    turn: int = 0
    """When its lot is to be picked: the lowest first; 0 where the order does not matter."""
    outdated: bool = False
    """Whether its lot is expired, or has too few days left to be shipped."""

    @property
    def stands(self) -> tuple[int, int]:
        """The place and the key."""
        return (self.place.id, self.stock.id)

    @property
    def order(self) -> tuple[int, int, int, int]:
        """Fullest first; of equals the nearest comes last."""
        return (-self.free, -self.place.walk, -self.place.id, -self.stock.id)


class Shelves:
    """The shelves of a site as one decision sees them: read once, and what is taken stays taken."""

    def __init__(self, look: Look, site: int, now: int) -> None:
        """Read the holds; `now` says how many days lots have left."""
        self.look = look
        self.site = site
        self.now = now
        self._holds = want_holds(look, site)
        self._shelves: dict[tuple[int, int], list[Shelf]] = {}
        self._promised: dict[tuple[int, int], int] = {}

    def of(self, owner: int, item: int) -> list[Shelf]:
        """Where the item stands and may be taken from, negative balances included."""
        known = self._shelves.get((owner, item))
        if known is None:
            known = self._shelves[owner, item] = self._read(owner, item)
        return known

    def fit(self, owner: int, item: int) -> list[Shelf]:
        """Where the item stands and is not too old to be shipped."""
        return [shelf for shelf in self.of(owner, item) if not shelf.outdated]

    def available(self, owner: int, item: int) -> int:
        """Units of the item that may still be promised."""
        demand = self.look.row(Demand, (self.site, owner, item))
        promised = (demand.quantity if demand else 0) + self._promised.get((owner, item), 0)
        free = sum(shelf.free for shelf in self.fit(owner, item))
        return max(0, free - promised)

    def outdated(self, owner: int, item: int) -> int:
        """Units of the item that stand there and are too old to be shipped."""
        return sum(max(0, shelf.free) for shelf in self.of(owner, item) if shelf.outdated)

    def promise(self, owner: int, item: int, units: int) -> None:
        """Promise units at the site, or with a negative number give them back."""
        key = (owner, item)
        self._promised[key] = self._promised.get(key, 0) + units

    def choice(self, owner: int, item: int, units: int) -> list[tuple[Shelf, int]]:
        """From where units would be taken, as many as there are: lots in turn, docks last."""
        chosen = []
        sides: dict[tuple[int, bool], list[Shelf]] = {}
        for shelf in self.fit(owner, item):
            sides.setdefault((shelf.turn, shelf.place.kind == "dock"), []).append(shelf)
        for side in sorted(sides):
            part = choose(sides[side], units)
            units -= sum(taken for _, taken in part)
            chosen += part
            if units == 0:
                break
        return chosen

    def take(self, owner: int, item: int, units: int) -> list[tuple[Shelf, int]]:
        """Take units from shelves, as many as there are."""
        taken = self.choice(owner, item, units)
        for shelf, part in taken:
            shelf.free -= part
            shelf.taken += part
        return taken

    def save(self, context: Context) -> None:
        """Write what was promised and taken."""
        picture, site = context.picture, self.site
        for (owner, item), units in self._promised.items():
            shift_demand(context, owner, item, units)
        for shelves in self._shelves.values():
            for shelf in shelves:
                if shelf.taken:
                    balance = picture.need(Balance, (site, shelf.place.id, shelf.stock.id))
                    save(context, replace(balance, allocated=balance.allocated + shelf.taken))
                    shelf.taken = 0
        self._promised = {}

    def _read(self, owner: int, item: int) -> list[Shelf]:
        look, site = self.look, self.site
        shelves = []
        row, lots = want_lots(look, site, owner, item)
        for stock in look.listing(Stock, "by_item", (site, owner, item)):
            if stock.condition != GOOD:
                continue
            lot = lots.get(stock.lot)
            left = days_left(lot, self.now)
            outdated = row is not None and left is not None and left < row.min_days
            for balance in look.listing(Balance, "by_stock", (site, stock.id)):
                place = look.row(Place, (site, balance.place))
                if place is None or place.kind not in PROMISED_KINDS:
                    continue
                if any(selects(hold, stock, place.id, None) for hold in self._holds):
                    continue
                free = balance.quantity - balance.allocated
                turn = turn_of(row, stock, lot)
                shelves.append(Shelf(place, stock, free, turn=turn, outdated=outdated))
        return shelves


def want_item(look: Look, site: int, owner: int, item: int) -> None:
    """Name where an item stands and what of it is promised, as far as that is known."""
    for _ in want_items(look, site, [(owner, item)]):
        pass


def want_items(look: Look, site: int, wanted: Collection[tuple[int, int]]) -> Iterator[None]:
    """Name the same of many items (owner, item), step by step: each names what was just learned."""
    for owner, item in wanted:
        look.row(Demand, (site, owner, item))
        want_lacking(look, site, owner, item)
        look.listing(Stock, "by_item", (site, owner, item))
    yield
    stood: list[Stock] = []
    for owner, item in wanted:
        want_lots(look, site, owner, item)
        of_item = look.listing(Stock, "by_item", (site, owner, item))
        stood += [stock for stock in of_item if stock.condition == GOOD]
    for stock in stood:
        look.listing(Balance, "by_stock", (site, stock.id))
    yield
    for stock in stood:
        for balance in look.listing(Balance, "by_stock", (site, stock.id)):
            look.row(Place, (site, balance.place))


def want_lots(look: Look, site: int, owner: int, item: int) -> tuple[Item | None, dict[str, Lot]]:
    """Name an item's lots with the rule by which they are picked, if it has any lots."""
    if not any(stock.lot for stock in look.listing(Stock, "by_item", (site, owner, item))):
        return None, {}
    lots = look.listing(Lot, "by_item", (site, owner, item))
    return look.row(Item, (NETWORK, item)), {lot.lot: lot for lot in lots}


def turn_of(item: Item | None, stock: Stock, lot: Lot | None) -> int:
    """When stock is to be picked by the item's rotation."""
    if item is None or item.rotation == "none":
        return 0
    if item.rotation == "fifo":
        # Goods without a lot stood there before anybody noted lots.
        return 0 if not stock.lot else lot.received_at if lot else LAST
    return days if (days := days_left(lot, 0)) is not None else LAST


def choose(shelves: list[Shelf], units: int) -> list[tuple[Shelf, int]]:
    """The shelf that has enough with the least left over; else the fullest, and so on."""
    chosen = []
    side = sorted((shelf for shelf in shelves if shelf.free > 0), key=lambda shelf: shelf.order)
    for place, shelf in enumerate(side):
        if units <= 0:
            break
        if shelf.free < units:
            chosen.append((shelf, shelf.free))
            units -= shelf.free
            continue
        # They are sorted, so the last one that has enough has the least left over.
        best = shelf
        for other in side[place + 1 :]:
            if other.free < units:
                break
            best = other
        chosen.append((best, units))
        units = 0
    return chosen


def shift_demand(context: Context, owner: int, item: int, units: int) -> None:
    """Change what is promised of an item at the site."""
    picture, key = context.picture, (context.site, owner, item)
    demand = picture.get(Demand, key)
    left = max(0, (demand.quantity if demand else 0) + units)
    if left:
        picture.put(Demand(*key, left))
    elif demand is not None:
        picture.remove(demand)
