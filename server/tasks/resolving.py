"""What people at desks decide: holds, and the end of what is open.

1. A supervisor reads an open exception (a task, a discrepancy, a parked operation, an order
   conflict, an incident), looks at the floor where that is needed, and says in a short note what
   was found.
2. What the book itself can still see (a balance below zero, a piece at two places) is not talked
   away: it is counted or corrected first.
   Why a discrepancy came about is said by one word (`CAUSES`) and by the operation that shows it;
   only what nobody can explain needs none.
3. A parked operation stays as it was stored; that somebody set it aside is a row of its own.

These are requests of desks, so they may be refused; nothing that happened on the floor is changed.
"""

from typing import NamedTuple

from msgspec.structs import replace

from server.catalog.resolve import item_by_sku, owner_id
from server.identity.actors import grant_number
from server.identity.records import Incident
from server.lane.activity import NETWORK, Activity, Context
from server.lane.masters import among
from server.lane.message import Message
from server.lane.picture import Picture
from server.lane.records import StoredOperation
from server.lane.want import Look, Want
from server.ledger.discrepancies import close_discrepancy, close_task
from server.ledger.posting import is_physical
from server.ledger.records import Balance, Discrepancy, Hold, Stock, Task
from server.ledger.stocks import find_place, want_unit
from server.orders.records import OrderConflict
from server.planning.kit_orders import settle_promised, want_promised
from server.planning.put_backs import ERRANDS
from server.planning.records import Resolution
from server.planning.storage import Guide

PARKED = b'{"outcome":"parked"'
"""How the outcome of every parked operation begins, as it is stored."""
UNKNOWN = "unknown"
CAUSES = (
    "late_fact", "mis_scan", "miscount", "lost", "wrong_place", "damage", UNKNOWN,
)  # fmt: skip
"""late_fact: it was sent late; mis_scan: another quantity, goods or place was scanned or keyed than
was handled; lost: a second look did not find the units either."""


class PutHold(Message, frozen=True, kw_only=True, tag="put_hold"):
    """Keep stock from being promised, picked, loaded or delivered; all selectors must match."""

    reason: str
    owner: str = ""
    item: str = ""
    """SKU; it needs the owner."""
    lot: str = ""
    serial: str = ""
    place: str = ""
    unit: str = ""


class LiftHold(Message, frozen=True, kw_only=True, tag="lift_hold"):
    """Free the stock that a hold selects."""

    hold: int
    note: str = ""


class ResolveTask(Message, frozen=True, kw_only=True, tag="resolve_task"):
    """A task was done, or is not to be done."""

    task: int
    note: str


class ResolveDiscrepancy(Message, frozen=True, kw_only=True, tag="resolve_discrepancy"):
    """The difference is explained."""

    discrepancy: int
    note: str
    cause: str = ""
    """One of CAUSES; empty says it by the note alone."""
    explained_by: str = ""
    """Operation of the site that shows the cause, as stream/epoch/seq."""


class ResolveParked(Message, frozen=True, kw_only=True, tag="resolve_parked"):
    """A parked operation is set aside: somebody has read it, and it will not be applied."""

    stream: int
    epoch: int
    seq: int
    note: str


class ResolveConflict(Message, frozen=True, kw_only=True, tag="resolve_conflict"):
    """To the network: somebody has read both versions of an order."""

    conflict: int
    note: str


class ResolveIncident(Message, frozen=True, kw_only=True, tag="resolve_incident"):
    """Somebody has seen to the device."""

    incident: int
    note: str


class Selectors(NamedTuple):
    """What a hold selects by, as rows name it; None selects everything."""

    owner: int | None
    item: int | None
    lot: str | None
    serial: str | None
    place: int | None
    unit: int | None


def selectors_of(request: PutHold, look: Look, site: int) -> Selectors:
    """What the codes of a hold name."""
    owner = owner_id(look, request.owner) if request.owner else None
    item = item_by_sku(look, owner or 0, request.item) if request.item else None
    place = find_place(look, site, request.place) if request.place else None
    unit = want_unit(look, site, request.unit) if request.unit else None
    return Selectors(
        owner,
        item.id if item else None,
        request.lot or None,
        request.serial or None,
        place.id if place else None,
        unit.id if unit else None,
    )


def hold_needs(request: PutHold, want: Want, context: Context) -> None:
    """What the codes name."""
    selectors_of(request, want, context.site)


