"""Undo of an own operation.

The original stays as it was recorded; compensating movements that name it take the goods back, at
the same point of the floor order, so that a count in between absorbs both. What the activity did
besides movements (pick lines, bindings, counts) it takes back itself. Goods that have gone on since
leave a negative balance, and so a discrepancy. Undoing twice changes nothing.
"""

from collections.abc import Callable, Mapping
from typing import Any

from device_protocol.codec import Undecodable, decode_line
from device_protocol.operations import Undo
from server.lane.activity import Activity, Context, Stamp
from server.lane.picture import Picture
from server.lane.records import MovedLine, StoredOperation
from server.lane.want import Look, Want
from server.ledger.posting import Point, balance_of, post, want_posting
from server.ledger.records import Movement
from server.tasks.records import Undone

PARKED = b'{"outcome":"parked"'
Activities = Callable[[], Mapping[type, Activity]]


def key_named(operation: Undo, look: Look, context: Context) -> tuple[int, int, int, int]:
    """The key of the operation to be undone: always one of the same device, where its line stands now."""
    epoch = context.epoch if operation.epoch is None else operation.epoch
    origin = (context.site, context.stream, epoch, operation.seq)
    moved = look.listing(MovedLine, "by_origin", origin)
    if moved:
        return (context.site, context.stream, moved[-1].epoch, moved[-1].seq)
    return origin


def at_original(context: Context, original: StoredOperation) -> Context:
    """The context of the undo, at the original's point of the floor order."""
    moved = Context(
        context.picture,
        site=context.site,
        stream=context.stream,
        epoch=original.epoch,
        seq=context.seq,
        stamp=Stamp(original.occurred_at, original.uncertainty, original.quality),
        now=context.now,
    )
    moved.flags = context.flags
    return moved


def undo_activity(activities: Activities) -> Activity:
    """The undo, which asks the original's own activity for what movements do not say."""

    def needs(operation: Undo, want: Want, context: Context) -> None:
        key = key_named(operation, want, context)
        want.row(Undone, key)
        original = want.row(StoredOperation, key)
        if original is None:
            return
        want_movements(want, original)
        undone, activity = told(original)
        if activity is not None and activity.undo_needs is not None:
            activity.undo_needs(undone, want, at_original(context, original))

    def decide(operation: Undo, picture: Picture, context: Context) -> None:
        key = key_named(operation, picture, context)
        original = picture.get(StoredOperation, key)
        if original is None:
            context.flag("nothing_to_undo", actual=operation.seq)
            return
        undone, activity = told(original)
        if picture.get(Undone, key) is not None or isinstance(undone, Undo):
            context.flag("already_undone", actual=operation.seq, then="nothing was changed")
            return
        picture.put(Undone(*key, context.epoch, context.seq))
        if original.outcome.startswith(PARKED):
            # It was never applied: noting that it is withdrawn is all there is to do.
            return
        take_back(original, picture, context)
        if activity is not None and activity.undo is not None:
            activity.undo(undone, picture, at_original(context, original))

    def told(original: StoredOperation) -> tuple[Any, Activity | None]:
        operation = decode_line(original.line)
        if isinstance(operation, Undecodable):
            return operation, None
        return operation, activities().get(type(operation))

    return Activity(Undo, needs, decide)


def want_movements(want: Want, original: StoredOperation) -> None:
    """Name the movements of an operation, and what posting them back reads."""
    site = original.site
    for number in range(original.first_movement, original.first_movement + original.movements):
        movement = want.row(Movement, (site, number))
        if movement is not None:
            earliest = movement.occurred_at - movement.uncertainty
            for stock in {movement.stock, movement.stock_to}:
                want_posting(want, site, movement.target, movement.source, stock, earliest)


def take_back(original: StoredOperation, picture: Picture, context: Context) -> None:
    """Post the compensating movements, last first."""
    last = original.first_movement + original.movements
    for number in range(last - 1, original.first_movement - 1, -1):
        movement = picture.need(Movement, (context.site, number))
        if movement.cause != "fact":
            continue
        point = Point(movement.occurred_at, movement.uncertainty, movement.stream, movement.epoch)
        post(
            context,
            movement.target,
            movement.source,
            movement.stock_to,
            movement.quantity,
            stock_to=movement.stock,
            cause="undo",
            mends=number,
            point=point,
        )
        if balance_of(context, movement.target, movement.stock_to).quantity < 0:
            context.flag("goods_gone_on", then="a discrepancy is open")
