"""Shortages: units that were not found are sought elsewhere, and again when stock came in.

1. A short pick sends its remainder here. What another bin has becomes a package of its own, in the
   same wave.
2. What no bin has is missing: named in the shipment's task. If nothing is left to pick, the
   shipment goes on with what it has; without anything it is an exception.
3. When stock has come in, ops has the missing units promised again: softly before the wave, by a
   new pick line after it.
"""

from msgspec.structs import replace

from server.lane.activity import Activity, Context
from server.lane.picture import Picture
from server.lane.want import Look, Want
from server.ledger.holds import want_holds
from server.ledger.records import Allocation, Task
from server.orders.available import Shelves, want_item
from server.orders.lacking import note_lacking
from server.orders.messages import Reallocate, RetryShortages
from server.orders.progress import tell_progress, want_progress
from server.orders.promising import flag_missing, in_flight, in_state, name_missing
from server.orders.records import Shipment, ShipmentLine
from server.planning.cancelling import of_line, stand
from server.planning.handing import Onward, led_on, want_onward
from server.planning.kit_orders import lacking_promises, promise_missing
from server.planning.packages import (
    Bodies,
    PickLine,
    cut,
    urgency,
    want_planned,
    write_package,
)
from server.transport import parcels

SOUGHT = frozenset({"released", "picked", "exception"})
"""States of a released shipment in which more can still be picked for it."""


def needs(message: Reallocate, want: Want, context: Context) -> None:
    """The shipment with its lines, and the item where it stands."""
    site = context.site
    want_holds(want, site)
    want_progress(want, context)
    want_onward(want, site)
    shipment = want.row(Shipment, (site, message.shipment))
    line = want.row(ShipmentLine, (site, message.shipment, message.line))
    want.listing(ShipmentLine, "by_shipment", (site, message.shipment))
    want.listing(Allocation, "by_shipment", (site, message.shipment))
    if shipment is None or line is None:
        return
    parcels.want_shipment(want, site, shipment.id)
    if shipment.shortage is not None:
        want.row(Task, (site, shipment.shortage))
    want_planned(want, site, shipment.owner, line.item)


def decide(message: Reallocate, picture: Picture, context: Context) -> None:
    """Find the units elsewhere, or name them missing."""
    site = context.site
    shipment = picture.get(Shipment, (site, message.shipment))
    line = picture.get(ShipmentLine, (site, message.shipment, message.line))
    if shipment is None or line is None:
        context.flag("unknown_shipment", actual=message.shipment)
        return
    before = shipment.state
    # Units may have been cancelled since they were not found.
    wanted = min(message.quantity, in_flight(line, of_line(context, line)))
    found = seek(context, shipment, line, wanted) if shipment.state in SOUGHT else 0
    shipment = picture.need(Shipment, (site, shipment.id))
    if found < wanted:
        picture.put(replace(line, missing=line.missing + wanted - found))
        note_lacking(context, shipment.owner, line.item, wanted - found)
        flag_missing(context, wanted, found)
        shipment = name_missing(context, shipment, wanted - found)
    shipment = stand(context, shipment)
    picture.put(shipment)
    if shipment.state != before:
        tell_progress(context, shipment)
    if shipment.parcels:
        # What is sealed may now be all there is to ship.
        parcels.settle_shipment(context, shipment.id)


def seek(context: Context, shipment: Shipment, line: ShipmentLine, wanted: int) -> int:
    """Allocate units from other bins as packages of their own; answer how many were found."""
    shelves = Shelves(context.picture, context.site, context.now)
    # What is promised to others at the site is not there for the taking.
    wanted = min(wanted, shelves.available(shipment.owner, line.item))
    taken = shelves.take(shipment.owner, line.item, wanted)
    if not taken:
        return 0
    shelves.save(context)
    bodies = Bodies(context.picture)
    lines = [
        PickLine(shipment, line.position, line.item, shelf.place, shelf.stock, units)
        for shelf, units in taken
    ]
    for piece in led_on(cut(lines), Onward(context.picture, context.site)):
        write_package(context, piece, shipment.wave or 0, shelves, bodies)
    shipment = replace(shipment, to_pick=shipment.to_pick + len(lines))
    context.picture.put(in_state(shipment, "released"))
    return sum(units for _, units in taken)


