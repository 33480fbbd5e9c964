"""Packing.

1. At a bench the packer scans a tote, takes a parcel with a number of the device's block, and packs
   item by item: what was in the tote is now in the parcel. The first scan ties the parcel to its
   shipment, which is how goods picked in bulk are bound.
2. Each item fills the shipment's lines of that item, in order. What was not ordered, is too much,
   was cancelled meanwhile or is on hold is posted all the same, flagged, and gets an unpack task. A
   serial or lot that is captured at shipping is captured here.
3. The packer weighs and seals the parcel: from now on it is a piece that stands at the bench.
   Without a bench it stands in lost and found, whence an unplaced load takes it.
4. A parcel that belongs to another shipment keeps its first one; if both boxes bear the number,
   both are kept and one is relabelled.
5. A shipment is packed when each of its lines is packed, cancelled or missing, and all of its
   parcels are sealed.
"""

from msgspec.structs import replace

from device_protocol.operations import PackItem, Seal
from server.catalog.records import Item
from server.catalog.resolve import items_by_code
from server.lane.activity import NETWORK, Activity, Context
from server.lane.picture import Picture
from server.lane.want import Look, Want
from server.ledger.discrepancies import open_task
from server.ledger.holds import held_by, want_holds
from server.ledger.posting import post, want_posting, want_single
from server.ledger.records import LOST, WORK, Unit
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
from server.tasks.moving import chain_above, flag_negative, move_unit
from server.tasks.receiving import flag_unknown
from server.transport.parcels import (
    answer,
    ask_about,
    belong,
    latest,
    parcel_of,
    settle_parcel,
    want_parcel,
    want_shipment,
)
from server.transport.records import Parcel

PARCEL_KINDS = frozenset({"parcel", "carton"})


def pack_needs(operation: PackItem, want: Want, context: Context) -> None:
    """Tote, parcel, shipment and lines, the key as taken and as packed, and their balances."""
    site = context.site
    source = find_place(want, site, operation.source)
    target = find_place(want, site, operation.unit)
    want_parcel(want, context, operation.unit)
    want_shipment(want, site, operation.shipment)
    want_holds(want, site)
    key = packed_key(operation, want, context)
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


def packed_key(operation: PackItem, look: Look, context: Context) -> StockKey:
    """What was scanned; the shipment decides between items that share a code."""
    source = find_place(look, context.site, operation.source)
    expected = ordered_key(operation, look, context.site)
    return find_key(look, operation, expected=expected, place=source)


def ordered_key(operation: PackItem, look: Look, site: int) -> StockKey | None:
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
    source = make_place(context, operation.source)
    unit = make_unit(context, operation.unit, "parcel")
    parcel = parcel_of(context, unit)
    key = packed_key(operation, picture, context)
    packed = make_stock(context, key)
    taken = make_stock(context, taken_key(picture, key))
    if source.id == unit.id:
        context.flag("same_place", actual=operation.source, then="nothing was changed")
        return
    parcel = bind_parcel(context, unit, parcel, operation.shipment)
    if parcel.sealed_at is not None and context.stamp.mid > parcel.sealed_at:
        context.flag("parcel_sealed", actual=parcel.code, then="a check_parcel task")
        open_task(context, "check_parcel", unit=unit.id, shipment=parcel.shipment)
    check_ordered(context, operation, unit, packed.id, key.item)
    hold = held_by(picture, context.site, taken, source.id, source.id)
    if hold is not None:
        context.flag("on_hold", actual=hold.reason, then="an unpack task")
        unpack(context, operation, unit, packed.id, operation.quantity)
    post(context, source.id, unit.id, taken.id, operation.quantity, stock_to=packed.id)
    flag_unknown(context, key, unit.id, packed)
    flag_negative(context, source.id, taken.id)
    spread(context, lines_of(context, operation.shipment, key.item), operation.quantity)
    settle_parcel(context, parcel)


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


