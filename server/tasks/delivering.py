"""Delivering.

1. At the stop the courier scans the parcel and hands it to the person, a neighbour or a place;
   arrival and hand-over are kept apart. Every try is an attempt of its own, with the hashes of what
   proves it; a second delivery is posted like the first.
2. A one-time code typed at the door is checked here: the device holds neither the code nor its
   hash. A wrong one is flagged, and the parcel is still delivered.
3. Where an order wants the age or identity of the person checked, the reason of the delivery says
   how it was: by a document or by sight, never a number. Without it the delivery is flagged.
4. An attempt that fails keeps its reason and a next date; the parcel stays in the van.
5. Money that was taken for a parcel goes from the consumer into the courier's purse, whatever was
   due; where the sum differs from what was due, that is an open question at once.
6. What comes back is set down at a place, and is delivered anew or, if it had been delivered or
   cancelled, becomes a return. Without a van it came back from the consumer.
7. A shipment is delivered when all of its parcels are; a stop is done when each of its parcels was
   tried, a round with its last stop.
"""

from collections.abc import Set as AbstractSet
from hashlib import sha256
from hmac import compare_digest

from msgspec.structs import replace

from device_protocol.operations import BringBack, Deliver, FailDelivery
from device_protocol.road import Collect, FailCollection
from server.lane.activity import Activity, Context
from server.lane.picture import Picture
from server.lane.want import Want
from server.ledger.discrepancies import open_task
from server.ledger.posting import is_physical, post
from server.ledger.records import CONSUMER, TRANSIT, Unit
from server.ledger.stocks import find_place, make_place, make_unit
from server.orders.records import Shipment
from server.tasks.handover import (
    came_back,
    crossing_of,
    crossing_site,
    flag_unknown_site,
    is_cancelled,
    take_back,
    want_crossing,
)
from server.tasks.loading import hold_on, want_contents
from server.tasks.moving import flag_negative, move_unit
from server.tasks.packing import make_place_or, place_or, want_piece
from server.transport.cash import AMOUNT_MAX, added, currency_of
from server.transport.messages import GiveBack
from server.transport.parcels import (
    TRIED,
    latest,
    live,
    parcel_of,
    settle_parcel,
    want_parcel,
    want_stop,
)
from server.transport.records import Attempt, Parcel, Stop
from server.transport.tills import NO_ROUND, Share, make_money, make_purse, share, want_purse

CHECKED = frozenset({"seen_document", "known_person"})
"""How age or identity was checked, as the reason of a delivery tells."""

AtDoor = Deliver | FailDelivery | Collect | FailCollection
"""What is tried at a door."""


def code_hash(order_number: str, code: str) -> str:
    """What a shipment keeps of its one-time code: the order number is the salt."""
    return sha256(f"{order_number}:{code}".encode()).hexdigest()


def deliver_needs(operation: Deliver, want: Want, context: Context) -> None:
    """The van, the parcel with what is in it, and its stop."""
    van = find_place(want, context.site, operation.source)
    want_piece(want, context, operation.unit, van.id if van else None, CONSUMER)
    want_parcel(want, context, operation.unit)
    want_contents(want, context.site, operation.unit)
    stop = want_stop(want, context.site, operation.stop)
    if operation.taken:
        want_purse(want, context, operation, currency_of(operation.currency), round_at(stop))


def deliver_decide(operation: Deliver, _picture: Picture, context: Context) -> None:
    """Post the parcel from the van to the consumer and keep the attempt with its proofs."""
    unit = make_unit(context, operation.unit, "parcel")
    van = make_place(context, operation.source)
    parcel = at_stop(context, parcel_of(context, unit), operation.stop)
    told = checked_code(context, parcel, operation.typed)
    if told == "no":
        context.flag("wrong_code", then="a review task")
        review(context, parcel, "the one-time code was wrong")
    check_person(context, parcel, operation)
    check_delivered(context, parcel, unit, van.id)
    move_unit(context, unit, van.id, CONSUMER)
    flag_negative(context, van.id, unit.stock)
    attempt = attempt_of(context, operation, "delivered", parcel.id, parcel.stop)
    context.picture.add(replace(attempt, handed_to=operation.to, code_ok=told))
    delivered_at = latest((parcel.delivered_at, context.stamp.mid))
    parcel = take_cash(context, parcel, operation)
    settle_parcel(context, replace(parcel, delivered_at=delivered_at))


def round_at(stop: Stop | None) -> int:
    """The round of a stop."""
    return stop.round if stop is not None else NO_ROUND


