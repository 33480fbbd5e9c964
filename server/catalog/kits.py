"""Kits: what one unit of an item is made of, from a time on, as desks put it."""

from device_protocol.operations import QUANTITY_MAX
from server.catalog.messages import PutKit
from server.catalog.records import Item, KitPart
from server.catalog.resolve import item_by_sku, owner_id
from server.lane.activity import NETWORK, Activity, Context
from server.lane.masters import within
from server.lane.picture import Picture
from server.lane.want import Look, Want

PARTS_MAX = 100
TIME_MAX = 1 << 53


def recipe_of(look: Look, kit: int, at: int) -> dict[int, int]:
    """Units by item that one unit of a kit is made of at a time; empty where nobody said."""
    rows = [row for row in look.listing(KitPart, "by_kit", (NETWORK, kit)) if row.valid_from <= at]
    since = max((row.valid_from for row in rows), default=0)
    return {row.item: row.quantity for row in rows if row.valid_from == since and row.item}


def needs(message: PutKit, want: Want, _context: Context) -> None:
    """The items, and what was said of the kit before."""
    owner = owner_id(want, message.owner)
    if owner is None:
        return
    for part in message.parts:
        item_by_sku(want, owner, part.sku)
    kit = item_by_sku(want, owner, message.sku)
    if kit is not None:
        want.listing(KitPart, "by_kit", (NETWORK, kit.id))
        for item in items_of(message, want, owner):
            want.row(KitPart, (NETWORK, kit.id, message.valid_from, item))


def items_of(message: PutKit, look: Look, owner: int) -> dict[int, int]:
    """Units by item, as far as the items are known; item 0 stands for no parts at all."""
    units: dict[int, int] = {}
    for part in message.parts:
        item = item_by_sku(look, owner, part.sku)
        if item is not None:
            units[item.id] = units.get(item.id, 0) + part.quantity
    return units or {0: 0}


def put_kit(message: PutKit, picture: Picture, context: Context) -> None:
    """Say what a kit is made of; what nobody knows, or a kit made of itself, is refused."""
    owner = owner_id(picture, message.owner)
    kit = item_by_sku(picture, owner, message.sku) if owner is not None else None
    if owner is None or kit is None:
        wanted = ("unknown_item", message.sku) if owner else ("unknown_owner", message.owner)
        context.refuse(wanted[0], actual=wanted[1], then="put it first")
        return
    if not parts_fit(message, picture, context, kit):
        return
    told = items_of(message, picture, owner)
    before = {
        row.item: row
        for row in picture.listing(KitPart, "by_kit", (NETWORK, kit.id))
        if row.valid_from == message.valid_from
    }
    for item, row in before.items():
        if item not in told:
            picture.remove(row)
    for item, quantity in told.items():
        row = KitPart(NETWORK, kit.id, message.valid_from, item, quantity)
        if before.get(item) != row:
            picture.put(row)
    context.grant = {"item": kit.id}
    if {item: row.quantity for item, row in before.items()} == told:
        context.grant["unchanged"] = True


def parts_fit(message: PutKit, picture: Picture, context: Context, kit: Item) -> bool:
    """Whether the parts are known items of the same owner, in possible quantities."""
    if not within(context, "valid_from", message.valid_from, 0, TIME_MAX):
        return False
    if not within(context, "parts", len(message.parts), 0, PARTS_MAX):
        return False
    for part in message.parts:
        item = item_by_sku(picture, kit.owner, part.sku)
        if item is None:
            context.refuse("unknown_item", actual=part.sku, then="put the item first")
            return False
        if item.id == kit.id:
            context.refuse("bad_parts", expected="other items", actual=part.sku)
            return False
        if not within(context, "quantity", part.quantity, 1, QUANTITY_MAX):
            return False
    return True


PUT_KIT = Activity(PutKit, needs, put_kit)