def put_hold(request: PutHold, picture: Picture, context: Context) -> None:
    """Put the hold; one that would select everything, or names what nobody knows, is refused."""
    selectors = selectors_of(request, picture, context.site)
    for name in ("owner", "item", "place", "unit"):
        code = getattr(request, name)
        if code and getattr(selectors, name) is None:
            then = "an item is found by its owner and SKU" if name == "item" else ""
            context.refuse("unknown", expected=name, actual=code, then=then)
            return
    if all(selector is None for selector in selectors):
        context.refuse("selects_everything", then="name an owner, item, lot, serial, place or unit")
        return
    number = context.new_id()
    opened = Hold(context.site, number, request.reason, context.now, context.name)
    picture.add(replace(opened, **selectors._asdict()))
    context.grant = {"hold": number}


def lift_needs(request: LiftHold, want: Want, context: Context) -> None:
    """The hold."""
    want.row(Hold, (context.site, request.hold))


def lift_hold(request: LiftHold, picture: Picture, context: Context) -> None:
    """Lift the hold."""
    hold = picture.get(Hold, (context.site, request.hold))
    if is_open(context, hold, request.hold) and hold is not None:
        picture.put(replace(hold, open=None, closed_at=context.now, closed_by=context.name))


def is_open(
    context: Context,
    found: Hold | Task | Discrepancy | OrderConflict | Incident | None,
    number: int,
) -> bool:
    """Whether there is something to be closed; otherwise the request is refused with the reason."""
    if found is None:
        context.refuse("not_found", actual=number)
        return False
    if found.open is None:
        context.refuse("already_closed", actual=number)
        return False
    return True


def task_needs(request: ResolveTask, want: Want, context: Context) -> None:
    """The task, what leads where, and what is promised to it."""
    want_promised(want, context.site, want.row(Task, (context.site, request.task)))
    want.row(Guide, (context.site, request.task))


def resolve_task(request: ResolveTask, picture: Picture, context: Context) -> None:
    """Close the task."""
    task = picture.get(Task, (context.site, request.task))
    if is_open(context, task, request.task) and task is not None:
        close_task(context, task, request.note)
        guide = picture.get(Guide, (context.site, request.task))
        if guide is not None and guide.kind in ERRANDS:
            picture.remove(guide)
        settle_promised(context, picture.need(Task, (context.site, request.task)))


def discrepancy_needs(request: ResolveDiscrepancy, want: Want, context: Context) -> None:
    """The discrepancy, and what the book holds of what it is about."""
    found = want.row(Discrepancy, (context.site, request.discrepancy))
    shows = operation_key(context.site, request.explained_by)
    if shows is not None:
        want.row(StoredOperation, shows)
    if found is not None:
        want.row(Balance, (context.site, found.place, found.stock))
        want.row(Stock, (context.site, found.stock))
        want.listing(Balance, "by_stock", (context.site, found.stock))


def resolve_discrepancy(request: ResolveDiscrepancy, picture: Picture, context: Context) -> None:
    """Close the discrepancy, unless the book still shows the difference itself."""
    found = picture.get(Discrepancy, (context.site, request.discrepancy))
    if not is_open(context, found, request.discrepancy) or found is None:
        return
    balance = picture.get(Balance, (context.site, found.place, found.stock))
    if balance is not None and balance.discrepancy == found.id:
        context.refuse(
            "still_negative",
            expected="at least 0",
            actual=balance.quantity,
            then="count the place or correct the book first",
        )
        return
    stock = picture.get(Stock, (context.site, found.stock))
    if stock is not None and stock.discrepancy == found.id:
        present = picture.find(Balance, "by_stock", (context.site, stock.id))
        context.refuse(
            "still_twice",
            expected=1,
            actual=sum(max(0, row.quantity) for row in present if is_physical(row.place)),
            then="count one of the places or correct the book first",
        )
        return
    if is_shown(request, picture, context):
        close_discrepancy(
            context,
            found.id,
            request.note,
            cause=request.cause,
            explained_by=request.explained_by,
        )


def is_shown(request: ResolveDiscrepancy, picture: Picture, context: Context) -> bool:
    """Whether the cause is one, and an operation of the site shows it; else it is refused."""
    if request.cause and not among(context, "cause", request.cause, CAUSES):
        return False
    if request.explained_by:
        key = operation_key(context.site, request.explained_by)
        if key is None or picture.get(StoredOperation, key) is None:
            context.refuse("unknown", expected="operation", actual=request.explained_by)
            return False
    elif request.cause not in {"", UNKNOWN}:
        then = "name the operation that shows it, or say that the cause is unknown"
        context.refuse("not_shown", expected="stream/epoch/seq", actual="", then=then)
        return False
    return True


