"""Packing.

1. At a bench the packer scans a tote, takes a parcel with a number of the device's block, and packs
   item by item: what was in the tote is now in the parcel. The first scan ties the parcel to its
   shipment, which is how goods picked in bulk are bound.
2. Each item fills the shipment's lines of that item, in order. What was not ordered, is too much,
   was cancelled meanwhile or is on hold is posted all the same, flagged, and gets an unpack task. A
   serial or lot that is captured at shipping is captured here. Weighed goods are what the scale
   says, and may be a little more or less. Out of another parcel see repacking.py.
3. The packer seals the parcel (see sealing.py).
4. A parcel that belongs to another shipment keeps its first one; if both boxes bear the number,
   both are kept and one is relabelled.
5. A shipment is packed when each of its lines is packed, cancelled or missing, and all of its
   parcels are sealed.
"""

from msgspec.structs import replace

from device_protocol.handling import Sort
from device_protocol.operations import PackItem
from server.catalog.records import Item
from server.catalog.resolve import items_by_code
from server.lane.activity import NETWORK, Activity, Context
from server.lane.picture import Picture
from server.lane.want import Look, Want
from server.ledger.discrepancies import open_task
from server.ledger.holds import held_by, want_holds
from server.ledger.posting import post, want_posting, want_single
from server.ledger.records import Unit
from server.ledger.stocks import (
    StockKey,
    find_key,
    find_place,
    find_stock,
    make_place,
    make_stock,
    make_unit,
    want_unit,
)
from server.orders.records import Shipment, ShipmentLine
from server.tasks.binding import bind_unit
from server.tasks.moving import chain_above, flag_negative
from server.tasks.receiving import flag_unknown
from server.tasks.repacking import (
    PARCEL_KINDS,
    ask_check,
    is_closed,
    make_source,
    settle_void,
    source_parcel,
    want_repacked,
)
from server.tasks.weighing import (
    flag_weight,
    is_weighed,
    slack_of,
    weighed,
)
from server.transport.parcels import (
    belong,
    parcel_of,
    settle_parcel,
    want_parcel,
    want_shipment,
)
from server.transport.records import Parcel


def pack_needs(operation: PackItem, want: Want, context: Context) -> None:
    """Tote, parcel, shipment and lines, the key as taken and as packed, and their balances."""
    site = context.site
    source = find_place(want, site, operation.source)
    target = find_place(want, site, operation.unit)
    want_parcel(want, context, operation.unit)
    want_shipment(want, site, operation.shipment)
    want_holds(want, site)
    want_repacked(want, context, operation)
    key = packed_key(operation, want, context)
    is_weighed(want, key.item)
    for part in {key, taken_key(want, key)}:
        stock = find_stock(want, site, part)
        for place in (source, target):
            want_side(want, context, place.id if place else None, stock.id if stock else 0)


def want_side(
    want: Want, context: Context, place: int | None, stock: int, *, since: int | None = None
) -> None:
    """Name what posting into or out of one place reads, which may not exist yet."""
    want_single(want, context.site, stock)
    if place is not None:
        since = context.stamp.earliest if since is None else since
        want_posting(want, context.site, place, place, stock, since)


def packed_key(operation: PackItem | Sort, look: Look, context: Context) -> StockKey:
    """What was scanned; the shipment decides between items that share a code."""
    source = find_place(look, context.site, operation.source)
    expected = ordered_key(operation, look, context.site)
    return find_key(look, operation, expected=expected, place=source)


def ordered_key(operation: PackItem | Sort, look: Look, site: int) -> StockKey | None:
    """Of the shipment's items the one that the scan can mean, if it is one."""
    shipment = look.row(Shipment, (site, operation.shipment))
    if shipment is None:
        return None
    if operation.item:
        return StockKey(owner=shipment.owner)
    lines = look.listing(ShipmentLine, "by_shipment", (site, operation.shipment))
    items = {line.item for line in lines}
    if operation.code:
        items &= {each.item for each in items_by_code(look, operation.code)}
    return StockKey(owner=shipment.owner, item=items.pop()) if len(items) == 1 else None