def check_ordered(context: Context, operation: PackItem, unit: Unit, stock: int, item: int) -> None:
    """Flag what the shipment does not want, or wants no more, and ask for it to be unpacked."""
    shipment = context.picture.get(Shipment, (context.site, operation.shipment))
    if shipment is None:
        return
    lines = lines_of(context, operation.shipment, item)
    ordered = sum(line.quantity for line in lines)
    wanted = ordered - sum(line.cancelled for line in lines)
    after = sum(line.packed for line in lines) + operation.quantity
    over = min(operation.quantity, after - wanted)
    if shipment.cancelled_at is not None:
        over = operation.quantity
        context.flag("cancelled_meanwhile", expected=0, actual=over, then="an unpack task")
    elif not lines:
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


def spread(context: Context, lines: list[ShipmentLine], delta: int) -> None:
    """Share out what was packed of an item over its lines; the last bears what is too much.

    The sum over the lines is that of the facts, so an undo takes back what its pack had brought.
    """
    left = max(0, sum(line.packed for line in lines) + delta)
    for line in lines:
        room = line.quantity - line.cancelled
        packed = left if line is lines[-1] else min(left, room)
        left -= packed
        missing = min(line.missing, max(0, room - packed))
        context.picture.put(replace(line, packed=packed, missing=missing))


def pack_undo(operation: PackItem, picture: Picture, context: Context) -> None:
    """Take what was packed off the shipment's lines again."""
    if operation.source == operation.unit:
        return
    key = packed_key(operation, picture, context)
    spread(context, lines_of(context, operation.shipment, key.item), -operation.quantity)
    unit = make_unit(context, operation.unit, "parcel")
    settle_parcel(context, parcel_of(context, unit))


def seal_needs(operation: Seal, want: Want, context: Context) -> None:
    """The parcel, its shipment, and the place where it stands."""
    want_parcel(want, context, operation.unit)
    want_shipment(want, context.site, operation.shipment)
    want_piece(want, context, operation.unit, WORK, place_or(want, context, operation.at, LOST))


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


def seal_decide(operation: Seal, picture: Picture, context: Context) -> None:
    """Stand the parcel at the bench and keep what was measured."""
    unit = make_unit(context, operation.unit, "parcel")
    parcel = parcel_of(context, unit)
    place = make_place_or(context, operation.at, LOST)
    parcel = bind_parcel(context, unit, parcel, operation.shipment, closing=True)
    shipment = picture.get(Shipment, (context.site, operation.shipment))
    if shipment is not None and shipment.cancelled_at is not None:
        context.flag("cancelled_meanwhile", actual=parcel.code, then="an unpack task")
        open_task(context, "unpack", unit=unit.id, shipment=shipment.id)
    own = parcel.shipment in (None, operation.shipment)
    if own and parcel.sealed_at is not None:
        context.flag("already_sealed", actual=parcel.code, then="a check_parcel task")
        parcel = ask_about(context, parcel, "check_parcel", "sealed twice")
    move_unit(context, unit, WORK, place)
    parcel = answer(context, parcel, "check_seal", "sealed")
    if own:
        parcel = replace(
            parcel,
            sealed_at=latest((parcel.sealed_at, context.stamp.mid)),
            measured_g=parcel.measured_g if operation.measured_g is None else operation.measured_g,
            length_mm=operation.length_mm or parcel.length_mm,
            width_mm=operation.width_mm or parcel.width_mm,
            height_mm=operation.height_mm or parcel.height_mm,
            packaging=operation.packaging or parcel.packaging,
        )
    settle_parcel(context, parcel)


def seal_undo(operation: Seal, _picture: Picture, context: Context) -> None:
    """Open the parcel again."""
    parcel = parcel_of(context, make_unit(context, operation.unit, "parcel"))
    if parcel.sealed_at == context.stamp.mid:
        parcel = replace(parcel, sealed_at=None)
    settle_parcel(context, parcel)


PACK = Activity(PackItem, pack_needs, pack_decide, pack_undo, pack_needs)
SEAL = Activity(Seal, seal_needs, seal_decide, seal_undo, seal_needs)
