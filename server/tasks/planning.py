"""Planning: what was promised is allocated to places, and the lines are cut into packages.

1. Line by line the bin is chosen that has enough with the least left over; else several, docks
   last; nothing that is on hold.
2. The allocation is the pick line: it is promised at its place and no longer at the site.
3. What is not found any more is missing, and named in the shipment's task.
4. A shipment with something to pick is released; one without is an exception.
"""

from msgspec.structs import replace

from server.lane.activity import Activity, Context
from server.lane.picture import Picture
from server.lane.want import Want
from server.ledger.holds import want_holds
from server.ledger.records import Task
from server.orders.available import Shelves, want_item
from server.orders.progress import tell_progress, want_progress
from server.orders.promising import flag_missing, in_state, name_missing
from server.orders.records import Shipment, ShipmentLine
from server.tasks.packages import Bodies, PickLine, cut, want_described, write_package
from server.tasks.waves import PlanWave


def needs(message: PlanWave, want: Want, context: Context) -> None:
    """The shipments with their lines, and the items where they stand and as they are described."""
    site = context.site
    want_holds(want, site)
    want_progress(want, context)
    if message.then:
        context.want_outbox(want, site)
    items: set[tuple[int, int]] = set()
    for number in message.shipments:
        shipment = want.row(Shipment, (site, number))
        lines = want.listing(ShipmentLine, "by_shipment", (site, number))
        if shipment is None:
            continue
        if shipment.shortage is not None:
            want.row(Task, (site, shipment.shortage))
        items.update((shipment.owner, line.item) for line in lines if line.promised)
    for owner, item in items:
        want_item(want, site, owner, item)
        want_described(want, owner, item)


def decide(message: PlanWave, picture: Picture, context: Context) -> None:
    """Allocate, cut, release."""
    site = context.site
    shelves = Shelves(picture, site)
    bodies = Bodies(picture)
    planned: list[PickLine] = []
    for number in message.shipments:
        shipment = picture.get(Shipment, (site, number))
        # It may have been cancelled since the wave was released.
        if shipment is None or shipment.state != "open" or shipment.wave != message.wave:
            continue
        planned += plan(context, shipment, shelves)
    shelves.save(context)
    for piece in cut(planned):
        write_package(context, piece, message.wave, shelves, bodies)
    if message.then:
        context.send(
            site, PlanWave(wave=message.wave, shipments=message.then[0], then=message.then[1:])
        )


def plan(context: Context, shipment: Shipment, shelves: Shelves) -> list[PickLine]:
    """Allocate a shipment's promised units to places and release it; answer its pick lines."""
    picture, site, owner = context.picture, context.site, shipment.owner
    planned: list[PickLine] = []
    wanted = found = 0
    for line in picture.listing(ShipmentLine, "by_shipment", (site, shipment.id)):
        if line.promised == 0:
            continue
        wanted += line.promised
        shelves.promise(owner, line.item, -line.promised)
        taken = shelves.take(owner, line.item, line.promised)
        planned += [
            PickLine(shipment, line.position, line.item, shelf.place, shelf.stock, units)
            for shelf, units in taken
        ]
        units = sum(units for _, units in taken)
        found += units
        missing = line.missing + line.promised - units
        picture.put(replace(line, promised=0, missing=missing))
    if found < wanted:
        flag_missing(context, wanted, found)
        shipment = name_missing(context, shipment, wanted - found)
    shipment = replace(shipment, to_pick=len(planned))
    if planned:
        shipment = replace(in_state(shipment, "released"), released_at=context.now)
    else:
        shipment = in_state(shipment, "exception")
    picture.put(shipment)
    tell_progress(context, shipment)
    return planned


PLAN_WAVE = Activity(PlanWave, needs, decide)
