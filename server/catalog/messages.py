"""Messages of desks and imports about items."""

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