def taken_key(look: Look, key: StockKey) -> StockKey:
    """The key under which the goods lay in the tote: without what is captured only at shipping."""
    item = look.row(Item, (NETWORK, key.item)) if key.item else None
    if item is not None and item.lot_capture == "shipping":
        key = replace(key, lot="")
    if item is not None and item.serial_capture == "shipping":
        key = replace(key, serial="")
    return key


def pack_decide(operation: PackItem, picture: Picture, context: Context) -> None:
    """Post tote to parcel and fill the shipment's lines."""
    source = make_source(context, operation.source)
    unit = make_unit(context, operation.unit, "parcel")
    parcel = parcel_of(context, unit)
    key = packed_key(operation, picture, context)
    packed = make_stock(context, key)
    before = source_parcel(context, operation.source)
    taken = packed if before else make_stock(context, taken_key(picture, key))
    if source.id == unit.id:
        context.flag("same_place", actual=operation.source, then="nothing was changed")
        return
    parcel = bind_parcel(context, unit, parcel, operation.shipment)
    quantity = weighed(picture, operation, key.item)
    flag_weight(context, operation.quantity, quantity)
    parcel = check_open(context, parcel)
    before = check_open(context, before) if before is not None else None
    within = before is not None and before.shipment in (None, operation.shipment)
    check_ordered(context, operation, unit, packed.id, key.item, 0 if within else quantity)
    hold = held_by(picture, context.site, taken, source.id, source.id)
    if hold is not None:
        context.flag("on_hold", actual=hold.reason, then="an unpack task")
        unpack(context, operation, unit, packed.id, quantity)
    post(context, source.id, unit.id, taken.id, quantity, stock_to=packed.id)
    flag_unknown(context, key, unit.id, packed)
    flag_negative(context, source.id, taken.id)
    count_packed(context, operation, before, key.item, quantity)
    settle_both(context, operation, parcel, before)


def check_open(context: Context, parcel: Parcel) -> Parcel:
    """Flag a parcel that was closed by then; that it was opened may still come in."""
    at = context.stamp.mid
    if is_closed(parcel, at) and at > (parcel.sealed_at or 0):
        context.flag("parcel_sealed", actual=parcel.code, then="a check_parcel task")
        parcel = ask_check(context, parcel, "packed when it was sealed")
        context.picture.put(parcel)
    return parcel


def count_packed(
    context: Context, operation: PackItem, before: Parcel | None, item: int, quantity: int
) -> None:
    """Count units as packed for the shipment, and no more for that of the parcel they were in."""
    left = before.shipment or operation.shipment if before is not None else None
    if left == operation.shipment:
        return
    weighs = is_weighed(context.picture, item)
    if left is not None:
        spread(context, lines_of(context, left, item), -quantity, weighs=weighs)
    spread(context, lines_of(context, operation.shipment, item), quantity, weighs=weighs)


def settle_both(
    context: Context, operation: PackItem, parcel: Parcel, before: Parcel | None
) -> None:
    """Bring the parcel that was packed up to date, and the one that the goods were in."""
    settle_parcel(context, parcel)
    settle_void(context, parcel, operation.unit)
    if before is not None:
        settle_parcel(context, context.picture.need(Parcel, (before.site, before.id)))
        settle_void(context, before, operation.source)


def bind_parcel(
    context: Context, unit: Unit, parcel: Parcel, number: int, *, closing: bool = False
) -> Parcel:
    """Tie a parcel to its shipment; one that belongs to another keeps that and is flagged.

    Where either box is closed there are two with one number, else one was packed into wrongly.
    """
    shipment = context.picture.get(Shipment, (context.site, number))
    if unit.kind not in PARCEL_KINDS:
        context.flag("not_a_parcel", expected="parcel", actual=f"{unit.kind} {unit.code}")
        open_task(context, "check_parcel", unit=unit.id, note=f"packed into a {unit.kind}")
    if shipment is None:
        context.flag("unknown_shipment", actual=number, then="a check_parcel task")
        open_task(context, "check_parcel", unit=unit.id, note=f"for shipment {number}")
        return parcel
    if parcel.shipment is None:
        bind_unit(context, unit, number)
        return belong(context, parcel, shipment)
    if parcel.shipment != number and (closing or parcel.sealed_at is not None):
        context.flag("number_used_twice", parcel.shipment, number, "both are kept; a relabel task")
        open_task(context, "relabel", unit=unit.id, shipment=number, note="two boxes, one number")
    elif parcel.shipment != number:
        context.flag("other_shipment", parcel.shipment, number, "an unpack task")
        open_task(context, "unpack", unit=unit.id, shipment=number, note="in another's parcel")
    return parcel


