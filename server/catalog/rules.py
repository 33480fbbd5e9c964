"""Items and their barcodes as desks and imports put them."""

import re

from device_protocol.operations import QUANTITY_MAX
from device_protocol.scan import check_digit, has_check_digit
from server.catalog.messages import PutItem, PutItemCode
from server.catalog.records import Item, ItemCode
from server.catalog.resolve import item_by_sku, items_by_code, normal_code, owner_id
from server.lane.activity import NETWORK, Activity, Context
from server.lane.masters import among, code_fits, put_record, text_fits, within
from server.lane.picture import Picture
from server.lane.want import Want

CAPTURES = ("never", "receipt", "shipping")
BASE_UNITS = ("each", "gram")
VERIFICATIONS = ("line", "unit")
EXPIRY_CAPTURES = ("never", "receipt")
ROTATIONS = ("none", "fifo", "fefo")
DAYS_MAX = 3_650
VELOCITIES = ("", "A", "B", "C")
LEVELS = ("each", "inner", "case", "pallet")
SCHEMES = ("gtin", "own")
WEIGHT_G_MAX = 100_000_000
SIDE_MM_MAX = 100_000

_TRADE_ITEM = re.compile(r"\d{8}|\d{12,14}", re.ASCII)


def item_needs(operation: PutItem, want: Want, _context: Context) -> None:
    """The owner and its item."""
    owner = owner_id(want, operation.owner)
    if owner is not None:
        item_by_sku(want, owner, operation.sku)


def put_item(operation: PutItem, picture: Picture, context: Context) -> None:
    """Make or change an item."""
    if not _item_fits(operation, context):
        return
    owner = owner_id(picture, operation.owner)
    if owner is None:
        _refuse_owner(context, operation.owner)
        return
    before = item_by_sku(picture, owner, operation.sku)
    if before is not None and before.base_unit != operation.base_unit:
        # Every quantity ever posted of the item is in its base unit.
        then = "make an item with another SKU"
        context.refuse("base_unit_fixed", before.base_unit, operation.base_unit, then)
        return
    number = before.id if before else context.new_id()
    item = Item(
        site=NETWORK,
        id=number,
        owner=owner,
        sku=operation.sku,
        description=operation.description,
        lot_capture=operation.lot_capture,
        serial_capture=operation.serial_capture,
        base_unit=operation.base_unit,
        verify=operation.verify,
        weight_g=operation.weight_g,
        length_mm=operation.length_mm,
        width_mm=operation.width_mm,
        height_mm=operation.height_mm,
        state=before.state if before else "open",
        velocity=operation.velocity,
        hazard=operation.hazard,
        expiry_capture=operation.expiry_capture,
        rotation=operation.rotation,
        min_days=operation.min_days,
    )
    put_record(context, before, item, id=number)


def _item_fits(operation: PutItem, context: Context) -> bool:
    return (
        code_fits(context, "sku", operation.sku)
        and text_fits(context, "description", operation.description)
        and among(context, "lot_capture", operation.lot_capture, CAPTURES)
        and among(context, "serial_capture", operation.serial_capture, CAPTURES)
        and among(context, "base_unit", operation.base_unit, BASE_UNITS)
        and among(context, "verify", operation.verify, VERIFICATIONS)
        and within(context, "weight_g", operation.weight_g or 0, 0, WEIGHT_G_MAX)
        and among(context, "velocity", operation.velocity, VELOCITIES)
        and (not operation.hazard or code_fits(context, "hazard", operation.hazard))
        and all(
            within(context, side, 1 if length is None else length, 1, SIDE_MM_MAX)
            for side, length in (
                ("length_mm", operation.length_mm),
                ("width_mm", operation.width_mm),
                ("height_mm", operation.height_mm),
            )
        )
        and among(context, "expiry_capture", operation.expiry_capture, EXPIRY_CAPTURES)
        and among(context, "rotation", operation.rotation, ROTATIONS)
        and within(context, "min_days", operation.min_days, 0, DAYS_MAX)
    )


def code_needs(operation: PutItemCode, want: Want, _context: Context) -> None:
    """The item, and everything that bears the code."""
    owner = owner_id(want, operation.owner)
    if owner is not None:
        item_by_sku(want, owner, operation.sku)
    items_by_code(want, operation.code)


def put_code(operation: PutItemCode, picture: Picture, context: Context) -> None:
    """Give an item a code at a pack level; another owner's item may bear the same."""
    if not _code_fits(operation, context):
        return
    owner = owner_id(picture, operation.owner)
    if owner is None:
        _refuse_owner(context, operation.owner)
        return
    item = item_by_sku(picture, owner, operation.sku)
    if item is None:
        context.refuse("unknown_item", actual=operation.sku, then="put the item first")
        return
    code = ItemCode(
        site=NETWORK,
        code=normal_code(operation.code),
        item=item.id,
        level=operation.level,
        owner=owner,
        factor=operation.factor,
    )
    before = next(
        (
            known
            for known in items_by_code(picture, operation.code)
            if (known.item, known.level) == (item.id, operation.level)
        ),
        None,
    )
    put_record(context, before, code, item=item.id, code=code.code)


def _code_fits(operation: PutItemCode, context: Context) -> bool:
    return (
        code_fits(context, "code", operation.code)
        and among(context, "level", operation.level, LEVELS)
        and within(context, "factor", operation.factor, 1, QUANTITY_MAX)
        and among(context, "scheme", operation.scheme, SCHEMES)
        and (operation.scheme == "own" or _digits_fit(context, operation.code))
    )


def _digits_fit(context: Context, code: str) -> bool:
    """Whether a code of a GTIN's length ends with its check digit (GS1, 7.9.1)."""
    if not _TRADE_ITEM.fullmatch(code) or has_check_digit(code):
        return True
    right = code[:-1] + check_digit(code[:-1])
    context.refuse("bad_check_digit", right, code, "read the code again, or say scheme own")
    return False


def _refuse_owner(context: Context, code: str) -> None:
    context.refuse("unknown_owner", actual=code, then="put the merchant first")


PUT_ITEM = Activity(PutItem, item_needs, put_item)
PUT_ITEM_CODE = Activity(PutItemCode, code_needs, put_code)
ACTIVITIES = (PUT_ITEM, PUT_ITEM_CODE)