def retry_needs(_message: RetryShortages, want: Want, context: Context) -> None:
    """Every shipment that misses something, and its items where they stand."""
    site = context.site
    want_holds(want, site)
    want_progress(want, context)
    context.want_outbox(want, site)
    for shipment, _ in short_shipments(want, site):
        for line in want.listing(ShipmentLine, "by_shipment", (site, shipment.id)):
            if line.missing:
                want_item(want, site, shipment.owner, line.item)
    lacking_promises(want, site)


def retry_decide(_message: RetryShortages, picture: Picture, context: Context) -> None:
    """Promise what is missing again, the most urgent shipment first."""
    site = context.site
    shelves = Shelves(picture, site, context.now)
    found = 0
    sought: list[tuple[int, int, int]] = []
    for shipment in sorted((short for short, _ in short_shipments(picture, site)), key=urgency):
        if shipment.wave is None and shipment.state in {"open", "exception"}:
            found += promise_again(context, shipment, shelves)
        elif shipment.state in SOUGHT or shipment.state == "open":
            asked = seek_again(context, shipment, shelves)
            found += sum(units for _, _, units in asked)
            sought += asked
    found += promise_missing(context, shelves)
    for owner, item, units in sought:
        # They are allocated by the follow-up work, which sees what is promised to others.
        shelves.promise(owner, item, -units)
    shelves.save(context)
    missing = sum(task.quantity or 0 for _, task in short_shipments(picture, site))
    context.grant = {"found": found, "missing": missing}


def short_shipments(look: Look, site: int) -> list[tuple[Shipment, Task]]:
    """Shipments that miss something, with the tasks that name it."""
    found = []
    for task in look.listing(Task, "by_open", (site, 1)):
        if task.kind == "out_of_stock" and task.shipment is not None:
            shipment = look.row(Shipment, (site, task.shipment))
            if shipment is not None:
                found.append((shipment, task))
    return found


def available_again(
    context: Context, shipment: Shipment, shelves: Shelves
) -> list[tuple[ShipmentLine, int]]:
    """A shipment's lines of which some that was missing is there now; it is set aside for them."""
    found = []
    site = context.site
    for line in context.picture.listing(ShipmentLine, "by_shipment", (site, shipment.id)):
        if line.missing == 0:
            continue
        units = min(line.missing, shelves.available(shipment.owner, line.item))
        if units:
            shelves.promise(shipment.owner, line.item, units)
            found.append((replace(line, missing=line.missing - units), units))
    return found


def promise_again(context: Context, shipment: Shipment, shelves: Shelves) -> int:
    """Promise to a shipment that waits for its wave; answer how many units."""
    picture = context.picture
    found = available_again(context, shipment, shelves)
    for line, units in found:
        picture.put(replace(line, promised=line.promised + units))
    total = sum(units for _, units in found)
    if total:
        before = shipment.state
        shipment = in_state(name_missing(context, shipment, -total), "open")
        picture.put(shipment)
        if shipment.state != before:
            tell_progress(context, shipment)
    return total


def seek_again(
    context: Context, shipment: Shipment, shelves: Shelves
) -> list[tuple[int, int, int]]:
    """Seek a released shipment's missing units at places; answer owner, item and units of each."""
    picture = context.picture
    found = available_again(context, shipment, shelves)
    for line, units in found:
        picture.put(line)
        context.send(
            context.site, Reallocate(shipment=shipment.id, line=line.position, quantity=units)
        )
    total = sum(units for _, units in found)
    if total:
        picture.put(name_missing(context, shipment, -total))
    return [(shipment.owner, line.item, units) for line, units in found]


REALLOCATE = Activity(Reallocate, needs, decide)
RETRY_SHORTAGES = Activity(RetryShortages, retry_needs, retry_decide)