def take_cash(
    context: Context, parcel: Parcel, operation: Deliver, *, undone: bool = False
) -> Parcel:
    """Post the money that was taken into the purse; an undo posts it back by itself."""
    if not operation.taken:
        return parcel
    if not 0 < operation.taken <= AMOUNT_MAX:
        if not undone:
            context.flag("impossible_amount", f"1 to {AMOUNT_MAX}", operation.taken, "a review")
            review(context, parcel, f"{operation.taken} {operation.currency} taken")
        return parcel
    currency = currency_of(operation.currency)
    purse, money = make_purse(context, operation), make_money(context, currency)
    if not undone:
        if currency != operation.currency:
            context.flag("unknown_currency", "an ISO 4217 code", operation.currency, "ask which")
        post(context, CONSUMER, purse.id, money.id, operation.taken)
    taken = -operation.taken if undone else operation.taken
    number = operation.stop
    stop = context.picture.get(Stop, (context.site, number)) if number is not None else None
    share(context, purse, round_at(stop), currency, Share(taken=taken))
    return replace(parcel, cash=added(parcel.cash, currency, taken))


def at_stop(context: Context, parcel: Parcel, number: int | None) -> Parcel:
    """The parcel with the stop it is planned for; one without a plan takes the stop named."""
    if number is None or number == parcel.stop:
        return parcel
    stop = context.picture.get(Stop, (context.site, number))
    if stop is None or parcel.stop is not None:
        context.flag("other_stop", expected=parcel.stop or "", actual=number, then="a review task")
        review(context, parcel, f"at stop {number}")
        return parcel
    return replace(parcel, stop=number, round=stop.round)


def review(context: Context, parcel: Parcel, note: str) -> None:
    """Ask a supervisor to look at what happened to a parcel."""
    open_task(context, "review", unit=parcel.id, shipment=parcel.shipment, note=note)


def checked_code(context: Context, parcel: Parcel, typed: str) -> str:
    """Whether the typed one-time code is the shipment's: yes, no; none was asked or typed."""
    shipment = shipment_of(context, parcel)
    if shipment is None or not typed or not shipment.one_time_code:
        return "none"
    same = compare_digest(code_hash(shipment.number, typed), shipment.one_time_code)
    return "yes" if same else "no"


def check_person(context: Context, parcel: Parcel, operation: Deliver) -> None:
    """Flag a delivery to whom nobody checked, where age or identity was to be checked."""
    shipment = shipment_of(context, parcel)
    wanted = shipment.door_check if shipment else ""
    if wanted and (operation.to != "person" or operation.reason not in CHECKED):
        context.flag("unchecked", wanted, operation.reason or operation.to, "a review task")
        review(context, parcel, f"{wanted} was not checked")


def shipment_of(context: Context, parcel: Parcel) -> Shipment | None:
    """The shipment of a parcel, if one is known here."""
    if parcel.shipment is None:
        return None
    return context.picture.get(Shipment, (context.site, parcel.shipment))


def check_delivered(context: Context, parcel: Parcel, unit: Unit, van: int) -> None:
    """Flag a parcel that nobody knows, or that should not have been handed over (again)."""
    if parcel.shipment is None and not parcel.origin:
        context.flag("unknown_parcel", actual=parcel.code, then="a review task")
        review(context, parcel, "delivered, and nobody knows whose it is")
    if delivered_before(context, parcel):
        at = context.stamp.mid
        context.flag("delivered_twice", parcel.delivered_at, at, "a review task")
        review(context, parcel, "delivered twice")
    if is_cancelled(context, parcel):
        context.flag("cancelled_meanwhile", actual=parcel.code, then="a return task")
        open_task(context, "return", unit=parcel.id, shipment=parcel.shipment, note="cancelled")
    hold = hold_on(context, unit, van)
    if hold is not None:
        context.flag("on_hold", actual=hold.reason, then="a review task")
        review(context, parcel, f"on hold: {hold.reason}")


def delivered_before(context: Context, parcel: Parcel) -> bool:
    """Whether the parcel was delivered already and did not come back between the two."""
    if parcel.delivered_at is None:
        return False
    first, second = sorted((parcel.delivered_at, context.stamp.mid))
    return parcel.returned_at is None or not first < parcel.returned_at < second


def attempt_of(
    context: Context, operation: AtDoor, result: str, parcel: int, stop: int | None
) -> Attempt:
    """An attempt as the operation tells it; the arrival is on the device's monotonic clock."""
    arrived = operation.arrived
    waited = None if arrived is None else max(0, operation.ended - arrived)
    return Attempt(
        site=context.site,
        id=context.new_id(),
        parcel=parcel,
        stop=stop,
        occurred_at=context.stamp.mid,
        stream=context.stream,
        epoch=context.epoch,
        result=result,
        arrived_at=None if waited is None else context.stamp.mid - waited,
        reason=operation.reason,
        personal=" ".join(operation.personal),
    )