def operation_key(site: int, name: str) -> tuple[int, int, int, int] | None:
    """The key of an operation of a site by its name, or None where it is no name of one."""
    parts = [grant_number(part) for part in name.split("/")]
    if len(parts) != 3:  # noqa: PLR2004 - stream/epoch/seq.
        return None
    stream, epoch, seq = parts
    if stream is None or epoch is None or seq is None:
        return None
    return (site, stream, epoch, seq)


def parked_needs(request: ResolveParked, want: Want, context: Context) -> None:
    """The operation, and whether it was resolved before."""
    want.row(StoredOperation, (context.site, request.stream, request.epoch, request.seq))
    want.row(Resolution, resolution_key(context.site, "parked", parked_name(request)))


def parked_name(request: ResolveParked) -> str:
    """How a resolution names the operation."""
    return f"{request.stream}/{request.epoch}/{request.seq}"


def resolve_parked(request: ResolveParked, picture: Picture, context: Context) -> None:
    """Record that the operation was set aside; its own row never changes."""
    name = parked_name(request)
    key = (context.site, request.stream, request.epoch, request.seq)
    operation = picture.get(StoredOperation, key)
    if operation is None or not operation.outcome.startswith(PARKED):
        context.refuse("not_parked", actual=name)
    elif picture.get(Resolution, resolution_key(context.site, "parked", name)) is not None:
        context.refuse("already_closed", actual=name)
    else:
        record(context, "parked", name, request.note)


def conflict_needs(request: ResolveConflict, want: Want, _context: Context) -> None:
    """The conflict, and whether it was resolved before."""
    want.row(OrderConflict, (NETWORK, request.conflict))
    want.row(Resolution, resolution_key(NETWORK, "conflict", str(request.conflict)))


def resolve_conflict(request: ResolveConflict, picture: Picture, context: Context) -> None:
    """Close the conflict; the order stays as it first came."""
    if context.site != NETWORK:
        context.refuse("wrong_site", expected=NETWORK, actual=context.site)
        return
    conflict = picture.get(OrderConflict, (NETWORK, request.conflict))
    if is_open(context, conflict, request.conflict) and conflict is not None:
        picture.put(replace(conflict, open=None))
        record(context, "conflict", str(request.conflict), request.note)


def incident_needs(request: ResolveIncident, want: Want, context: Context) -> None:
    """The incident, and whether it was resolved before."""
    want.row(Incident, (context.site, request.incident))
    want.row(Resolution, resolution_key(context.site, "incident", str(request.incident)))


def resolve_incident(request: ResolveIncident, picture: Picture, context: Context) -> None:
    """Close the incident."""
    incident = picture.get(Incident, (context.site, request.incident))
    if is_open(context, incident, request.incident) and incident is not None:
        picture.put(replace(incident, open=None))
        record(context, "incident", str(request.incident), request.note)


def resolution_key(site: int, subject: str, name: str) -> tuple[int, str, str]:
    """The key of a resolution."""
    return (site, subject, name)


def parked_key(original: StoredOperation) -> tuple[int, str, str]:
    """The key of the resolution of a parked operation."""
    name = f"{original.stream}/{original.epoch}/{original.seq}"
    return resolution_key(original.site, "parked", name)


def record(
    context: Context, subject: str, name: str, note: str, decision: bytes | None = None
) -> None:
    """Keep who resolved what by which operation, and why."""
    context.picture.put(
        Resolution(context.site, subject, name, context.now, context.name, note, decision)
    )


PUT_HOLD = Activity(PutHold, hold_needs, put_hold)
LIFT_HOLD = Activity(LiftHold, lift_needs, lift_hold)
RESOLVE_TASK = Activity(ResolveTask, task_needs, resolve_task)
RESOLVE_DISCREPANCY = Activity(ResolveDiscrepancy, discrepancy_needs, resolve_discrepancy)
RESOLVE_PARKED = Activity(ResolveParked, parked_needs, resolve_parked)
RESOLVE_CONFLICT = Activity(ResolveConflict, conflict_needs, resolve_conflict)
RESOLVE_INCIDENT = Activity(ResolveIncident, incident_needs, resolve_incident)
RESOLUTIONS = (
    PUT_HOLD,
    LIFT_HOLD,
    RESOLVE_TASK,
    RESOLVE_DISCREPANCY,
    RESOLVE_PARKED,
    RESOLVE_CONFLICT,
    RESOLVE_INCIDENT,
)