def lines_of(context: Context, shipment: int, item: int) -> list[ShipmentLine]:
    """The shipment's lines of an item, in order."""
    lines = context.picture.listing(ShipmentLine, "by_shipment", (context.site, shipment))
    return [line for line in lines if line.item == item and item != 0]


def check_ordered(  # noqa: PLR0917 - what went where, and how much of it.
    context: Context, operation: PackItem, unit: Unit, stock: int, item: int, quantity: int
) -> None:
    """Flag what the shipment does not want, or wants no more, and ask for it to be unpacked."""
    shipment = context.picture.get(Shipment, (context.site, operation.shipment))
    if shipment is None:
        return
    lines = lines_of(context, operation.shipment, item)
    ordered = sum(line.quantity for line in lines)
    wanted = ordered - sum(line.cancelled for line in lines)
    after = sum(line.packed for line in lines) + quantity
    over = min(quantity, after - wanted)
    if is_weighed(context.picture, item) and over <= slack_of(wanted):
        over = 0
    if shipment.cancelled_at is not None:
        over = operation.quantity
        context.flag("cancelled_meanwhile", expected=0, actual=over, then="an unpack task")
    elif not lines and quantity:
        context.flag("not_ordered", expected=0, actual=over, then="an unpack task")
    elif over > 0:
        code = "cancelled_meanwhile" if after <= ordered else "more_than_ordered"
        context.flag(code, expected=wanted, actual=after, then="an unpack task")
    if over > 0:
        unpack(context, operation, unit, stock, over)


def unpack(context: Context, operation: PackItem, unit: Unit, stock: int, quantity: int) -> None:
    """Ask a person to take units out of a parcel again."""
    about = {"stock": stock, "quantity": quantity, "shipment": operation.shipment}
    open_task(context, "unpack", place=unit.id, unit=unit.id, **about)


def spread(
    context: Context, lines: list[ShipmentLine], delta: int, *, weighs: bool = False
) -> None:
    """Share out what was packed of an item over its lines; the last bears what is too much.

    The sum over the lines is that of the facts, so an undo takes back what its pack had brought.
    Weighed goods may be a little less.
    """
    left = max(0, sum(line.packed for line in lines) + delta)
    for line in lines:
        room = line.quantity - line.cancelled
        packed = left if line is lines[-1] else min(left, room)
        left -= packed
        missing = min(line.missing, max(0, room - packed))
        slack = slack_of(line.quantity) if weighs else 0
        context.picture.put(replace(line, packed=packed, missing=missing, slack=slack))


def pack_undo(operation: PackItem, picture: Picture, context: Context) -> None:
    """Take what was packed off the shipment's lines again."""
    if operation.source == operation.unit:
        return
    item = packed_key(operation, picture, context).item
    before = source_parcel(context, operation.source)
    count_packed(context, operation, before, item, -weighed(picture, operation, item))
    parcel = parcel_of(context, make_unit(context, operation.unit, "parcel"))
    settle_both(context, operation, parcel, before)


def place_or(look: Look, context: Context, code: str, virtual: int) -> int | None:
    """The place with this code, or `virtual` where there is no code; None if nobody knows it."""
    if not code:
        return virtual
    place = find_place(look, context.site, code)
    return place.id if place else None


def make_place_or(context: Context, code: str, virtual: int) -> int:
    """The same in a decision, where a code that nobody knows makes a place."""
    return make_place(context, code).id if code else virtual


def want_piece(
    want: Want,
    context: Context,
    code: str,
    source: int | None,
    target: int | None,
    *,
    since: int | None = None,
) -> None:
    """Name what posting a parcel as one piece reads; it moved at the earliest at `since`."""
    unit = want_unit(want, context.site, code)
    if target is not None:
        chain_above(want, context.site, target)
    for place in (source, target):
        want_side(want, context, place, unit.stock if unit else 0, since=since)


PACK = Activity(PackItem, pack_needs, pack_decide, pack_undo, pack_needs)
