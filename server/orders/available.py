"""What of an item may be promised at a site, and from which places it is taken.

Available = what stands in bins and at docks in good condition, less what holds select, less what is
allocated at those places, less what is promised at the site (`Demand`); never below zero. A place
where the book is below zero lowers it, too: those goods stand somewhere else, and nobody knows
where.
"""

from dataclasses import dataclass

from msgspec.structs import replace

from server.lane.activity import Context
from server.lane.want import Look
from server.ledger.holds import selects, want_holds
from server.ledger.posting import save
from server.ledger.records import Balance, Place, Stock
from server.orders.records import Demand

GOOD = "good"
PROMISED_KINDS = frozenset({"bin", "dock"})


@dataclass(slots=True)
class Shelf:
    """A stock key at a place, with the units there that nobody has taken yet."""

    place: Place
    stock: Stock
    free: int
    taken: int = 0

    @property
    def order(self) -> tuple[int, int, int, int]:
        """Fullest first; of equals the nearest comes last."""
        return (-self.free, -self.place.walk, -self.place.id, -self.stock.id)


class Shelves:
    """The shelves of a site as one decision sees them: read once, and what is taken stays taken."""

    def __init__(self, look: Look, site: int) -> None:
        """Read the holds."""
        self.look = look
        self.site = site
        self._holds = want_holds(look, site)
        self._shelves: dict[tuple[int, int], list[Shelf]] = {}
        self._promised: dict[tuple[int, int], int] = {}

    def of(self, owner: int, item: int) -> list[Shelf]:
        """Where the item stands and may be taken from, negative balances included."""
        known = self._shelves.get((owner, item))
        if known is None:
            known = self._shelves[owner, item] = self._read(owner, item)
        return known

    def available(self, owner: int, item: int) -> int:
        """Units of the item that may still be promised."""
        demand = self.look.row(Demand, (self.site, owner, item))
        promised = (demand.quantity if demand else 0) + self._promised.get((owner, item), 0)
        return max(0, sum(shelf.free for shelf in self.of(owner, item)) - promised)

    def promise(self, owner: int, item: int, units: int) -> None:
        """Promise units at the site, or with a negative number give them back."""
        key = (owner, item)
        self._promised[key] = self._promised.get(key, 0) + units

    def take(self, owner: int, item: int, units: int) -> list[tuple[Shelf, int]]:
        """Take units from shelves, as many as there are, bins before docks."""
        taken = []
        shelves = self.of(owner, item)
        for docks in (False, True):
            side = [shelf for shelf in shelves if (shelf.place.kind == "dock") is docks]
            for shelf, part in choose(side, units):
                shelf.free -= part
                shelf.taken += part
                units -= part
                taken.append((shelf, part))
            if units == 0:
                break
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
        for stock in look.listing(Stock, "by_item", (site, owner, item)):
            if stock.condition != GOOD:
                continue
            for balance in look.listing(Balance, "by_stock", (site, stock.id)):
                place = look.row(Place, (site, balance.place))
                if place is None or place.kind not in PROMISED_KINDS:
                    continue
                if any(selects(hold, stock, place.id, None) for hold in self._holds):
                    continue
                shelves.append(Shelf(place, stock, balance.quantity - balance.allocated))
        return shelves


def want_item(look: Look, site: int, owner: int, item: int) -> None:
    """Name where an item stands and what of it is promised."""
    look.row(Demand, (site, owner, item))
    for stock in look.listing(Stock, "by_item", (site, owner, item)):
        if stock.condition == GOOD:
            for balance in look.listing(Balance, "by_stock", (site, stock.id)):
                look.row(Place, (site, balance.place))


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
