"""What follows from a change of one parcel: its state, and that of its shipment, stop and round.

All of it is a projection: parcels and rounds carry the times at which things happened, and states
are read off them. So facts that arrive late, or are undone, leave every state as if they had come
in order.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from server.lane.activity import Context
from server.lane.want import Want
from server.ledger.discrepancies import close_task, open_task
from server.ledger.records import Task, Unit
from server.ledger.stocks import find_place, want_unit
from server.orders.progress import GONE_OUT, tell_progress, want_progress
from server.orders.records import Shipment, ShipmentLine
from server.transport.cash import collect, settled_due, settled_loose, want_due, want_loose
from server.transport.messages import ParcelProgress
from server.transport.records import Attempt, Parcel, Round, Stop

LEVELS = {
    "open": 0,
    "lost": 0,
    "void": 0,
    "sealed": 1,
    "returned": 1,
    "loaded": 2,
    "collected": 2,
    "delivered": 3,
}
"""How far a parcel is on its way."""
REACHED = ("", "packed", "loaded", "delivered")
"""State of a shipment all of whose parcels are that far."""
COLLECT = "collect"
TRIED = frozenset({"delivered", "failed"})
"""Results of attempts to deliver; others are of what was to be taken back."""
BACK = frozenset({"collected", "returned"})
"""States of a parcel that somebody took back."""
ON_THE_WAY = frozenset({"packed", "loaded", "delivered", "returned"})


def want_parcel(want: Want, context: Context, code: str) -> Parcel | None:
    """Name a parcel by its code, and all that a change of it touches."""
    site = context.site
    place = find_place(want, site, code)
    want_progress(want, context)
    if place is None:
        return None
    want_unit(want, site, code)
    want.listing(Attempt, "by_parcel", (site, place.id))
    parcel = want.row(Parcel, (site, place.id))
    if parcel is None:
        return None
    want_loose(want, parcel)
    want_shipment(want, site, parcel.shipment)
    want_stop(want, site, parcel.stop)
    if parcel.task is not None:
        want.row(Task, (site, parcel.task))
    if parcel.origin:
        context.want_outbox(want, parcel.origin)
    return parcel


def want_shipment(want: Want, site: int, shipment: int | None) -> None:
    """Name a shipment with its lines and parcels, and the stop at which it waits."""
    if shipment is None:
        return
    found = want.row(Shipment, (site, shipment))
    want.listing(ShipmentLine, "by_shipment", (site, shipment))
    parcels = want.listing(Parcel, "by_shipment", (site, shipment))
    if found is not None:
        want_due(want, found, parcels)
    for stop in want.listing(Stop, "by_shipment", (site, shipment)):
        if stop.done_at is None:
            want_stop(want, site, stop.id)


def want_stop(want: Want, site: int, stop: int | None) -> Stop | None:
    """Name a stop with its parcels and attempts, and its round; answer it."""
    if stop is None:
        return None
    found = want.row(Stop, (site, stop))
    want.listing(Attempt, "by_stop", (site, stop))
    for parcel in want.listing(Parcel, "by_stop", (site, stop)):
        want.listing(Attempt, "by_parcel", (site, parcel.id))
    if found is not None:
        want.row(Round, (site, found.round))
        if found.task is not None:
            want.row(Task, (site, found.task))
    return found


def parcel_of(context: Context, unit: Unit) -> Parcel:
    """The parcel that a unit is; made by the first fact that treats it as one."""
    picture, key = context.picture, (context.site, unit.id)
    if picture.is_new(Unit, key):
        picture.declare_absent(Parcel, key)
        picture.declare_empty(Attempt, "by_parcel", key)
    found = picture.get(Parcel, key)
    if found is not None:
        return found
    parcel = Parcel(site=context.site, id=unit.id, code=unit.code)
    picture.put(parcel)
    return parcel


def belong(context: Context, parcel: Parcel, shipment: Shipment) -> Parcel:
    """Make a parcel the shipment's own; it joins the round that the shipment is planned on."""
    parcel = replace(parcel, shipment=shipment.id)
    stop = open_stop(context, shipment.id)
    if stop is not None and parcel.stop is None:
        parcel = replace(parcel, stop=stop.id, round=stop.round)
    return parcel


def open_stop(context: Context, shipment: int) -> Stop | None:
    """The stop at which the shipment is still to be handed over."""
    stops = context.picture.listing(Stop, "by_shipment", (context.site, shipment))
    waiting = [stop for stop in stops if stop.done_at is None and stop.kind != COLLECT]
    return waiting[-1] if waiting else None


