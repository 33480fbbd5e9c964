"""Counting.

1. The operator scans a place and counts what is there, seeing or not seeing what the book expects
   (blind).
2. What was scanned is listed by full stock key, zero differences too; handling units are counted as
   one piece each. `complete` says that nothing else is there.
3. The count posts the difference to what the book held at that moment; movements that can't be told
   to be before or after ask for one recount.
4. A difference beyond what the site takes as it is (`count_policy`) asks another person to count
   again. The count stands until then; if the same person counts again, that is posted and flagged,
   and the task stays open.
5. Who sees a difference on the spot counts again: the first figure is kept aside and posts
   nothing, so there is one difference.
6. An empty tote put on a cart is a complete count of zero.
"""

from msgspec.structs import replace

from device_protocol.operations import Count, CountLine, StartTote
from server.identity.actors import find_grant, grant_number
from server.lane.activity import Activity, Context
from server.lane.picture import Picture
from server.lane.want import Look, Want
from server.ledger.counts import (
    Manner,
    Seen,
    ask_first_recount,
    count,
    void_count,
    want_count,
    want_void,
)
from server.ledger.discrepancies import close_discrepancy, close_task
from server.ledger.posting import is_physical, want_single
from server.ledger.records import ADJUSTMENT, Balance, Discrepancy, Hold, Place, Task
from server.ledger.stocks import (
    StockKey,
    find_key,
    find_place,
    find_stock,
    make_place,
    make_stock,
    make_unit,
    want_unit,
)
from server.planning.count_policy import (
    ZERO,
    is_too_far,
    look_asked_for,
    note_counted,
    note_voided,
    want_look,
    want_tolerance,
)
from server.planning.records import PlaceCount
from server.tasks import binding
from server.tasks.binding import bind_unit, want_binding

OCCASIONS = frozenset({"planned", "exception", ZERO, "check"})
AGAIN = "again"
"""Occasion of a first figure that was counted again on the spot."""
ATTEMPT_MAX = 99
EMPTY_TOTE = Manner(occasion="tote")


def needs(operation: Count, want: Want, context: Context) -> None:
    """The place with all that is there, and the keys that were counted."""
    place = find_place(want, context.site, operation.place)
    stocks: list[int] = []
    for line in operation.lines:
        if line.unit:
            unit = want_unit(want, context.site, line.unit)
            number = unit.stock if unit else None
        else:
            stock = find_stock(want, context.site, counted_key(line, want, place))
            number = stock.id if stock else None
        if number is not None:
            stocks.append(number)
            want.row(Balance, (context.site, ADJUSTMENT, number))
            want_single(want, context.site, number)
    if place is not None:
        stocks += want_count(want, context.site, place.id, stocks, context.stamp.earliest)
        want_look(want, context.site, place.id)
    want_tolerance(want, context.site, stocks)
    find_grant(want, context, operation)
    if operation.task is not None:
        task = want.row(Task, (context.site, operation.task))
        if task is not None and task.discrepancy is not None:
            want.row(Discrepancy, (context.site, task.discrepancy))
    want.listing(Hold, "by_open", (context.site, 1))


def decide(operation: Count, picture: Picture, context: Context) -> None:
    """Record the count and post the difference; a count task of the place is done by it."""
    place = make_place(context, operation.place)
    if not is_physical(place.id):
        context.flag(
            "not_counted", actual=operation.place, then="tell it as an exchange with the partner"
        )
        return
    counted: dict[int, int] = {}
    for line in operation.lines:
        if line.unit:
            number = make_unit(context, line.unit, "tote").stock
        else:
            number = make_stock(context, counted_key(line, picture, place)).id
        counted[number] = counted.get(number, 0) + line.quantity
    task = task_of(operation, context, place.id, set(counted))
    aside = operation.occasion == AGAIN
    recounts = task.attempt if task and task.kind == "recount" else 0
    seen = count(
        context,
        place.id,
        counted,
        complete=operation.complete,
        recounts=recounts,
        manner=manner_of(operation, task, recounts),
        aside=aside,
    )
    if aside:
        return
    if operation.complete and seen.line.state == "live":
        note_counted(context, place.id, seen.line.occurred_at)
    ask_another(context, operation, seen)
    if task is not None:
        answer_task(context, operation, task)
    lift_short_holds(context, place.id)


