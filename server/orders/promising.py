"""Promising at a site: an order's lines become a shipment, and what is available is promised to it.

The promise is soft: so many units at the site, at no place yet. What can't be promised is missing,
and one task per shipment names it until stock has come in or somebody has decided. Facts about the
shipment stay possible whatever its state.
"""

from collections import Counter
from collections.abc import Iterator

from msgspec.structs import replace

from server.lane.activity import Activity, Context
from server.lane.picture import Picture
from server.lane.want import Look, Want
from server.ledger.discrepancies import close_task, open_task
from server.ledger.holds import want_holds
from server.ledger.records import Allocation, Task, Unit
from server.orders.available import Shelves, want_items
from server.orders.lacking import note_lacking
from server.orders.messages import OpenShipment
from server.orders.progress import tell_progress, want_progress
from server.orders.records import Shipment, ShipmentLine, ShipmentStep

WAITING = frozenset({"open", "packed", "exception"})
OUTDATED = "expired or too few days left"


def shipment_of_order(look: Look, site: int, order: int) -> Shipment | None:
    """The site's shipment of an order."""
    found = look.listing(Shipment, "by_order", (site, order))
    return found[0] if found else None


def in_state(shipment: Shipment, state: str) -> Shipment:
    """The shipment in a state, listed for ops where it waits for them; in a wave it does not."""
    waits = state in WAITING and not (state == "open" and shipment.wave is not None)
    return replace(shipment, state=state, waiting=state if waits else None)


def in_flight(line: ShipmentLine, allocations: list[Allocation]) -> int:
    """Units of a line that were not found and are sought; `allocations` are the line's own."""
    pending = sum(
        line.quantity - line.picked - line.short for line in allocations if line.state == "pending"
    )
    picked = sum(line.picked for line in allocations)
    elsewhere = line.missing + line.promised + pending + picked
    return max(0, line.quantity - line.cancelled - elsewhere)


def name_missing(context: Context, shipment: Shipment, units: int, outdated: int = 0) -> Shipment:
    """Name missing units, or units no longer missing, in the shipment's one task.

    `outdated` units stand there and are too old to be shipped: the task says so.
    """
    picture = context.picture
    known = picture.get(Task, (context.site, shipment.shortage)) if shipment.shortage else None
    if known is not None and known.open is not None:
        left = max(0, (known.quantity or 0) + units)
        picture.put(known := replace(known, quantity=left))
        if left == 0:
            close_task(context, known, "nothing is missing any more")
        return shipment
    if units <= 0:
        return shipment
    number = open_task(
        context,
        "out_of_stock",
        shipment=shipment.id,
        quantity=units,
        note=f"{shipment.number} {OUTDATED}" if outdated else shipment.number,
    )
    return replace(shipment, shortage=number)


def flag_missing(context: Context, expected: int, actual: int, outdated: int = 0) -> None:
    """Say that less was available than is wanted, and that some was too old."""
    context.flag(
        "out_of_stock",
        expected=expected,
        actual=actual,
        then="promised again when stock has come in"
        + (f"; {outdated} stand there, {OUTDATED}" if outdated else ""),
    )


def needs(message: OpenShipment, want: Want, context: Context) -> Iterator[None]:
    """The items where they stand and as promised, the holds, and the way to the network."""
    site = context.site
    shipment_of_order(want, site, message.order)
    want_holds(want, site)
    want_progress(want, context)
    yield from want_items(want, site, {(message.owner, line.item) for line in message.lines})


def decide(message: OpenShipment, picture: Picture, context: Context) -> None:
    """Open the shipment and promise its lines, in their order."""
    site = context.site
    if shipment_of_order(picture, site, message.order) is not None:
        return
    number = context.new_id()
    for kind in (ShipmentLine, ShipmentStep, Allocation, Unit):
        picture.declare_empty(kind, "by_shipment", (site, number))
    for step, asked in Counter(message.steps).items():
        picture.add(ShipmentStep(site, number, step, asked))
    shelves = Shelves(picture, site, context.now)
    missing = outdated = 0
    for position, item, quantity in message.lines:
        promised = min(quantity, shelves.available(message.owner, item))
        if promised:
            shelves.promise(message.owner, item, promised)
        lacking = quantity - promised
        missing += lacking
        note_lacking(context, message.owner, item, lacking)
        outdated += shelves.outdated(message.owner, item) if lacking else 0
        picture.add(ShipmentLine(site, number, position, item, quantity, promised, missing=lacking))
    shelves.save(context)
    wanted = sum(line.quantity for line in message.lines)
    shipment = Shipment(
        site=site,
        id=number,
        order_id=message.order,
        owner=message.owner,
        channel=message.channel,
        number=message.number,
        priority=message.priority,
        destination=message.destination,
        carrier=message.carrier,
        recipient=message.recipient,
        received_at=message.received_at,
        one_time_code=message.one_time_code,
        door_check=message.door_check,
        cash_due=message.cash_due,
        currency=message.currency,
        promised_at=message.promised_at,
        window_from=message.window_from,
        lines=len(message.lines),
    )
    shipment = in_state(shipment, "open" if missing < wanted else "exception")
    if missing:
        flag_missing(context, wanted, wanted - missing, outdated)
        shipment = name_missing(context, shipment, missing, outdated)
        if shipment.state == "exception":
            tell_progress(context, shipment)
    picture.add(shipment)


OPEN_SHIPMENT = Activity(OpenShipment, needs, decide)
