"""Collecting returns on the road.

1. At a door a parcel is taken back, with a return that was announced for this stop or without one:
   it comes from the consumer into the van, whatever the book holds, and stands on the round from
   then on. Its code may be the one under which it was sent, or a label that was stuck on.
2. What was not handed out, or not there, is an attempt with its reason; the task that asks for the
   collection stays, so that it is planned again.
3. Who announces a return may ask for it to be collected: a task at the site that sent the goods,
   which a desk plans as a stop of a round.
4. At the depot it is brought back like any parcel, and a task asks to take the return in.
"""

from msgspec.structs import replace

from device_protocol.road import Collect, FailCollection
from server.lane.activity import Activity, Context
from server.lane.picture import Picture
from server.lane.want import Want
from server.ledger.discrepancies import open_task
from server.ledger.records import CONSUMER
from server.ledger.stocks import find_place, make_place, make_unit
from server.orders.messages import CollectReturn
from server.orders.records import Shipment
from server.tasks.delivering import attempt_of, last_of, take_attempts_back
from server.tasks.moving import move_unit
from server.tasks.packing import want_piece
from server.transport.parcels import COLLECT as COLLECTION
from server.transport.parcels import (
    latest,
    parcel_of,
    settle_parcel,
    settle_stop,
    want_parcel,
    want_stop,
)
from server.transport.records import Attempt, Parcel, Stop

NO_PARCEL = 0
"""Parcel of an attempt at which nothing was taken back."""


def collect_needs(operation: Collect, want: Want, context: Context) -> None:
    """The parcel, the van, and the stop."""
    van = find_place(want, context.site, operation.to)
    want_piece(want, context, operation.unit, CONSUMER, van.id if van else None)
    want_parcel(want, context, operation.unit)
    want_stop(want, context.site, operation.stop)


def collect_decide(operation: Collect, picture: Picture, context: Context) -> None:
    """Post the parcel from the consumer into the van, and keep the attempt with its proofs."""
    unit = make_unit(context, operation.unit, "parcel")
    parcel = parcel_of(context, unit)
    van = make_place(context, operation.to)
    stop = stop_of(picture, context, operation.stop)
    move_unit(context, unit, CONSUMER, van.id)
    at = stop.id if stop else None
    picture.add(attempt_of(context, operation, "collected", parcel.id, at))
    number = operation.announced or (stop.announced if stop else "")
    parcel = replace(
        parcel,
        collected_at=latest((parcel.collected_at, context.stamp.mid)),
        announced=number or parcel.announced,
        round=stop.round if stop else parcel.round,
    )
    if stop is not None and parcel.shipment is None:
        parcel = replace(parcel, stop=stop.id)
    settle_parcel(context, parcel)
    settle_stop(context, operation.stop)


def stop_of(picture: Picture, context: Context, number: int | None) -> Stop | None:
    """The stop that an operation names; one that nobody knows is flagged."""
    found = picture.get(Stop, (context.site, number)) if number is not None else None
    if found is None and number is not None:
        context.flag("unknown_stop", actual=number, then="kept; a review task")
        open_task(context, "review", note=f"at stop {number}")
    return found


def collect_undo(operation: Collect, picture: Picture, context: Context) -> None:
    """Nothing was taken back: the attempt is named as undone."""
    parcel = parcel_of(context, make_unit(context, operation.unit, "parcel"))
    tries = picture.listing(Attempt, "by_parcel", (context.site, parcel.id))
    take_attempts_back(context, tries, {"collected"})
    if parcel.collected_at == context.stamp.mid:
        parcel = replace(parcel, collected_at=last_of(context, parcel, "collected"))
    settle_parcel(context, left_round(parcel, operation))
    settle_stop(context, operation.stop)


def left_round(parcel: Parcel, operation: Collect) -> Parcel:
    """The parcel without the stop at which it was not collected after all."""
    loose = parcel.shipment is None and parcel.collected_at is None
    return replace(parcel, stop=None, round=None) if loose and operation.stop else parcel


def fail_needs(operation: FailCollection, want: Want, context: Context) -> None:
    """The stop."""
    want_stop(want, context.site, operation.stop)


def fail_decide(operation: FailCollection, picture: Picture, context: Context) -> None:
    """Keep the attempt; nothing moved."""
    stop = stop_of(picture, context, operation.stop)
    at = stop.id if stop else None
    attempt = attempt_of(context, operation, "uncollected", NO_PARCEL, at)
    picture.add(replace(attempt, next_date=operation.next_date))
    settle_stop(context, operation.stop)


def fail_undo(operation: FailCollection, picture: Picture, context: Context) -> None:
    """Nobody was there in vain."""
    tries = picture.listing(Attempt, "by_stop", (context.site, operation.stop))
    take_attempts_back(context, tries, {"uncollected"})
    settle_stop(context, operation.stop)


def ask_needs(message: CollectReturn, want: Want, context: Context) -> None:
    """The shipment of the order."""
    want.listing(Shipment, "by_order", (context.site, message.order))


def ask_decide(message: CollectReturn, picture: Picture, context: Context) -> None:
    """Ask for a stop at the door to which the order went."""
    found = picture.listing(Shipment, "by_order", (context.site, message.order))
    shipment = found[0].id if found else None
    open_task(context, COLLECTION, shipment=shipment, note=message.number)


ASK_COLLECTION = Activity(CollectReturn, ask_needs, ask_decide)
COLLECT = Activity(Collect, collect_needs, collect_decide, collect_undo, collect_needs)
FAIL_COLLECTION = Activity(FailCollection, fail_needs, fail_decide, fail_undo, fail_needs)
