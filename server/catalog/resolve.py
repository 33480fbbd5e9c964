"""From a scanned code to the items it may mean."""

from device_protocol.scan import parse
from server.catalog.records import Item, ItemCode
from server.lane.activity import NETWORK
from server.lane.want import Look
from server.merchants.rules import find_merchant


def normal_code(text: str) -> str:
    """The form in which a code is stored: a GTIN as 14 digits, anything else as it is."""
    return parse(text).gtin or text


def owner_id(look: Look, code: str) -> int | None:
    """The merchant with this code, if there is one."""
    found = find_merchant(look, code)
    return found.id if found else None


def item_by_sku(look: Look, owner: int, sku: str) -> Item | None:
    """The owner's item with this SKU, if there is one."""
    found = look.listing(Item, "by_sku", (NETWORK, owner, sku))
    return found[0] if found else None


def items_by_code(look: Look, text: str) -> list[ItemCode]:
    """Every item that this barcode may mean: of two owners perhaps, or at two pack levels."""
    return look.listing(ItemCode, "by_code", (NETWORK, normal_code(text)))
