"""Undo of an own operation.

The original stays as it was recorded; compensating movements that name it take the goods back, at
the same point of the floor order, so that a count in between absorbs both. What the activity did
besides movements (pick lines, bindings, counts) it takes back itself. Goods that have gone on since
leave a negative balance, and so a discrepancy. Undoing twice changes nothing. Of a line that was
archived since, only its movements are known: they are taken back, and the rest is flagged.
"""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import replace

from device_protocol.codec import decode_line
from device_protocol.operations import Undo
from server.lane.activity import Activity, Context, Stamp
from server.lane.archived import is_remainder, origin_of
from server.lane.picture import Picture
from server.lane.records import MovedLine, StoredOperation
from server.lane.want import Look, Want
from server.ledger.posting import balance_of, is_physical, point_at, post_back, want_posting
from server.ledger.records import Movement, Stock, Unit
from server.planning.records import Resolution, Undone
from server.tasks.origins import TAKEN_BEFORE
from server.tasks.resolving import PARKED, parked_key, record

Activities = Callable[[], Mapping[type, Activity]]
LINE_ARCHIVED = "line_archived"
"""The flag of an undo whose original stood in an archive; `actual` names that."""


def find_original(operation: Undo, look: Look, context: Context) -> StoredOperation | None:
    """The operation to be undone: always one of the same device, where it was taken."""
    epoch = context.epoch if operation.epoch is None else operation.epoch
    if epoch == context.epoch and operation.again is None:
        # Another line that a copy of the device offered again may have had the same number.
        origin = (context.site, context.stream, epoch, operation.seq)
        original = look.row(StoredOperation, origin)
    else:
        original = find_line(look, context, epoch, operation.seq)
    if original is None or decision_of(look, original) != TAKEN_BEFORE:
        return original
    again = origin_of(original.line)
    if again is None:
        # It came in its old epoch after its repeat in a later one had been taken.
        return find_line(look, context, original.epoch, original.seq, original.hash.hex())
    return find_line(look, context, again.epoch, again.seq, again.hash)


def find_line(
    look: Look, context: Context, epoch: int, seq: int, line_hash: str = ""
) -> StoredOperation | None:
    """What was stored of a line of the device, wherever it came in at last.

    Copies of a device share epochs and numbers, and a restored server gives an epoch twice. So the
    line meant is rather the one that was offered again in the stream in which the undo was.
    """
    origin = (context.site, context.stream, epoch, seq)
    for moved in look.listing(MovedLine, "by_origin", origin):
        # An undo may claim to be the very line that it undoes; it is not stored yet.
        itself = (moved.epoch, moved.seq) == (context.epoch, context.seq)
        if line_hash in ("", moved.hash) and not itself:
            origin = (context.site, context.stream, moved.epoch, moved.seq)
            if moved.epoch == context.epoch:
                break
    return look.row(StoredOperation, origin)


def resolution_of(look: Look, original: StoredOperation) -> Resolution | None:
    """What became of the original later, if it was parked."""
    if not original.outcome.startswith(PARKED):
        return None
    return look.row(Resolution, parked_key(original))


def decision_of(look: Look, original: StoredOperation) -> bytes:
    """The outcome of the original, or of its later decision."""
    resolution = resolution_of(look, original)
    return (resolution and resolution.decision) or original.outcome


def moved_by(look: Look, original: StoredOperation) -> StoredOperation | None:
    """The operation whose movements are the original's; None where it is parked, or set aside."""
    if not original.outcome.startswith(PARKED):
        return original
    resolution = resolution_of(look, original)
    if resolution is None or resolution.decision is None:
        return None
    stream, epoch, seq = map(int, resolution.resolved_by.split("/"))
    return look.row(StoredOperation, (original.site, stream, epoch, seq))


def key_of(original: StoredOperation) -> tuple[int, int, int, int]:
    """The key under which an operation is undone once."""
    return (original.site, original.stream, original.epoch, original.seq)


def at_original(
    context: Context, original: StoredOperation, moved_by_it: StoredOperation
) -> Context:
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
    moved.undoes = moved_by_it
    return moved


