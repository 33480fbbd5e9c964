"""Rows of the network about items."""

from typing import ClassVar

from server.record import Index, Record


class Item(Record, frozen=True):
    """What a merchant calls by one SKU."""

    TABLE = "item"
    KEY = ("site", "id")
    INDEXES: ClassVar[dict[str, Index]] = {"by_sku": Index(("site", "owner", "sku"))}

    site: int
    id: int
    owner: int
    sku: str
    description: str = ""
    lot_capture: str = "never"
    """When the lot is captured: never, receipt, shipping; likewise the serial."""
    serial_capture: str = "never"
    base_unit: str = "each"
    """`each`, or `gram` for weighed goods."""
    verify: str = "line"
    """At packing, one scan per `line` and a keyed quantity, or one per `unit`."""
    weight_g: int | None = None
    state: str = "open"
    length_mm: int | None = None
    """Of one base unit, as are the other two; None where nobody has measured it."""
    width_mm: int | None = None
    height_mm: int | None = None
    expiry_capture: str = "never"
    """Whether the date is captured: never, receipt."""
    rotation: str = "none"
    """Which lots are picked first: none, fifo (first received), fefo (first to expire)."""
    min_days: int = 0
    """Days of life that a lot with a date must have left when it is promised or planned."""
    velocity: str = ""
    """How fast it moves: A, B or C; empty is unknown."""
    hazard: str = ""
    """Class of dangerous goods, as the site stores them; empty is none."""


class ItemCode(Record, frozen=True):
    """A barcode of an item at one pack level: `factor` base units; GTINs as 14 digits."""

    TABLE = "item_code"
    KEY = ("site", "code", "item", "level")
    INDEXES: ClassVar[dict[str, Index]] = {
        "by_code": Index(("site", "code")),
        "by_item": Index(("site", "item")),
    }

    site: int
    code: str
    item: int
    level: str
    owner: int
    factor: int = 1


class Substitute(Record, frozen=True):
    """That an owner lets another of its items be shipped in place of this one."""

    TABLE = "substitute"
    KEY = ("site", "item", "rank")
    INDEXES: ClassVar[dict[str, Index]] = {"by_item": Index(("site", "item"))}

    site: int
    item: int
    rank: int
    """The first is taken rather than the second."""
    substitute: int
    rule: str
    """free, or ask: a supervisor approves each time, or has it put back."""


class KitPart(Record, frozen=True):
    """So many units of an item that one unit of a kit is made of, from a time on."""

    TABLE = "kit_part"
    KEY = ("site", "kit", "valid_from", "item")
    INDEXES: ClassVar[dict[str, Index]] = {"by_kit": Index(("site", "kit"))}

    site: int
    kit: int
    """Item that is the kit."""
    valid_from: int
    item: int
    """0 is a row that says: from then on it is no kit."""
    quantity: int


class Disposition(Record, frozen=True):
    """What becomes of an owner's goods of a condition, and where they are brought."""

    TABLE = "disposition"
    KEY = ("site", "owner", "condition")

    site: int
    owner: int
    condition: str
    way: str
    """restock, quarantine, repair, scrap, recycle."""
    place: str = ""
    """Code of the place, as the sites call it."""
