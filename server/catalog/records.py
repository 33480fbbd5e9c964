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