def fail_needs(operation: FailDelivery, want: Want, context: Context) -> None:
    """The parcel and its stop."""
    want_parcel(want, context, operation.unit)
    want_stop(want, context.site, operation.stop)


def fail_decide(operation: FailDelivery, _picture: Picture, context: Context) -> None:
    """Keep the attempt; nothing moved."""
    unit = make_unit(context, operation.unit, "parcel")
    parcel = at_stop(context, parcel_of(context, unit), operation.stop)
    if parcel.shipment is None and not parcel.origin:
        context.flag("unknown_parcel", actual=parcel.code, then="a review task")
        review(context, parcel, "tried, and nobody knows whose it is")
    attempt = attempt_of(context, operation, "failed", parcel.id, parcel.stop)
    context.picture.add(replace(attempt, next_date=operation.next_date))
    settle_parcel(context, parcel)


def attempt_undo(operation: Deliver | FailDelivery, picture: Picture, context: Context) -> None:
    """Name the attempt as undone, and read parcel, stop and shipment anew without it."""
    parcel = parcel_of(context, make_unit(context, operation.unit, "parcel"))
    tries = picture.listing(Attempt, "by_parcel", (context.site, parcel.id))
    take_attempts_back(context, tries, TRIED)
    if parcel.delivered_at == context.stamp.mid:
        parcel = replace(parcel, delivered_at=last_of(context, parcel, "delivered"))
    if isinstance(operation, Deliver):
        parcel = take_cash(context, parcel, operation, undone=True)
    settle_parcel(context, parcel)


def take_attempts_back(context: Context, tries: list[Attempt], results: AbstractSet[str]) -> None:
    """Name the attempts of the operation that is undone."""
    for found in live(tries):
        point = (found.occurred_at, found.stream, found.epoch)
        if point == context.position and found.result in results:
            number = context.new_id()
            context.picture.add(replace(found, id=number, result="undone", mends=found.id))


def last_of(context: Context, parcel: Parcel, result: str) -> int | None:
    """When an attempt of a parcel last ended so, of those that were not undone."""
    tries = live(context.picture.listing(Attempt, "by_parcel", (context.site, parcel.id)))
    return latest(each.occurred_at for each in tries if each.result == result)


def back_needs(operation: BringBack, want: Want, context: Context) -> None:
    """The parcel, the van, and the place where it stands now."""
    other = want_crossing(want, context, operation.site)
    source = place_or(want, context, operation.source, CONSUMER)
    target = find_place(want, context.site, operation.to) if not other else None
    number = target.id if target else None
    want_piece(want, context, operation.unit, source, TRANSIT + other if other else number)
    want_parcel(want, context, operation.unit)


def back_decide(operation: BringBack, picture: Picture, context: Context) -> None:
    """Post the parcel from the van to the place, and ask what becomes of it."""
    unit = make_unit(context, operation.unit, "parcel")
    parcel = parcel_of(context, unit)
    source = make_place_or(context, operation.source, CONSUMER)
    other = crossing_site(picture, context, operation.site)
    flag_unknown_site(context, operation.site)
    if parcel.shipment is None and not parcel.origin and parcel.collected_at is None:
        context.flag("unplanned_site", actual=parcel.code, then="received; a misroute task")
        open_task(context, "misroute", unit=parcel.id, note=f"brought back to {operation.to}")
    if other:
        context.send(other, crossing_of(GiveBack, operation.unit, operation.to, context))
    target = TRANSIT + other if other else make_place(context, operation.to).id
    move_unit(context, unit, source, target)
    if is_physical(source):
        flag_negative(context, source, unit.stock)
    at = context.stamp.mid
    if other:
        # What becomes of it is that site's to say.
        parcel = replace(parcel, returned_at=latest((parcel.returned_at, at)))
    else:
        parcel = came_back(context, parcel, at)
    settle_parcel(context, parcel)


def back_undo(operation: BringBack, picture: Picture, context: Context) -> None:
    """The parcel did not come back."""
    parcel = parcel_of(context, make_unit(context, operation.unit, "parcel"))
    other = crossing_site(picture, context, operation.site)
    if other:
        told = crossing_of(GiveBack, operation.unit, operation.to, context, undone=1)
        context.send(other, told)
    settle_parcel(context, take_back(context, parcel, context.stamp.mid))


DELIVER = Activity(Deliver, deliver_needs, deliver_decide, attempt_undo, deliver_needs)
FAIL_DELIVERY = Activity(FailDelivery, fail_needs, fail_decide, attempt_undo, fail_needs)
BRING_BACK = Activity(BringBack, back_needs, back_decide, back_undo, back_needs)
