"""Rows of transfers between sites; each of the two sites keeps its own."""

from typing import ClassVar

from server.record import Index, Record

NUMBERS = 1_000_000_000
"""The id of a transfer is its origin times this, plus a number of the origin's own counter.

So it is the same at both sites, no two sites can give the same one, and a device that takes goods
needs nothing but the id to know from where they came.
"""


class Transfer(Record, frozen=True):
    """Goods that one site is asked to send to another; `site` is whose row this is.

    The number is unique per owner at the origin.
    """

    TABLE = "transfer"
    KEY = ("site", "id")
    INDEXES: ClassVar[dict[str, Index]] = {"by_number": Index(("site", "owner", "number"))}

    site: int
    id: int
    origin: int
    target: int
    owner: int
    number: str
    content: str
    """Hash of what was ordered: the same number with other content is a conflict."""
    ordered_at: int
    ordered_by: str
    units: int
    """Ordered in all."""
    task: int | None = None
    """The task that names what differs, if there ever was one; at the origin only."""
    closed_at: int | None = None
    closed_by: str = ""


class TransferLine(Record, frozen=True):
    """Units of an item that were ordered; an empty lot is any."""

    TABLE = "transfer_line"
    KEY = ("site", "transfer", "position")
    INDEXES: ClassVar[dict[str, Index]] = {"by_transfer": Index(("site", "transfer"))}

    site: int
    transfer: int
    position: int
    item: int
    quantity: int
    lot: str = ""


class TransferUnits(Record, frozen=True):
    """Units of a stock key that left and arrived under a transfer: sums, ordered or not."""

    TABLE = "transfer_units"
    KEY = ("site", "transfer", "stock")
    INDEXES: ClassVar[dict[str, Index]] = {"by_transfer": Index(("site", "transfer"))}

    site: int
    transfer: int
    stock: int
    item: int
    """0 where nobody knows the item."""
    lot: str = ""
    sent: int = 0
    taken: int = 0
    lost: int = 0
    """Of those that left, so many are in lost and found; at the origin only, once it is closed."""
