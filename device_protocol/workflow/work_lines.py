"""The lines of each workflow, out of documents: what is planned, and how much of it is open.

Workflows that are not listed here have no lines: everything in them is found by scanning.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial

from device_protocol.bodies import ParcelBody
from device_protocol.scan import parse
from device_protocol.workflow.lookups import (
    COUNTS,
    KEPT,
    Lookups,
    announced_of,
    package_lines,
    parcel_of,
    round_of,
    shipment_of,
    stop_of,
    task_of,
    transfer_of,
)
from device_protocol.workflow.view import Line, Work

POSITIONS_MAX = 10_000
"""A shipment has fewer lines; so one number names shipment and line."""
TRANSFERS = 1_000_000_000
"""The id of a transfer is its origin times this, plus a number of the origin's."""
MOVES = ("put_back", "putaway", "replenish", "move", "restock", "quarantine", "repair")
"""Kinds of tasks that ask for goods to be moved."""

_LOADED = frozenset({"loaded", "delivered", "collected", "returned"})
_HANDED = frozenset({"delivered", "collected"})
CURRENCIES_MAX = 10
"""On one round there are fewer; so one number names round and currency."""


def _pick_lines(lookups: Lookups, work: Work) -> Sequence[Line]:
    body = lookups.body(f"package/{work.package}")
    return package_lines(body).lines if body is not None else ()


@lru_cache(KEPT)
def _announced(body: bytes) -> tuple[Line, ...]:
    announced = announced_of(body)
    return tuple(
        Line(
            task=announced.id * POSITIONS_MAX + each.position,
            quantity=max(0, each.quantity - each.received),
            owner=announced.merchant,
            item=each.sku,
            description=each.description,
            lot=each.lot,
            serial=each.serial,
            expiry=each.expiry,
            unit=parse(each.unit).sscc if each.unit else "",
            whole=each.quantity if each.unit else 0,
        )
        for each in announced.lines
    )


def _receive_lines(lookups: Lookups, work: Work) -> Sequence[Line]:
    bodies = lookups.listed("announced", work.announced) if work.announced else ()
    return [line for body in bodies for line in _announced(body)]


@lru_cache(KEPT)
def _of_transfer(body: bytes, *, taking: bool) -> tuple[Line, ...]:
    transfer = transfer_of(body)
    return tuple(
        Line(
            task=(transfer.id % TRANSFERS) * POSITIONS_MAX + each.position,
            quantity=max(0, each.sent - each.taken if taking else each.quantity - each.sent),
            owner=transfer.merchant,
            item=each.sku,
            description=each.description,
            lot=each.lot,
            number=transfer.number,
        )
        for each in transfer.lines
    )


def _transfer_lines(lookups: Lookups, work: Work, *, taking: bool) -> Sequence[Line]:
    body = lookups.body(f"transfer/{work.announced}") if work.announced else None
    return _of_transfer(body, taking=taking) if body is not None else ()


@lru_cache(KEPT)
def _to_pack(body: bytes) -> tuple[Line, ...]:
    shipment = shipment_of(body)
    return tuple(
        Line(
            task=shipment.id * POSITIONS_MAX + each.position,
            quantity=each.quantity - each.packed,
            owner=shipment.merchant,
            item=each.sku,
            description=each.description,
            codes=tuple(code.code for code in each.codes),
            shipment=shipment.id,
            number=shipment.number,
            verify=each.verify,
            carton=shipment.cartons[0] if shipment.cartons else "",
            steps=", ".join(step.step for step in shipment.steps if step.done < step.asked),
        )
        for each in shipment.lines
    )


def _pack_lines(lookups: Lookups, work: Work) -> Sequence[Line]:
    if work.shipment is not None:
        body = lookups.body(f"shipment/{work.shipment}")
        return _to_pack(body) if body is not None else ()
    return [line for body in lookups.listed("shipment", "") for line in _to_pack(body)]


@lru_cache(KEPT)
def _to_sort(body: bytes) -> tuple[Line, ...]:
    shipment = shipment_of(body)
    if not shipment.wall:
        return ()
    return tuple(
        Line(
            task=each.task or shipment.id * POSITIONS_MAX + each.position,
            quantity=max(0, each.quantity - max(each.sorted, each.packed)),
            to=shipment.totes[-1] if shipment.totes else "",
            owner=shipment.merchant,
            item=each.sku,
            description=each.description,
            codes=tuple(code.code for code in each.codes),
            shipment=shipment.id,
            number=shipment.number,
        )
        for each in shipment.lines
    )


