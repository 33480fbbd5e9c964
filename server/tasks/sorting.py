"""Sorting at the put wall: what was picked in total goes to the shipments that want it.

1. The operator scans the tote, then goods; the document says which shipment wants them, the most
   urgent first. The units go into the shipment's slot, a location of the wall or a tote.
2. The first put binds the slot to the shipment. One that is another's keeps that and is flagged;
   once that shipment has left its slot, it is free.
3. What the shipment does not want, or wants no more, is posted all the same, flagged, and gets a
   put-back. What is short in the tote is told by a short pick, and sought again.
4. Taken back, the units are in the tote again; a slot that is then empty is nobody's.
"""

from msgspec.structs import replace

from device_protocol.handling import Sort
from server.lane.activity import Activity, Context
from server.lane.picture import Picture
from server.lane.want import Look, Want
from server.ledger.holds import held_by, want_holds
from server.ledger.posting import post
from server.ledger.records import Balance, Place, Stock, Unit
from server.ledger.stocks import find_place, find_stock, make_place, make_stock, make_unit
from server.orders.records import Shipment, ShipmentLine
from server.planning.put_backs import ask_no_more, ask_what_is_there, want_asked
from server.planning.records import Slot
from server.tasks.binding import bind_unit
from server.tasks.moving import flag_negative
from server.tasks.packing import lines_of, packed_key, want_side
from server.tasks.receiving import flag_unknown

AT_THE_WALL = frozenset({"open", "released", "picked"})
"""States of a shipment that may still lie in its slot."""


def needs(operation: Sort, want: Want, context: Context) -> None:
    """Tote, slot, the shipment with its lines, and the goods with their balances at both."""
    site = context.site
    source = find_place(want, site, operation.source)
    target = find_place(want, site, operation.to)
    want.row(Shipment, (site, operation.shipment))
    want.listing(ShipmentLine, "by_shipment", (site, operation.shipment))
    want_holds(want, site)
    if target is not None:
        holder = want_holder(want, site, target.id)
        if holder is not None:
            want.row(Shipment, (site, holder))
    stock = find_stock(want, site, packed_key(operation, want, context))
    for place in (source, target):
        want_side(want, context, place.id if place else None, stock.id if stock else 0)


def want_holder(look: Look, site: int, place: int) -> int | None:
    """The shipment whose slot a place or unit is, if it is anybody's."""
    unit = look.row(Unit, (site, place))
    if unit is not None:
        return unit.shipment
    slot = look.row(Slot, (site, place))
    return slot.shipment if slot else None


def decide(operation: Sort, picture: Picture, context: Context) -> None:
    """Post tote to slot, bind the slot, and note what is sorted of the shipment."""
    source = make_place(context, operation.source)
    target = slot_of(context, operation.to)
    key = packed_key(operation, picture, context)
    stock = make_stock(context, key)
    if source.id == target.id:
        context.flag("same_place", actual=operation.source, then="nothing was changed")
        return
    post(context, source.id, target.id, stock.id, operation.quantity)
    bind_slot(context, target, operation, stock)
    over = beyond(context, operation, key.item)
    if over > 0:
        put_back(context, operation, target, stock, over)
    hold = held_by(picture, context.site, stock, source.id, source.id)
    if hold is not None:
        context.flag("on_hold", actual=hold.reason, then="stopped at packing")
    flag_unknown(context, key, target.id, stock)
    flag_negative(context, source.id, stock.id)
    spread(context, operation, key.item, operation.quantity)


def slot_of(context: Context, code: str) -> Place:
    """The slot with this code; one that nobody knows is a tote."""
    known = find_place(context.picture, context.site, code)
    if known is not None:
        return known
    return context.picture.need(Place, (context.site, make_unit(context, code, "tote").id))


def bind_slot(context: Context, target: Place, operation: Sort, stock: Stock) -> None:
    """Bind a slot to the shipment; one that is another's stays that, and the goods are flagged."""
    picture, site = context.picture, context.site
    if picture.get(Shipment, (site, operation.shipment)) is None:
        context.flag("unknown_shipment", actual=operation.shipment, then="a put-back task")
        put_back(context, operation, target, stock, operation.quantity)
        return
    holder = want_holder(picture, site, target.id)
    other = picture.get(Shipment, (site, holder)) if holder is not None else None
    if other is not None and other.id != operation.shipment and other.state in AT_THE_WALL:
        context.flag("other_shipment", other.id, operation.shipment, "a put-back task")
        put_back(context, operation, target, stock, operation.quantity)
        return
    set_holder(context, target, operation.shipment)


def set_holder(context: Context, target: Place, shipment: int | None) -> None:
    """Make a slot a shipment's, or nobody's."""
    picture, site = context.picture, context.site
    unit = picture.get(Unit, (site, target.id))
    if unit is not None:
        bind_unit(context, unit, shipment)
    else:
        picture.put(Slot(site, target.id, target.code, shipment))


def put_back(context: Context, operation: Sort, target: Place, stock: Stock, quantity: int) -> None:
    """Ask a person to take goods out of a slot again."""
    ask_what_is_there(context, stock, target.id, quantity, shipment=operation.shipment)


def beyond(context: Context, operation: Sort, item: int) -> int:
    """Flag what the shipment does not want, or wants no more; answer how many units."""
    shipment = context.picture.get(Shipment, (context.site, operation.shipment))
    if shipment is None:
        return 0
    lines = lines_of(context, operation.shipment, item)
    wanted = sum(line.quantity - line.cancelled for line in lines)
    after = sum(line.sorted for line in lines) + operation.quantity
    over = min(operation.quantity, after - wanted)
    if shipment.cancelled_at is not None:
        context.flag("cancelled_meanwhile", 0, operation.quantity, "a put-back task")
        return operation.quantity
    if not lines:
        context.flag("not_ordered", 0, operation.quantity, "a put-back task")
    elif over > 0:
        context.flag("more_than_ordered", wanted, after, "a put-back task")
    return over


def spread(context: Context, operation: Sort, item: int, delta: int) -> None:
    """Share out what was sorted of an item over the shipment's lines; the last bears the rest."""
    lines = lines_of(context, operation.shipment, item)
    left = max(0, sum(line.sorted for line in lines) + delta)
    for line in lines:
        part = left if line is lines[-1] else min(left, line.quantity - line.cancelled)
        left -= part
        context.picture.put(replace(line, sorted=part))


def undo_needs(operation: Sort, want: Want, context: Context) -> None:
    """As for sorting, and what else is in the slot."""
    needs(operation, want, context)
    want_asked(want, context, operation.to)
    target = find_place(want, context.site, operation.to)
    if target is not None:
        want.listing(Balance, "by_place", (context.site, target.id))


def undo(operation: Sort, picture: Picture, context: Context) -> None:
    """Note less as sorted; a slot in which nothing is left is nobody's."""
    ask_no_more(context, operation.to)
    if operation.source == operation.to:
        return
    site = context.site
    spread(context, operation, packed_key(operation, picture, context).item, -operation.quantity)
    target = find_place(picture, site, operation.to)
    if target is None or want_holder(picture, site, target.id) != operation.shipment:
        return
    left = picture.listing(Balance, "by_place", (site, target.id))
    if not any(balance.quantity > 0 for balance in left):
        set_holder(context, target, None)


SORT = Activity(Sort, needs, decide, undo, undo_needs)