def settle_parcel(context: Context, parcel: Parcel) -> Parcel:
    """Keep a changed parcel, and bring its shipment, stop and round up to date with it."""
    picture = context.picture
    before = picture.need(Parcel, (parcel.site, parcel.id))
    parcel = settled_loose(context, replace(parcel, state=parcel_state(parcel)))
    picture.put(parcel)
    known = before.delivered_at if before.origin else None
    if parcel.origin and parcel.delivered_at != known:
        told = ParcelProgress(unit=parcel.code, site=context.site, delivered_at=parcel.delivered_at)
        context.send(parcel.origin, told)
    settle_stop(context, parcel.stop)
    settle_shipment(context, parcel.shipment)
    return parcel


def parcel_state(parcel: Parcel) -> str:
    """What the latest of a parcel's times says; at the same time, what is further on its way."""
    if parcel.state == "lost":
        return "lost"
    if parcel.voided_at is not None:
        return "void"
    times = (
        (parcel.sealed_at, "sealed"),
        (parcel.loaded_at, "loaded"),
        (parcel.delivered_at, "delivered"),
        (parcel.collected_at, "collected"),
        (parcel.returned_at, "returned"),
    )
    latest, state = 0, "open"
    for at, name in times:
        if at is not None and at >= latest:
            latest, state = at, name
    closed = state == "sealed" or (state == "returned" and parcel.delivered_at is None)
    # Only what stands here closed can be opened; opened on the road it is still on the road.
    return "open" if closed and (parcel.unsealed_at or 0) > latest else state


def ask_about(context: Context, parcel: Parcel, kind: str, note: str = "") -> Parcel:
    """Open a task about a parcel; one at a time may be closed by the next fact about it."""
    number = open_task(context, kind, unit=parcel.id, shipment=parcel.shipment, note=note)
    return parcel if parcel.task is not None else replace(parcel, task=number)


def answer(context: Context, parcel: Parcel, kind: str, note: str) -> Parcel:
    """Close the parcel's open task if it is of this kind."""
    if parcel.task is None:
        return parcel
    task = context.picture.need(Task, (context.site, parcel.task))
    if task.kind != kind:
        return parcel
    close_task(context, task, note)
    return replace(parcel, task=None)


def live(attempts: list[Attempt]) -> list[Attempt]:
    """The attempts that were not undone."""
    undone = {attempt.mends for attempt in attempts}
    return [each for each in attempts if each.mends is None and each.id not in undone]


def settle_shipment(context: Context, number: int | None) -> None:
    """Say how far a shipment has come, and tell the network when that changed."""
    picture, site = context.picture, context.site
    shipment = picture.get(Shipment, (site, number)) if number is not None else None
    if shipment is None:
        return
    parcels = picture.listing(Parcel, "by_shipment", (site, shipment.id))
    parcels = [parcel for parcel in parcels if parcel.voided_at is None]
    lines = picture.listing(ShipmentLine, "by_shipment", (site, shipment.id))
    waits = sum(parcel.state != "delivered" for parcel in parcels)
    counted = replace(shipment, parcels=len(parcels), parcels_open=waits)
    settled = reached(counted, lines, parcels)
    if shipment.cancelled_at is not None and settled.state not in GONE_OUT:
        settled = replace(settled, state="cancelled", waiting=None)
    elif settled.state in ON_THE_WAY or shipment.state in ON_THE_WAY:
        planned = open_stop(context, shipment.id) is not None
        waiting = "packed" if settled.state == "packed" and not planned else None
        settled = replace(settled, waiting=waiting)
    settled = settled_due(context, settled, parcels)
    if settled.cash_taken != shipment.cash_taken:
        collect(context, settled, settled.cash_taken - shipment.cash_taken)
        for stop in picture.listing(Stop, "by_shipment", (site, shipment.id)):
            picture.put(replace(stop, paid=settled.cash_taken))
    if settled == shipment:
        return
    picture.put(settled)
    if settled.state != shipment.state:
        tell_progress(context, settled, time_of(settled) or context.stamp.mid)


def time_of(shipment: Shipment) -> int | None:
    """When the shipment came to its state."""
    times = {
        "packed": shipment.packed_at,
        "loaded": shipment.loaded_at,
        "delivered": shipment.delivered_at,
    }
    return times.get(shipment.state)


def reached(shipment: Shipment, lines: list[ShipmentLine], parcels: list[Parcel]) -> Shipment:
    """The shipment as far as all of its lines and parcels have come."""
    whole = all(
        line.packed + line.cancelled + line.missing + line.slack >= line.quantity for line in lines
    )
    level = min(map(level_of, parcels), default=0) if whole else 0
    if level == 0:
        state = before_packing(shipment) if shipment.state in ON_THE_WAY else shipment.state
        return replace(shipment, state=state, packed_at=None, loaded_at=None, delivered_at=None)
    back = level == LEVELS["delivered"] and any(each.state == "returned" for each in parcels)
    return replace(
        shipment,
        state="returned" if back else REACHED[level],
        packed_at=latest(each.sealed_at for each in parcels),
        loaded_at=latest(each.loaded_at for each in parcels if level >= LEVELS["loaded"]),
        delivered_at=latest(each.delivered_at for each in parcels if level >= LEVELS["delivered"]),
    )


