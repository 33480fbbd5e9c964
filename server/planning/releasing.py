"""Planning: what was promised is allocated to places, and the lines are cut into packages.

1. Line by line the bin is chosen that has enough with the least left over; else several, docks
   last; nothing that is on hold.
2. The allocation is the pick line: it is promised at its place and no longer at the site.
3. What is not found any more is missing, and named in the shipment's task; so is what stands there
   and is too old to be shipped.
4. A shipment with something to pick is released; one without is an exception.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from server.catalog.substitutes import substitutes_of
from server.lane.activity import Activity, Context
from server.lane.picture import Picture
from server.lane.want import Want
from server.ledger.holds import want_holds
from server.ledger.records import Task
from server.orders.available import Shelves, want_items
from server.orders.lacking import note_lacking
from server.orders.messages import EMERGENCY
from server.orders.progress import tell_progress, want_progress
from server.orders.promising import flag_missing, in_state, name_missing
from server.orders.records import Shipment, ShipmentLine
from server.planning.balance import Crews
from server.planning.handing import Onward, led_on, want_onward
from server.planning.packages import BULK, Bodies, PickLine, cut, want_described, write_package
from server.planning.records import WorkRule
from server.planning.replenishing import ask_replenishing, want_replenishing
from server.planning.waves import PlanWave


def needs(message: PlanWave, want: Want, context: Context) -> Iterator[None]:
    """The shipments with their lines, and the items where they stand and as they are described."""
    site = context.site
    want_holds(want, site)
    want.listing(WorkRule, "by_site", (site,))
    want_progress(want, context)
    want_replenishing(want, context)
    want_onward(want, site)
    if message.then:
        context.want_outbox(want, site)
    for number in message.shipments:
        want.row(Shipment, (site, number))
        want.listing(ShipmentLine, "by_shipment", (site, number))
    yield
    wanted: set[tuple[int, int]] = set()
    for number in message.shipments:
        shipment = want.row(Shipment, (site, number))
        if shipment is None:
            continue
        if shipment.shortage is not None:
            want.row(Task, (site, shipment.shortage))
        lines = want.listing(ShipmentLine, "by_shipment", (site, number))
        wanted.update((shipment.owner, line.item) for line in lines if line.promised)
    for _, item in wanted:
        substitutes_of(want, item)
    yield
    wanted |= {
        (owner, other.substitute) for owner, item in wanted for other in substitutes_of(want, item)
    }
    for owner, item in wanted:
        want_described(want, owner, item)
    yield from want_items(want, site, wanted)


def decide(message: PlanWave, picture: Picture, context: Context) -> None:
    """Allocate, cut, release."""
    site = context.site
    shelves = Shelves(picture, site, context.now)
    bodies = Bodies(picture)
    planned: list[PickLine] = []
    for number in message.shipments:
        shipment = picture.get(Shipment, (site, number))
        # It may have been cancelled since the wave was released.
        if shipment is None or shipment.state != "open" or shipment.wave != message.wave:
            continue
        planned += plan(context, shipment, shelves, message.mode)
    shelves.save(context)
    crews = Crews(picture.listing(WorkRule, "by_site", (site,)))
    for piece in led_on(cut(planned, message.mode, crews), Onward(picture, site)):
        write_package(context, piece, message.wave, shelves, bodies)
    if message.then:
        context.send(site, replace(message, shipments=message.then[0], then=message.then[1:]))
    else:
        ask_replenishing(context)


def plan(context: Context, shipment: Shipment, shelves: Shelves, mode: str) -> list[PickLine]:
    """Allocate a shipment's promised units to places and release it; answer its pick lines."""
    picture, site, owner = context.picture, context.site, shipment.owner
    planned: list[PickLine] = []
    wanted = found = outdated = 0
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
        if missing > line.missing:
            outdated += shelves.outdated(owner, line.item)
        picture.put(replace(line, promised=0, missing=missing))
        note_lacking(context, owner, line.item, missing)
    if found < wanted:
        flag_missing(context, wanted, found, outdated)
        shipment = name_missing(context, shipment, wanted - found, outdated)
    shipment = replace(shipment, to_pick=len(planned), wall=is_sorted(shipment, mode))
    if planned:
        shipment = replace(in_state(shipment, "released"), released_at=context.now)
    else:
        shipment = in_state(shipment, "exception")
    picture.put(shipment)
    tell_progress(context, shipment)
    return planned


def is_sorted(shipment: Shipment, mode: str) -> int:
    """Whether the put wall sorts a shipment: emergencies are not picked in bulk."""
    return int(mode == BULK and shipment.priority != EMERGENCY)


PLAN_WAVE = Activity(PlanWave, needs, decide)
