"""What goods and parcels weigh, and how far off a scale may be.

Weighed goods have grams as their base unit: what a scale said is their quantity. A line of them is
whole, and not too much, within a tolerance, since nobody cuts cheese to the gram.
"""

from device_protocol.operations import QUANTITY_MAX, Goods
from server.catalog.records import Item
from server.lane.activity import NETWORK, Context
from server.lane.want import Look
from server.ledger.records import Balance, Stock

PERCENT = 5
"""So far a scale, or a cut, may be off."""
PARCEL_G_LEAST = 50
"""So far a parcel may always be off: tape, padding, a label."""


def slack_of(quantity: int) -> int:
    """By how much weighed goods may differ from a quantity."""
    return quantity * PERCENT // 100


def differs(expected_g: int, measured_g: int) -> bool:
    """Whether a parcel weighs so much more or less that something else is in it."""
    return abs(measured_g - expected_g) > max(PARCEL_G_LEAST, slack_of(expected_g))


def is_weighed(look: Look, item: int) -> bool:
    """Whether an item's base unit is the gram."""
    found = look.row(Item, (NETWORK, item)) if item else None
    return found is not None and found.base_unit == "gram"


def weighed(look: Look, operation: Goods, item: int) -> int:
    """How many units were handled: of weighed goods what the scale said, if it said anything."""
    grams = read_off(operation)
    return operation.quantity if grams is None or not is_weighed(look, item) else grams


def read_off(operation: Goods) -> int | None:
    """What the scale said, if it said anything that can be."""
    grams = operation.measured_g
    return grams if grams is not None and 1 <= grams <= QUANTITY_MAX else None


def flag_weight(context: Context, quantity: int, grams: int) -> None:
    """Say that the scale said something else than the person."""
    if abs(grams - quantity) > slack_of(quantity):
        context.flag("weight_differs", quantity, grams, "what the scale said was posted")


def contents_of(look: Look, site: int, place: int) -> list[tuple[Stock, int]]:
    """What is in a parcel by the book; what the book misses there counts as nothing."""
    found = []
    for balance in look.listing(Balance, "by_place", (site, place)):
        stock = look.row(Stock, (site, balance.stock))
        if stock is not None and balance.quantity > 0:
            found.append((stock, balance.quantity))
    return found


def weight_of(look: Look, contents: list[tuple[Stock, int]]) -> int | None:
    """What goods weigh together; None where the weight of some is unknown."""
    total = 0
    for stock, quantity in contents:
        item = look.row(Item, (NETWORK, stock.item)) if stock.item else None
        each = item.weight_g if item is not None else None
        if item is not None and item.base_unit == "gram":
            each = 1
        if each is None:
            return None
        total += quantity * each
    return total
