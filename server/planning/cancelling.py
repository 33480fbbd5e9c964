"""Cancelling at a site: what has not been picked is given back, what has been is undone by hand.

Units of a line are taken off in this order: missing ones, ones being sought, promised ones, pick
lines (voided), picked ones. For the last a person gets a task: `put_back` for goods in totes,
`unpack` for goods in parcels, `intercept` on the road, `return` after delivery. Times stay, and so
does the state of goods that have left the house. Facts about voided lines stay possible and are
flagged.
"""

from msgspec.structs import replace

from server.lane.activity import Activity, Context
from server.lane.picture import Picture
from server.lane.want import Look, Want
from server.ledger.discrepancies import open_task
from server.ledger.posting import balance_of, save
from server.ledger.records import Allocation, Balance, Place, Stock, Task, Unit
from server.orders.available import shift_demand
from server.orders.messages import CancelShipment
from server.orders.progress import GONE_OUT, tell_progress, want_progress
from server.orders.promising import in_flight, in_state, name_missing, shipment_of_order
from server.orders.records import Demand, Shipment, ShipmentLine
from server.planning.leases import line_done
from server.planning.packages import with_quantities
from server.planning.put_backs import PUT_BACK, ask_put_back
from server.planning.records import Package
from server.transport import parcels

UNDOING = {"packed": "unpack", "loaded": "intercept", "delivered": "return"}


def want_shipment(look: Look, site: int, shipment: Shipment) -> None:
    """Name a shipment's lines, pick lines with what they promise from, and its task."""
    look.listing(ShipmentLine, "by_shipment", (site, shipment.id))
    if shipment.shortage is not None:
        look.row(Task, (site, shipment.shortage))
    for line in look.listing(Allocation, "by_shipment", (site, shipment.id)):
        look.row(Balance, (site, line.place, line.stock))
        look.row(Place, (site, line.place))
        look.row(Stock, (site, line.stock))
        if line.package is not None:
            look.row(Package, (site, line.package))


def needs(message: CancelShipment, want: Want, context: Context) -> None:
    """The shipment with all that was promised to it, and the units it is in."""
    site = context.site
    want_progress(want, context)
    shipment = shipment_of_order(want, site, message.order)
    if shipment is None:
        return
    want_shipment(want, site, shipment)
    parcels.want_shipment(want, site, shipment.id)
    for position, _ in message.lines:
        want.row(ShipmentLine, (site, shipment.id, position))
    for line in want.listing(ShipmentLine, "by_shipment", (site, shipment.id)):
        want.row(Demand, (site, shipment.owner, line.item))
    stocks = {line.stock for line in want.listing(Allocation, "by_shipment", (site, shipment.id))}
    for unit in want.listing(Unit, "by_shipment", (site, shipment.id)):
        for stock in stocks if unit.kind != "parcel" else ():
            want.row(Balance, (site, unit.id, stock))


def decide(message: CancelShipment, picture: Picture, context: Context) -> None:
    """Take units off the lines and say what is to be undone by hand."""
    shipment = shipment_of_order(picture, context.site, message.order)
    if shipment is None:
        context.flag("unknown_shipment", actual=message.order)
        return
    before = shipment.state
    changed: dict[int, dict[int, int]] = {}
    taken_out: list[tuple[Allocation, int]] = []
    packed = 0
    for position, units in message.lines:
        line = picture.get(ShipmentLine, (context.site, shipment.id, position))
        if line is None:
            context.flag("unknown_line", actual=position)
            continue
        for part, share in shared(context, line, units):
            picked = cancel_line(context, shipment, part, share, changed)
            left = picture.need(ShipmentLine, (context.site, shipment.id, part.position))
            packed += packed_part(left, picked)
            taken_out += picked
    for number, quantities in changed.items():
        package = picture.need(Package, (context.site, number))
        picture.put(with_quantities(package, quantities))
    if taken_out:
        ask_undoing(context, shipment, taken_out, packed)
    # Voiding pick lines may have finished the shipment's picking.
    shipment = picture.need(Shipment, (context.site, shipment.id))
    shipment = stand(context, shipment)
    picture.put(shipment)
    if shipment.state != before:
        tell_progress(context, shipment)
    if shipment.parcels:
        # What is sealed may now be all there is to ship.
        parcels.settle_shipment(context, shipment.id)


def shared(context: Context, line: ShipmentLine, units: int) -> list[tuple[ShipmentLine, int]]:
    """Share units out over an order's line, then over what is shipped in its place."""
    lines = context.picture.listing(ShipmentLine, "by_shipment", (context.site, line.shipment))
    shares = []
    for each in (line, *(other for other in lines if other.instead == line.position)):
        share = min(units, each.quantity - each.cancelled)
        units -= share
        shares.append((each, share))
    return shares


