"""Messages of desks and imports about items."""

from typing import NamedTuple

from server.lane.message import Message


class PutItem(Message, frozen=True, kw_only=True, tag="put_item"):
    """How an item should be, by its owner's code and SKU. For the network's lane."""

    owner: str
    sku: str
    description: str = ""
    lot_capture: str = "never"
    serial_capture: str = "never"
    base_unit: str = "each"
    verify: str = "line"
    weight_g: int | None = None
    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None
    expiry_capture: str = "never"
    rotation: str = "none"
    min_days: int = 0
    velocity: str = ""
    hazard: str = ""


class PutItemCode(Message, frozen=True, kw_only=True, tag="put_item_code"):
    """A barcode of an item at one pack level: `factor` base units. For the network's lane.

    `scheme` own says that the owner made the code, so its digits need be no GTIN.
    """

    owner: str
    sku: str
    code: str
    level: str = "each"
    factor: int = 1
    scheme: str = "gtin"


class PutSubstitutes(Message, frozen=True, kw_only=True, tag="put_substitutes"):
    """What may be shipped in place of an item, the best first; nothing if empty. For the network.

    `rule` free lets pickers take it; ask has a supervisor approve each time.
    """

    owner: str
    sku: str
    substitutes: tuple[str, ...] = ()
    rule: str = "ask"


class KitUnits(NamedTuple):
    """So many units of the same owner's item in one kit."""

    sku: str
    quantity: int


class PutKit(Message, frozen=True, kw_only=True, tag="put_kit"):
    """What one unit of an item is made of, from a time on. For the network's lane.

    The same `valid_from` again replaces what was said of it; without parts it is no kit any more.
    """

    owner: str
    sku: str
    parts: tuple[KitUnits, ...] = ()
    valid_from: int = 0
    """Ms since 1970; 0 is always."""


class PutDisposition(Message, frozen=True, kw_only=True, tag="put_disposition"):
    """What becomes of an owner's goods of a condition. For the network's lane.

    `place` is the code of the place to which they are brought, as the sites call it.
    """

    owner: str
    condition: str
    way: str
    place: str = ""