class Undoing:
    """The undo, which asks the original's own activity for what movements do not say."""

    def __init__(self, activities: Activities) -> None:
        """Know the activities by message, once they are all there."""
        self.activities = activities

    def needs(self, operation: Undo, want: Want, context: Context) -> None:
        """The original, whether it was undone before, and what taking it back reads."""
        original = find_original(operation, want, context)
        if original is None:
            return
        want.row(Undone, key_of(original))
        moved = moved_by(want, original)
        if moved is None:
            return
        want_movements(want, moved)
        undone, activity = self.told(original)
        if activity is not None and activity.undo_needs is not None:
            activity.undo_needs(undone, want, at_original(context, original, moved))

    def decide(self, operation: Undo, picture: Picture, context: Context) -> None:
        """Take the original back, once."""
        original = find_original(operation, picture, context)
        if original is None:
            context.flag("nothing_to_undo", actual=operation.seq)
            return
        undone, activity = self.told(original)
        if picture.get(Undone, key_of(original)) is not None or isinstance(undone, Undo):
            context.flag("already_undone", actual=operation.seq, then="nothing was changed")
            return
        if is_remainder(original.line):
            name = f"{original.stream}/{original.epoch}/{original.seq}"
            context.flag(LINE_ARCHIVED, actual=name, then="its goods are taken back, not its work")
        picture.put(Undone(*key_of(original), context.epoch, context.seq))
        moved = moved_by(picture, original)
        if moved is None:
            withdraw(original, picture, context)
            return
        take_back(moved, picture, context)
        if activity is not None and activity.undo is not None:
            activity.undo(undone, picture, at_original(context, original, moved))

    def told(self, original: StoredOperation) -> tuple[Any, Activity | None]:
        """What the original said, and the activity that took it."""
        if is_remainder(original.line):
            return None, None
        operation = decode_line(original.line)
        return operation, self.activities().get(type(operation))


def undo_activity(activities: Activities) -> Activity:
    """The undo of every activity that there is."""
    undoing = Undoing(activities)
    return Activity(Undo, undoing.needs, undoing.decide)


def want_movements(want: Want, original: StoredOperation) -> None:
    """Name the movements of an operation, and what posting them back reads."""
    site = original.site
    for number in range(original.first_movement, original.first_movement + original.movements):
        movement = want.row(Movement, (site, number))
        if movement is not None:
            earliest = movement.occurred_at - movement.uncertainty
            for stock in {movement.stock, movement.stock_to}:
                want_posting(want, site, movement.target, movement.source, stock, earliest)
            piece = want.row(Stock, (site, movement.stock))
            if piece is not None and piece.unit is not None:
                want.row(Unit, (site, piece.unit))


def withdraw(original: StoredOperation, picture: Picture, context: Context) -> None:
    """A parked operation had no effect: nobody need look at it any more."""
    site, subject, name = parked_key(original)
    if picture.get(Resolution, (site, subject, name)) is None:
        record(context, subject, name, "withdrawn on the device")


def take_back(original: StoredOperation, picture: Picture, context: Context) -> None:
    """Post the compensating movements, last first."""
    last = original.first_movement + original.movements
    for number in range(last - 1, original.first_movement - 1, -1):
        movement = picture.need(Movement, (context.site, number))
        if movement.cause != "fact":
            continue
        post_back(context, movement)
        lead_back(context.picture, movement)
        left = balance_of(context, movement.target, movement.stock_to).quantity
        if left < 0 and is_physical(movement.target):
            context.flag("goods_gone_on", then="a discrepancy is open")


def lead_back(picture: Picture, movement: Movement) -> None:
    """A unit that nobody saw later was last seen where the undone movement took it."""
    piece = picture.need(Stock, (movement.site, movement.stock))
    if piece.unit is None:
        return
    unit = picture.need(Unit, (movement.site, piece.unit))
    if (unit.seen_at, unit.seen_stream, unit.seen_epoch) == point_at(movement).order:
        source = movement.source if is_physical(movement.source) else None
        picture.put(replace(unit, seen_place=source))
