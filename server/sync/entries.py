"""One new operation of a batch: how it is named, decided and stored.

A fault of ours in one decision takes back that decision alone and parks the operation.
"""

from collections.abc import Callable
from typing import Any

import msgspec
import structlog

from device_protocol.codec import Undecodable
from device_protocol.messages import Outcome
from device_protocol.operations import Operation
from server.identity.actors import check_actor, want_actor
from server.lane.activity import Activity, Context, asker
from server.lane.lane import Load
from server.lane.picture import NotLoadedError, Picture
from server.lane.records import MovedLine, StoredOperation
from server.lane.want import Want
from server.sync.batches import PARKED_FAULT
from server.tasks.origins import TAKEN_BEFORE, MovedKey, taken_before, want_origin

log = structlog.get_logger()

_encode = msgspec.json.Encoder().encode
_APPLIED = _encode(Outcome("applied"))
UNREAD_THEN = "kept until it can be read"
REVOKED_THEN = "a supervisor resolves it"


class Entry:
    """One new operation of a batch: decoded once, with its context."""

    __slots__ = (
        "activity",
        "ask",
        "context",
        "impossible",
        "line",
        "moved",
        "operation",
        "settled",
    )

    def __init__(
        self,
        line: bytes,
        operation: Any,  # noqa: ANN401 - what a line said, of any activity.
        activity: Activity | None,
        context: Context,
    ) -> None:
        """Begin with everything still to be named."""
        self.line = line
        self.operation = operation
        self.activity = activity
        self.context = context
        self.settled = activity is None
        self.impossible: int | None = None
        """The time that it gave, where that can't be; the book then takes another."""
        self.moved: MovedKey | None = None
        """What tells whether the line was taken by its repeat already; None in the latest epoch."""
        self.ask = asker(activity, operation, context) if activity is not None else None


def decide_one(entry: Entry, picture: Picture, load: Load) -> bytes:
    """Decide one operation; a fault of ours takes back this decision alone and parks it."""
    operation, activity, context = entry.operation, entry.activity, entry.context
    if isinstance(operation, Undecodable):
        return unread(operation)
    if activity is None:
        return _APPLIED
    mark = picture.mark()
    try:
        return attempt(entry, activity, picture, mark)
    except NotLoadedError:
        # A neighbour of this group changed what the operation refers to: look again.
        context.forget()
        load(again(entry, activity))
    try:
        return attempt(entry, activity, picture, mark)
    except NotLoadedError:
        log.exception("decision_unloaded", operation=context.name, site=context.site)
        return PARKED_FAULT


def unread(operation: Undecodable) -> bytes:
    """The outcome of a line that nobody can read yet."""
    return _encode(Outcome("parked", operation.code, actual=operation.detail, then=UNREAD_THEN))


def kept_back(operation: Any) -> bytes:  # noqa: ANN401 - see Entry.
    """The outcome of a line of a revoked device; it also says what could not be read."""
    actual = operation.code if isinstance(operation, Undecodable) else ""
    return _encode(Outcome("parked", "revoked", actual=actual, then=REVOKED_THEN))


def is_repeat(entry: Entry, picture: Picture) -> bool:
    """Whether the line stands for an act that another line brought before."""
    if entry.moved is not None and picture.get(MovedLine, entry.moved) is not None:
        return True
    operation = entry.operation
    return isinstance(operation, Operation) and taken_before(operation, picture, entry.context)


def attempt(entry: Entry, activity: Activity, picture: Picture, mark: int) -> bytes:
    """Decide on what is loaded; whatever goes wrong leaves nothing behind."""
    operation, context = entry.operation, entry.context
    try:
        if is_repeat(entry, picture):
            return TAKEN_BEFORE
        activity.decide(operation, picture, context)
        if isinstance(operation, Operation) and not context.refusal:
            check_actor(context, operation)
    except NotLoadedError:
        picture.roll_back(mark)
        raise
    except Exception:
        picture.roll_back(mark)
        log.exception("decision_failed", operation=context.name, site=context.site)
        return PARKED_FAULT
    if context.refusal or context.parking:
        picture.roll_back(mark)
    elif entry.impossible is not None:
        context.flag("impossible_time", expected=context.now, actual=entry.impossible)
    return _APPLIED if context.is_plain else _encode(context.outcome())


def again(entry: Entry, activity: Activity) -> Callable[[Want], object]:
    """Name anew what one operation reads, with its actor and origin."""
    ask = asker(activity, entry.operation, entry.context)

    def names(want: Want) -> None:
        if isinstance(entry.operation, Operation):
            want_actor(want, entry.context, entry.operation)
            want_origin(want, entry.context, entry.operation)
        if entry.moved is not None:
            want.row(MovedLine, entry.moved)
        ask(want)

    return names


def stored_operation(  # noqa: PLR0917 - an operation is these facts.
    context: Context, number: int, head: bytes, line: bytes, outcome: bytes, moves: tuple[int, int]
) -> StoredOperation:
    """The line with its first and only outcome; `moves` are its first movement and how many."""
    stamp = context.stamp
    return StoredOperation(
        context.site,
        context.stream,
        context.epoch,
        context.seq,
        number,
        head,
        line,
        outcome,
        stamp.mid,
        stamp.half,
        stamp.quality,
        *moves,
    )