def level_of(parcel: Parcel) -> int:
    """How far a parcel is; one that came back after its delivery had been all the way."""
    if parcel.state in BACK and parcel.delivered_at is not None:
        return LEVELS["delivered"]
    return LEVELS[parcel.state]


def before_packing(shipment: Shipment) -> str:
    """The state of a shipment whose packing was taken back."""
    if shipment.picked_at is not None:
        return "picked"
    return "released" if shipment.released_at is not None else "open"


def latest(times: Iterable[int | None]) -> int | None:
    """The latest of the times that are known."""
    return max((at for at in times if at is not None), default=None)


def settle_stop(context: Context, number: int | None) -> None:
    """Say how far a stop has come, and count it at its round once all of its parcels were tried."""
    picture, site = context.picture, context.site
    stop = picture.get(Stop, (site, number)) if number is not None else None
    if stop is None or stop.state == "dropped":
        return
    if stop.kind == COLLECT:
        settle_collection(context, stop)
        return
    parcels = picture.listing(Parcel, "by_stop", (site, stop.id))
    attempts = [each for each in attempts_at(context, stop, parcels) if each.result in TRIED]
    # What had come back before the stop was planned is still to be tried here.
    returned = {
        each.id: each.returned_at
        for each in parcels
        if each.state == "returned" and each.returned_at and each.returned_at > stop.made_at
    }
    delivered = {each.parcel for each in attempts if each.result == "delivered"}
    tried = {each.parcel for each in attempts} | returned.keys()
    whole = tried.union(each.id for each in parcels)
    state = "planned"
    if tried:
        partly = "partly" if delivered else "failed"
        state = "delivered" if delivered == whole else partly
    times = [each.occurred_at for each in attempts]
    ended = latest([*times, *returned.values()]) if tried == whole else None
    arrived = min((each.arrived_at for each in attempts if each.arrived_at), default=None)
    after = replace(stop, state=state, arrived_at=arrived, done_at=ended)
    picture.put(after)
    settle_round(context, stop, after, min(times, default=None))


def settle_collection(context: Context, stop: Stop) -> None:
    """Say whether a return was taken back at a stop; the task that asks for it waits until then."""
    picture, site = context.picture, context.site
    found = live(picture.listing(Attempt, "by_stop", (site, stop.id)))
    times = [each.occurred_at for each in found]
    done = any(each.result == "collected" for each in found)
    state = "collected" if done else "failed" if found else "planned"
    arrived = min((each.arrived_at for each in found if each.arrived_at), default=None)
    after = replace(stop, state=state, arrived_at=arrived, done_at=latest(times))
    task = picture.need(Task, (site, stop.task)) if stop.task is not None else None
    if task is not None and done:
        close_task(context, task, "collected")
    elif task is not None and task.open is None and stop.state == "collected":
        again = open_task(context, COLLECT, shipment=stop.shipment, note=stop.announced)
        after = replace(after, task=again)
    picture.put(after)
    settle_round(context, stop, after, min(times, default=None))


def attempts_at(context: Context, stop: Stop, parcels: list[Parcel]) -> list[Attempt]:
    """The attempts at a stop, with those from before the parcel was known to belong there."""
    picture, site = context.picture, context.site
    found = picture.listing(Attempt, "by_stop", (site, stop.id))
    for parcel in parcels:
        tries = picture.listing(Attempt, "by_parcel", (site, parcel.id))
        found += [each for each in tries if each.stop is None and each.occurred_at > stop.made_at]
    return live(found)


def settle_round(context: Context, before: Stop, after: Stop, tried_at: int | None) -> None:
    """Count a stop of a round as open or done; `tried_at` is its first attempt."""
    picture = context.picture
    round_ = picture.need(Round, (before.site, before.round))
    stops_open = round_.stops_open - (after.done_at is not None) + (before.done_at is not None)
    started = earliest(round_.started_at, tried_at)
    if before.state != "planned" and after.state == "planned" and stops_open == round_.stops:
        # The only attempt of the round was undone.
        started = None
    done = None if stops_open else latest([round_.done_at, after.done_at])
    changed = replace(round_, stops_open=stops_open, started_at=started, done_at=done)
    picture.put(with_state(changed))


def earliest(one: int | None, other: int | None) -> int | None:
    """The earlier of two times, as far as they are known."""
    return min((at for at in (one, other) if at is not None), default=None)


def with_state(round_: Round) -> Round:
    """The round in the state that its times say."""
    times = (
        (None if round_.cash_open else round_.done_at, "done"),
        (round_.started_at, "under way"),
        (round_.closed_at, "closed"),
        (round_.opened_at, "loading"),
    )
    state = next((name for at, name in times if at is not None), "planned")
    return replace(round_, state=state, open=None if state == "done" else 1)