def cancel_line(
    context: Context,
    shipment: Shipment,
    line: ShipmentLine,
    units: int,
    changed: dict[int, dict[int, int]],
) -> list[tuple[Allocation, int]]:
    """Cancel units of a line and note in `changed` what packages lose; answer the picked ones."""
    picture, site = context.picture, context.site
    allocations = of_line(context, line)
    left = units = min(units, line.quantity - line.cancelled)
    missing = min(left, line.missing)
    left -= missing
    left -= min(left, in_flight(line, allocations))
    promised = min(left, line.promised)
    left -= promised
    if missing:
        picture.put(name_missing(context, picture.need(Shipment, (site, shipment.id)), -missing))
    if promised:
        shift_demand(context, shipment.owner, line.item, -promised)
    for allocation in reversed(allocations):
        open_units = allocation.quantity - allocation.picked - allocation.short
        if left and allocation.state == "pending" and open_units > 0:
            cut = min(left, open_units)
            left -= cut
            void(context, allocation, cut, changed)
    picked = []
    already = line.put_back
    for allocation in of_line(context, line):
        skipped = min(already, allocation.picked)
        already -= skipped
        part = min(left, allocation.picked - skipped)
        if part:
            left -= part
            picked.append((allocation, part))
    picture.put(
        replace(
            line,
            cancelled=line.cancelled + units,
            missing=line.missing - missing,
            promised=line.promised - promised,
            put_back=line.put_back + sum(part for _, part in picked),
        )
    )
    return picked


def of_line(context: Context, line: ShipmentLine) -> list[Allocation]:
    """The pick lines of a shipment's line."""
    return [
        allocation
        for allocation in context.picture.listing(
            Allocation, "by_shipment", (context.site, line.shipment)
        )
        if allocation.line == line.position
    ]


def void(
    context: Context, allocation: Allocation, units: int, changed: dict[int, dict[int, int]]
) -> None:
    """Give back units that a pick line had promised; without any left it is voided or settled."""
    balance = balance_of(context, allocation.place, allocation.stock)
    save(context, replace(balance, allocated=max(0, balance.allocated - units)))
    touched = allocation.picked + allocation.short
    left = allocation.quantity - units
    if left == 0:
        allocation = replace(allocation, state="voided", pending_place=None)
    elif left == touched:
        allocation = replace(allocation, quantity=left, state="settled", pending_place=None)
    else:
        allocation = replace(allocation, quantity=left)
    if allocation.package is not None:
        changed.setdefault(allocation.package, {})[allocation.id] = left
    if allocation.state != "pending":
        line_done(context, allocation)
    context.picture.put(allocation)


def packed_part(line: ShipmentLine, picked: list[tuple[Allocation, int]]) -> int:
    """How many of the picked and cancelled units are in parcels and no longer in totes."""
    units = sum(part for _, part in picked)
    wanted = line.quantity - line.cancelled
    return max(0, min(units, line.packed - wanted))


def ask_undoing(
    context: Context, shipment: Shipment, picked: list[tuple[Allocation, int]], packed: int
) -> None:
    """Ask a person to undo what was done with cancelled goods."""
    context.flag("cancelled_late", actual=shipment.state, then="a task asks to undo what was done")
    units = sum(part for _, part in picked)
    kind = UNDOING.get(shipment.state, "unpack")
    if packed:
        open_task(context, kind, shipment=shipment.id, quantity=packed, note=shipment.number)
    picture = context.picture
    units_of = picture.listing(Unit, "by_shipment", (context.site, shipment.id))
    totes = [unit for unit in units_of if unit.kind != "parcel"]
    left = units - packed
    for allocation, part in picked:
        back = min(part, left)
        if back == 0:
            break
        left -= back
        place = next(
            (
                tote.id
                for tote in totes
                if balance_of(context, tote.id, allocation.stock).quantity > 0
            ),
            None,
        )
        about: dict[str, int | str | None] = {"shipment": shipment.id, "note": shipment.number}
        if place is None:
            open_task(context, PUT_BACK, stock=allocation.stock, quantity=back, **about)
            continue
        stock = picture.need(Stock, (context.site, allocation.stock))
        home = picture.get(Place, (context.site, allocation.place))
        ask_put_back(context, stock, place, back, home=home, **about)


def stand(context: Context, shipment: Shipment) -> Shipment:
    """The shipment in the state that its lines are in, once nothing more can come of itself."""
    picture, site = context.picture, context.site
    lines = picture.listing(ShipmentLine, "by_shipment", (site, shipment.id))
    if all(line.cancelled == line.quantity for line in lines):
        shipment = replace(shipment, cancelled_at=shipment.cancelled_at or context.now)
        return shipment if shipment.state in GONE_OUT else in_state(shipment, "cancelled")
    if shipment.state not in {"open", "released", "picked", "exception"} or shipment.to_pick:
        return shipment
    return without_work(context, shipment, lines)


def without_work(context: Context, shipment: Shipment, lines: list[ShipmentLine]) -> Shipment:
    """A shipment with no pick line left: it waits, goes on with what it has, or is an exception."""
    if any(line.promised for line in lines):
        return in_state(shipment, "open")
    held = [(line, of_line(context, line)) for line in lines]
    if any(in_flight(line, allocations) for line, allocations in held):
        return shipment
    picked = sum(
        sum(each.picked for each in allocations) - line.put_back for line, allocations in held
    )
    if picked <= 0:
        return replace(in_state(shipment, "exception"), picked_at=None)
    if shipment.state == "released":
        return replace(in_state(shipment, "picked"), picked_at=context.stamp.mid)
    return shipment


CANCEL_SHIPMENT = Activity(CancelShipment, needs, decide)