def _sort_lines(lookups: Lookups, _work: Work) -> Sequence[Line]:
    bodies = sorted(lookups.listed("shipment", ""), key=_urgency)
    return [line for body in bodies for line in _to_sort(body)]


def _urgency(body: bytes) -> tuple[int, int]:
    shipment = shipment_of(body)
    return (shipment.priority, shipment.id)


def _load_lines(lookups: Lookups, work: Work) -> Sequence[Line]:
    if work.round is None:
        return ()
    return _parcels(lookups, work.round, lambda parcel: parcel.state not in _LOADED)


def _deliver_lines(lookups: Lookups, work: Work) -> Sequence[Line]:
    rounds = [round_of(body).id for body in lookups.listed("round", work.van)] if work.van else []
    if work.round is not None:
        rounds = [work.round]
    return [
        line
        for number in rounds
        for line in _parcels(lookups, number, lambda parcel: parcel.state not in _HANDED)
    ]


def _parcels(lookups: Lookups, number: int, is_open: Callable[[ParcelBody], bool]) -> list[Line]:
    """The parcels of a round in the order of its stops."""
    parent = f"round/{number}"
    stops = {stop.id: stop for stop in map(stop_of, lookups.listed("stop", parent))}
    lines = []
    for parcel in map(parcel_of, lookups.listed("parcel", parent)):
        stop = stops.get(parcel.stop or 0)
        line = Line(
            task=parcel.id,
            quantity=1 if is_open(parcel) else 0,
            unit=parcel.code,
            shipment=parcel.shipment,
            stop=parcel.stop,
            number=stop.number if stop else "",
            asks_code=bool(stop and stop.asks_code),
            check=stop.check if stop else "",
            due=stop.cash if stop else 0,
            currency=stop.currency if stop else "",
        )
        lines.append((stop.sequence if stop else 0, parcel.id, line))
    return [line for _, _, line in sorted(lines, key=lambda each: each[:2])]


def _cash_lines(lookups: Lookups, work: Work) -> Sequence[Line]:
    """The currencies of a round's money."""
    stops = map(stop_of, lookups.listed("stop", f"round/{work.round}"))
    currencies = sorted({stop.currency for stop in stops if stop.currency})
    first = (work.round or 0) * CURRENCIES_MAX
    return [
        Line(task=first + place, currency=currency)
        for place, currency in enumerate(currencies[:CURRENCIES_MAX])
    ]


def _count_lines(lookups: Lookups, _work: Work) -> Sequence[Line]:
    tasks = [task for kind in COUNTS for task in map(task_of, lookups.listed("task", kind))]
    return [
        Line(
            task=task.id,
            place=task.place,
            occasion=task.occasion,
            # The first recount is the second count of the place.
            attempt=task.attempt + 1 if task.kind == "recount" else 1,
            sight="blind" if task.blind else "",
        )
        for task in sorted(tasks, key=lambda each: (each.due, each.id))
        if task.place
    ]


def _move_lines(lookups: Lookups, _work: Work, kinds: tuple[str, ...] = MOVES) -> Sequence[Line]:
    tasks = [task for kind in kinds for task in map(task_of, lookups.listed("task", kind))]
    return [
        Line(
            task=task.id,
            quantity=task.quantity or 1,
            place=task.place,
            owner=task.merchant,
            item=task.sku,
            lot=task.lot,
            serial=task.serial,
            unit="" if task.sku else task.unit,
            shipment=task.shipment,
            to=task.to,
            next=task.next,
        )
        for task in sorted(tasks, key=lambda each: (each.due, each.id))
    ]


def _kit_lines(lookups: Lookups, _work: Work) -> Sequence[Line]:
    """Kits that are ordered; as many are made as there are parts, so that no units are open."""
    tasks = map(task_of, lookups.listed("task", "assemble"))
    return [
        Line(task=task.id, quantity=0, place=task.place, owner=task.merchant, item=task.sku)
        for task in sorted(tasks, key=lambda each: (each.due, each.id))
    ]


LINES: Mapping[str, Callable[[Lookups, Work], Sequence[Line]]] = {
    "pick": _pick_lines,
    "pack": _pack_lines,
    "sort": _sort_lines,
    "receive": _receive_lines,
    "load": _load_lines,
    "deliver": _deliver_lines,
    "hand_over_cash": _cash_lines,
    "count": _count_lines,
    "move": _move_lines,
    "putaway": partial(_move_lines, kinds=("putaway",)),
    "replenish": partial(_move_lines, kinds=("replenish",)),
    "kit": _kit_lines,
    "send_transfer": partial(_transfer_lines, taking=False),
    "take_transfer": partial(_transfer_lines, taking=True),
}
"""What the lines of each workflow are made of."""
