"""The world of a demo: sites, merchants, items, people, and what comes to them day by day."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from device_protocol.scan import check_digit

MORNING_MS = 1_291_190_400_000
"""2010-12-01T08:00:00Z, the first hour of the real order files."""
HUB = 1
DEPOT = 2
Moment = Literal["waiting", "released", "picked", "packed", "delivered"]
"""How far an order had come when its owner changed their mind."""


MishapKind = Literal["lost", "strayed", "miskeyed", "broken", "miscounted"]
"""What goes wrong and is not told: goods vanish; are put elsewhere; are put away under another
quantity; are thrown away as if they had stood elsewhere; a count is off."""


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
    returns: str
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
    announced: str = ""
    """Number under which its merchant has announced it; empty where nobody has."""
    mistake: str = ""
    """unnamed: the owner of a shared code is not said; unknown: the box bears another code;
    miskeyed: one unit too few is keyed where it is put away."""


@dataclass(frozen=True)
class Mishap:
    """Something that really happens on the floor and that no handheld tells as it was."""

    kind: MishapKind
    site: int
    place: str
    """Where the book has units that are not there; of a count, the place."""
    key: Key | None
    """None is everything there."""
    units: int
    other: str = ""
    """Where the floor has them, or where they were said to have been."""


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


@dataclass(frozen=True)
class Day:
    """What happens to a world from outside on one day."""

    date: str
    deliveries: tuple[Delivery, ...] = ()
    orders: tuple[Order, ...] = ()
    cancellations: tuple[Cancellation, ...] = ()
    mishaps: tuple[Mishap, ...] = ()
    """What goes wrong before anybody picks, and nobody tells."""
    files: tuple[Path, ...] = ()
    """Order files that the server is to read itself; none for a day that was made up."""


@dataclass
class World:
    """Everything that the first morning finds, and the days that follow."""

    seed: int
    sites: tuple[Site, ...]
    merchants: tuple[tuple[str, str], ...]
    items: dict[tuple[str, str], Item]
    people: tuple[Person, ...] = ()
    days: tuple[Day, ...] = ()
    unmatched: int = 0
    """Returned lines of the order files that no order explains."""
    notes: list[str] = field(default_factory=list)
    """What in the order files a person has to look at."""
    mapping: Path | None = None
    """How order files are read; None in a world without them."""

    @property
    def orders(self) -> tuple[Order, ...]:
        """The orders of all days."""
        return tuple(order for day in self.days for order in day.orders)

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """What arrives on all days."""
        return tuple(delivery for day in self.days for delivery in day.deliveries)

    @property
    def cancellations(self) -> tuple[Cancellation, ...]:
        """The changes of mind of all days."""
        return tuple(each for day in self.days for each in day.cancellations)

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
        returns="RETURNS-1",
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