def task_of(operation: Count, context: Context, place: int, counted: set[int]) -> Task | None:
    """The task that the count does: the one that it names, or the look into an emptied bin."""
    if operation.task is not None:
        return context.picture.get(Task, (context.site, operation.task))
    if operation.occasion != ZERO:
        return None
    look = look_asked_for(context, place)
    return look if look is not None and look.stock in counted else None


def manner_of(operation: Count, task: Task | None, recounts: int) -> Manner:
    """How and why was counted: as the device says it, else as the task has it."""
    asked = task.occasion if task is not None else ""
    return Manner(
        occasion=operation.occasion if operation.occasion in OCCASIONS else asked,
        attempt=min(max(operation.attempt, recounts + 1), ATTEMPT_MAX),
        sight="blind" if operation.blind else "guided",
        actor=grant_number(operation.actor),
        task=task.id if task is not None else None,
    )


def ask_another(context: Context, operation: Count, seen: Seen) -> None:
    """Have somebody else count again what differs by more than the site takes as it is."""
    if is_too_far(context.picture, context.site, seen.variances):
        ask_first_recount(context, seen.line, "count_differs", person_of(context, operation))


def person_of(context: Context, operation: Count) -> int | None:
    """Who counted, if the device said so and we know the grant."""
    grant = find_grant(context.picture, context, operation)
    return grant.person if grant is not None else None


def answer_task(context: Context, operation: Count, task: Task) -> None:
    """The count does the task that asked for it, unless somebody else should have counted."""
    if task.not_by is not None and task.not_by == person_of(context, operation):
        context.flag(
            "same_person",
            expected="another person",
            actual=operation.actor,
            then="counted; the task waits for another person",
        )
        return
    close_task(context, task, "counted")
    close_asked(context, task)


def close_asked(context: Context, task: Task) -> None:
    """The question of a short pick is answered by the count that it asked for."""
    if task.discrepancy is None:
        return
    found = context.picture.get(Discrepancy, (context.site, task.discrepancy))
    if found is not None and found.kind == "short":
        close_discrepancy(context, found.id, "counted")


def counted_key(line: CountLine, look: Look, place: Place | None) -> StockKey:
    """The full stock key of a count line."""
    return find_key(look, line, place=place)


def lift_short_holds(context: Context, place: int) -> None:
    """What a short pick kept from allocation is free again once somebody has counted."""
    for hold in context.picture.listing(Hold, "by_open", (context.site, 1)):
        if hold.place == place and hold.reason == "short":
            context.picture.put(
                replace(hold, open=None, closed_at=context.now, closed_by=context.name)
            )


def tote_needs(operation: StartTote, want: Want, context: Context) -> None:
    """The tote with all that the book has in it, and the shipment it is bound to."""
    unit = want_unit(want, context.site, operation.unit)
    if unit is not None:
        want_count(want, context.site, unit.id, [], context.stamp.earliest)
    want_binding(want, context.site, operation.shipment)


def tote_decide(operation: StartTote, _picture: Picture, context: Context) -> None:
    """Count the tote as empty and bind it."""
    unit = make_unit(context, operation.unit, "tote")
    count(context, unit.id, {}, complete=True, manner=EMPTY_TOTE)
    bind_unit(context, unit, operation.shipment)


def undo_needs(operation: Count | StartTote, want: Want, context: Context) -> None:
    """All counts ever made of the place."""
    code = operation.place if isinstance(operation, Count) else operation.unit
    place = find_place(want, context.site, code)
    if place is not None:
        want_void(want, context.site, place.id)
        if isinstance(operation, Count):
            want.row(PlaceCount, (context.site, place.id))


def undo(operation: Count | StartTote, picture: Picture, context: Context) -> None:
    """Void the count at the point of `context`, and ask for a recount."""
    code = operation.place if isinstance(operation, Count) else operation.unit
    place = find_place(picture, context.site, code)
    if place is not None:
        void_count(context, place.id, context.position)
        if isinstance(operation, Count):
            note_voided(context, place.id)


def tote_undo_needs(operation: StartTote, want: Want, context: Context) -> None:
    """All counts ever made of the tote, and what is in it."""
    undo_needs(operation, want, context)
    binding.undo_needs(operation, want, context)


def tote_undo(operation: StartTote, picture: Picture, context: Context) -> None:
    """Void the count, and free the tote."""
    undo(operation, picture, context)
    binding.undo(operation, picture, context)


COUNT = Activity(Count, needs, decide, undo, undo_needs)
START_TOTE = Activity(StartTote, tote_needs, tote_decide, tote_undo, tote_undo_needs)
