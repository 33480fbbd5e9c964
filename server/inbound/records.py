"""Rows of announced receipts, and of what came under their numbers."""

from typing import ClassVar

from server.record import Index, Record

STORE = "store"
CROSS_DOCK = "cross_dock"


class Announcement(Record, frozen=True):
    """A delivery that a merchant announced (ASN); the number is unique per owner at a site."""

    TABLE = "announcement"
    KEY = ("site", "id")
    INDEXES: ClassVar[dict[str, Index]] = {"by_number": Index(("site", "number"))}

    site: int
    id: int
    owner: int
    number: str
    supplier: str
    expected_on: str
    """Day on which it is expected, `YYYY-MM-DD`; empty where nobody said."""
    route: str
    """store, cross_dock."""
    content: str
    """Hash of what was announced: the same number with other content is a conflict."""
    announced_at: int
    announced_by: str
    units: int
    """Announced in all."""
    left: int
    """Announced and not come."""
    over: int = 0
    """Come and not announced, or more than announced."""
    came: int = 0
    state: str = "announced"
    """announced, arrived, receiving, received (all lines are full), closed."""
    arrived_at: int | None = None
    dock: int | None = None
    """Place at which it arrived."""
    task: int | None = None
    """The task that names what differs, if there ever was one."""
    closed_at: int | None = None
    closed_by: str = ""


class AnnouncedLine(Record, frozen=True):
    """Units of an item that were announced, with the lot, serial, expiry and pallet if told."""

    TABLE = "announced_line"
    KEY = ("site", "announcement", "position")
    INDEXES: ClassVar[dict[str, Index]] = {
        "by_announcement": Index(("site", "announcement")),
        "by_item": Index(("site", "announcement", "shared")),
        "by_serial": Index(("site", "announcement", "item", "serial")),
        "by_unit": Index(("site", "announcement", "unit")),
    }

    site: int
    announcement: int
    position: int
    item: int
    quantity: int
    lot: str = ""
    serial: str = ""
    expiry: str = ""
    unit: str = ""
    """SSCC of the pallet or carton in which it comes."""
    shared: int | None = None
    """The item, where the line shares with others what came; None where a serial is captured at
    receipt and the line names one."""
    received: int = 0
    """Its share of what came, by `rules.filled`; above the quantity where more came."""


class ReceivedGoods(Record, frozen=True):
    """Units that were received under a number: a sum, announced or not.

    It does not depend on whether the announcement was there first. Goods with serials are in the
    sum of their lot and condition, and each serial has a row of its own besides.
    """

    TABLE = "received_goods"
    KEY = ("site", "number", "owner", "item", "lot", "condition", "serial", "unnamed")
    INDEXES: ClassVar[dict[str, Index]] = {
        "by_number": Index(("site", "number")),
        "by_item": Index(("site", "number", "owner", "summed")),
        "by_serial": Index(("site", "number", "owner", "item", "serial")),
        "by_unnamed": Index(("site", "unnamed")),
    }

    site: int
    number: str
    owner: int
    item: int
    lot: str
    condition: str
    serial: str
    """Empty in a sum."""
    unnamed: int
    """The stock key of goods that nobody could name; 0 where the item is known."""
    quantity: int
    first_at: int
    """When the first of them was unloaded, and the last: by the floor's time, ms."""
    last_at: int
    summed: int | None
    """The item, in a sum; None in the row of a serial."""
    apart: int = 0
    """Of the units, those whose serials are on lines that name them."""

    @property
    def units(self) -> int:
        """Units that fill lines without a serial."""
        return max(0, self.quantity - self.apart)
