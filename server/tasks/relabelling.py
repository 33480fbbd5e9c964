"""Relabelling.

1. The operator scans where goods stand and what the label says, how many, and what the new label
   says: another item, lot, serial, date or customs status. What is not said stays as it was.
2. It is a fact: the units go from key to key at their place. An item that nobody knows is kept
   under its SKU as it was said, until a person names it.
"""

from msgspec.structs import replace

from device_protocol.handling import Relabel
from server.catalog.resolve import item_by_sku, owner_id
from server.lane.activity import Activity, Context
from server.lane.picture import Picture
from server.lane.want import Look, Want
from server.ledger.lots import note_lot, want_lot
from server.ledger.posting import post, want_posting, want_single
from server.ledger.stocks import StockKey, find_key, find_place, find_stock, make_place, make_stock
from server.tasks.moving import flag_negative
from server.tasks.receiving import flag_unknown


def keys_of(operation: Relabel, look: Look, context: Context) -> tuple[StockKey, StockKey]:
    """What the goods were, and what they are by their new label."""
    key = find_key(look, operation, place=find_place(look, context.site, operation.at))
    after = replace(
        key,
        lot=operation.to_lot or key.lot,
        serial=operation.to_serial or key.serial,
        customs=operation.to_customs or key.customs,
    )
    if operation.to_item:
        owner = (owner_id(look, operation.owner) if operation.owner else None) or key.owner
        item = item_by_sku(look, owner, operation.to_item)
        raw = "" if item else f"unidentified:{operation.to_item}"
        after = replace(after, owner=owner, item=item.id if item else 0, raw=raw)
    return key, after


def needs(operation: Relabel, want: Want, context: Context) -> None:
    """The place, and both keys with their balances there."""
    place = find_place(want, context.site, operation.at)
    keys = keys_of(operation, want, context)
    want_lot(want, context.site, keys[1])
    for key in keys:
        stock = find_stock(want, context.site, key)
        number = stock.id if stock else 0
        if place is None:
            want_single(want, context.site, number)
        else:
            want_posting(want, context.site, place.id, place.id, number, context.stamp.earliest)


def decide(operation: Relabel, picture: Picture, context: Context) -> None:
    """Post the units from key to key."""
    place = make_place(context, operation.at)
    key, after = keys_of(operation, picture, context)
    note_lot(context, after, operation.to_expiry)
    if after == key:
        if not operation.to_expiry:
            context.flag("same_label", then="nothing was changed")
        return
    before, now = make_stock(context, key), make_stock(context, after)
    post(context, place.id, place.id, before.id, operation.quantity, stock_to=now.id)
    flag_unknown(context, after, place.id, now)
    flag_negative(context, place.id, before.id)


RELABEL = Activity(Relabel, needs, decide)
