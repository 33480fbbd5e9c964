"""Parked lines decided later: by a program that can read them, or by a supervisor.

1. A line that could not be read, or at which a fault of ours came, was stored and parked: goods
   were moved that the book does not show.
2. A newer program tries it again by itself; a supervisor may ask for it, and alone may have the
   line of a revoked device applied.
3. If it means something now, it is decided as of its own place and time: its movements name it and
   stand where they would have stood, as those of any late fact. Its outcome stays what it was; the
   decision is a resolution that names it, and there is one for good.
4. If not, nothing changes. An intent is refused: whoever asked has not waited for the answer.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec
import structlog

from device_protocol.codec import Undecodable
from device_protocol.messages import Outcome
from device_protocol.operations import Operation
from server.identity.actors import check_actor, want_actor
from server.lane.activity import Activity, Context, Stamp, asker
from server.lane.message import Message
from server.lane.picture import NotLoadedError, Picture
from server.lane.reading import Reader, reader
from server.lane.records import MovedLine, StoredOperation
from server.lane.want import Want
from server.planning.records import Resolution
from server.tasks.origins import TAKEN_BEFORE, moved_key, taken_before, want_origin
from server.tasks.resolving import PARKED, parked_key, record

log = structlog.get_logger()

Activities = Callable[[], Mapping[type, Activity]]
STILL_PARKED = b'{"outcome":"refused","code":"still_parked"'
"""How the outcome of a request begins that changed nothing, as it is stored."""
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Outcome).decode
TOO_LATE = Outcome("refused", "too_late", then="ask again while online")
TAKEN_BEFORE_OUTCOME = _decode(TAKEN_BEFORE)


class Reconsider(Message, frozen=True, kw_only=True, tag="reconsider"):
    """Decide a parked line now; `apply` has it applied though its device was revoked."""

    stream: int
    epoch: int
    seq: int
    apply: bool = False
    note: str = ""


class StillParkedError(Exception):
    """The line can't be decided by this program either; its argument is the code."""


class Reconsidering:
    """Asks the line's own activity, as if it had come only now."""

    def __init__(self, activities: Activities) -> None:
        """Know the activities by message, once they are all there."""
        self.activities = activities
        self._read: Reader | None = None

    def needs(self, message: Reconsider, want: Want, context: Context) -> Iterator[None]:
        """The line, whether it was resolved before, and what deciding it reads."""
        key = (context.site, message.stream, message.epoch, message.seq)
        want.row(StoredOperation, key)
        yield
        original = want.row(StoredOperation, key)
        if original is None or not original.outcome.startswith(PARKED):
            return
        want.row(Resolution, parked_key(original))
        operation = self.told(original)
        if isinstance(operation, Undecodable | Reconsider):
            return
        later = as_it_came(context, original)
        want.row(MovedLine, moved_key(later, original.hash))
        if isinstance(operation, Operation):
            want_actor(want, later, operation)
            want_origin(want, later, operation)
        activity = self.activities().get(type(operation))
        if activity is None:
            return
        ask = asker(activity, operation, later)
        while not ask(want):
            yield

    def decide(self, message: Reconsider, picture: Picture, context: Context) -> None:
        """Decide the line, once."""
        original = picture.get(
            StoredOperation, (context.site, message.stream, message.epoch, message.seq)
        )
        if original is None or not original.outcome.startswith(PARKED):
            context.refuse("not_parked", actual=f"{message.stream}/{message.epoch}/{message.seq}")
            return
        site, subject, name = parked_key(original)
        if picture.get(Resolution, (site, subject, name)) is not None:
            context.refuse("already_closed", actual=name)
            return
        if _decode(original.outcome).code == "revoked" and not message.apply:
            context.refuse("revoked", actual=name, then="have it applied, or set it aside")
            return
        mark = picture.mark()
        later = as_it_came(context, original)
        try:
            decision = self.decided(original, picture, later)
        except StillParkedError as error:
            picture.roll_back(mark)
            context.refuse("still_parked", actual=str(error), then="kept until it can be read")
            return
        if later.refusal is not None:
            picture.roll_back(mark)
        context.flags += later.flags
        context.grant = {"outcome": decision.outcome, "code": decision.code}
        record(context, subject, name, message.note, _encode(decision))

    def decided(self, original: StoredOperation, picture: Picture, later: Context) -> Outcome:
        """What the line means at its own place; StillParkedError where that can't be said."""
        operation = self.told(original)
        if isinstance(operation, Undecodable | Reconsider):
            raise StillParkedError(getattr(operation, "code", "no_fact"))
        if picture.get(MovedLine, moved_key(later, original.hash)) is not None:
            return TAKEN_BEFORE_OUTCOME
        if getattr(operation, "intent", False):
            return TOO_LATE
        activity = self.activities().get(type(operation))
        try:
            if isinstance(operation, Operation) and taken_before(operation, picture, later):
                return TAKEN_BEFORE_OUTCOME
            if activity is not None:
                activity.decide(operation, picture, later)
            if isinstance(operation, Operation) and not later.refusal:
                check_actor(later, operation)
        except NotLoadedError:
            raise
        except Exception as error:
            log.exception("decision_failed", operation=later.name, site=later.site)
            raise StillParkedError("internal_error") from error
        if later.parking is not None:
            raise StillParkedError(later.parking.code)
        return later.outcome()

    def told(self, original: StoredOperation) -> Any:  # noqa: ANN401 - a message of any activity.
        """What the line says to this program."""
        if self._read is None:
            self._read = reader(self.activities())
        return self._read(original.stream, original.line)


def as_it_came(context: Context, original: StoredOperation) -> Context:
    """The context in which the line would have been decided, but for the moment."""
    return Context(
        context.picture,
        site=original.site,
        stream=original.stream,
        epoch=original.epoch,
        seq=original.seq,
        stamp=Stamp(original.occurred_at, original.uncertainty, original.quality),
        now=context.now,
    )


def reconsider_activity(activities: Activities) -> Activity:
    """Trying again whatever there is."""
    reconsidering = Reconsidering(activities)
    return Activity(Reconsider, reconsidering.needs, reconsidering.decide)
