"""What one kind of operation means: the message it is, what it needs to see, how it is decided."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import msgspec

from device_protocol.messages import Outcome
from server.lane.picture import Picture
from server.lane.records import Lane, OutboxHead, Outgoing, StoredOperation
from server.lane.want import Want

NETWORK = 0
DESK = 1
IMPORT = 2
TIMER = 3
OUTBOX = 10
"""Stream of the outbox of site 0; that of site n is 10 + n."""
DEVICES = 1_000_000
"""The first device of site n is n · 1,000,000 + 1; site 0 has none."""


class Stamp(NamedTuple):
    """When something happened: `mid` ± `half`, ms since 1970 UTC, and how well that is known."""

    mid: int
    half: int = 0
    quality: str = "anchored"

    @property
    def earliest(self) -> int:
        """The beginning of the interval."""
        return self.mid - self.half

    @property
    def latest(self) -> int:
        """The end of the interval."""
        return self.mid + self.half


class Flag(NamedTuple):
    """Why a fact was flagged: a stable code, what was expected, what came, what happens next."""

    code: str
    expected: str = ""
    actual: str = ""
    then: str = ""


class Context:
    """The operation being decided: its place in the stream, its time, and what is said of it."""

    def __init__(
        self,
        picture: Picture,
        *,
        site: int,
        stream: int,
        epoch: int,
        seq: int,
        stamp: Stamp,
        now: int,
    ) -> None:
        """Begin a decision."""
        self.picture = picture
        self.site = site
        self.stream = stream
        self.epoch = epoch
        self.seq = seq
        self.stamp = stamp
        self.now = now
        self.flags: list[Flag] = []
        self.refusal: Flag | None = None
        self.parking: Flag | None = None
        self.grant: dict[str, Any] | None = None
        self.undoes: StoredOperation | None = None
        """In an undo, the operation whose movements are taken back."""

    @property
    def position(self) -> tuple[int, int, int]:
        """Its point in the floor order."""
        return (self.stamp.mid, self.stream, self.epoch)

    @property
    def name(self) -> str:
        """How other records name this operation."""
        return f"{self.stream}/{self.epoch}/{self.seq}"

    def new_id(self) -> int:
        """The next id of the site."""
        lane = self.picture.need(Lane, (self.site,))
        given = lane.last_id + 1
        self.picture.put(msgspec.structs.replace(lane, last_id=given))
        return given

    def flag(self, code: str, expected: object = "", actual: object = "", then: str = "") -> None:
        """Say that the fact was posted and somebody has to look."""
        self.flags.append(Flag(code, str(expected), str(actual), then))

    def refuse(self, code: str, expected: object = "", actual: object = "", then: str = "") -> None:
        """Refuse an intent."""
        self.refusal = Flag(code, str(expected), str(actual), then)

    def park(self, code: str, expected: object = "", actual: object = "", then: str = "") -> None:
        """Keep the operation without applying it."""
        self.parking = Flag(code, str(expected), str(actual), then)

    def want_outbox(self, want: Want, target: int) -> None:
        """Name what sending to `target` reads."""
        want.row(OutboxHead, (self.site, target))

    def send(self, target: int, message: msgspec.Struct) -> None:
        """Hand a message to a lane, exactly once, after this commit."""
        head = self.picture.get(OutboxHead, (self.site, target)) or OutboxHead(self.site, target, 0)
        seq = head.last + 1
        self.picture.put(OutboxHead(self.site, target, seq))
        self.picture.add(Outgoing(self.site, target, seq, msgspec.json.encode(message)))

    def forget(self) -> None:
        """Begin the decision anew."""
        self.flags.clear()
        self.refusal = self.parking = self.grant = None

    @property
    def is_plain(self) -> bool:
        """Whether there is nothing to say of it but that it was applied."""
        return not self.flags and not (self.refusal or self.parking) and self.grant is None

    def outcome(self) -> Outcome:
        """What the decision came to."""
        for status, told in (("parked", self.parking), ("refused", self.refusal)):
            if told is not None:
                return Outcome(status, *told)  # type: ignore[arg-type]
        if self.flags:
            return Outcome("flagged", *self.flags[0], grant=self.grant)
        return Outcome("applied", grant=self.grant)


class Activity(NamedTuple):
    """One kind of operation."""

    message: type[msgspec.Struct]
    needs: Callable[[Any, Want, Context], Iterator[None] | None]
    """Names what the decision reads. A plain function is asked again each round; a generator goes
    on where it yielded, which is cheaper where thousands are decided at once."""
    decide: Callable[[Any, Picture, Context], None]
    undo: Callable[[Any, Picture, Context], None] | None = None
    """Takes back what `decide` did besides movements; None where movements are all."""
    undo_needs: Callable[[Any, Want, Context], None] | None = None


def asker(activity: Activity, operation: Any, context: Context) -> Callable[[Want], bool]:  # noqa: ANN401 - see Activity.
    """What to call once per round of loading; it answers whether it has nothing more to name."""
    steps: Iterator[None] | None = None

    def ask(want: Want) -> bool:
        nonlocal steps
        before = want.asked
        if steps is None:
            steps = activity.needs(operation, want, context)
            if steps is None:
                return want.asked == before
        # A step that names nothing new need not wait for the round.
        while next(steps, DONE) is not DONE:
            if want.asked != before:
                return False
        return True

    return ask


DONE = object()
"""What a generator of needs that has ended gives."""
