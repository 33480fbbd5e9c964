"""When an operation happened: a pure function of its stream, so that arrival changes nothing.

A device's wall clock is never trusted. Its `clock` lines say what the server's clock read at a
monotonic moment of a boot; every later operation of that boot is that far from the anchor, give or
take half the round trip and the drift of a quartz. In a boot without an anchor the time is
*bounded* by what came before; in a stream that never had one it is *claimed*. Times of one stream
always rise.

What has arrived has happened: a time beyond the server's own present can't be, so it is taken for
the present and for a mere claim. Else a broken clock's count would speak for its place for years.
"""

from msgspec.structs import replace

from device_protocol.operations import Clock, Operation
from server.lane.activity import Stamp
from server.lane.records import Stream

DRIFT_DIVISOR = 20_000
"""A device's clock drifts at most 50 parts in a million."""
UNKNOWN_BOOT = -1
FUTURE_MS_MAX = 300_000
"""A time is believed up to this far beyond the server's present: clocks are not all equal."""


class StreamClock:
    """The clock of one stream while a batch is decided."""

    def __init__(self, stream: Stream) -> None:
        """Go on where the stream stands."""
        self.stream = stream
        self.boot = UNKNOWN_BOOT if stream.boot is None else stream.boot
        self.mono = stream.mono
        self.anchor = stream.anchor
        self.half = stream.half
        self.mid = stream.mid
        self.wall_offset = stream.wall_offset
        self.impossible: int | None = None
        """What the last operation gave as its time, where that can't be."""

    def kept(self, stream: Stream) -> Stream:
        """The stream's row with what was learned."""
        return replace(
            stream,
            boot=None if self.boot == UNKNOWN_BOOT else self.boot,
            mono=self.mono,
            anchor=self.anchor,
            half=self.half,
            mid=self.mid,
            wall_offset=self.wall_offset,
        )

    def of_server(self, now: int) -> Stamp:
        """The time of a server-side operation: now, and later than the one before."""
        self.mid = max(now, self.mid + 1)
        return Stamp(self.mid)

    def of_device(self, operation: Operation, now: int = 0) -> Stamp:
        """The time of a device's operation, which arrived at `now` (0: not known yet)."""
        before = self.mid
        stamp = self._told(operation)
        self.impossible = None
        if not now or stamp.mid <= now + FUTURE_MS_MAX:
            return stamp
        self.impossible = stamp.mid
        self.mid = before
        return self._risen(now, stamp.half, "claimed")

    def _told(self, operation: Operation) -> Stamp:
        """The time as the stream tells it; a `clock` line anchors itself first."""
        if isinstance(operation, Clock) and operation.server is not None:
            self._take_anchor(operation, operation.server)
        if operation.boot == self.boot:
            elapsed = operation.ended - self.mono
            return self._risen(self.anchor + elapsed, self.half + self._drift(elapsed), "anchored")
        if self.boot != UNKNOWN_BOOT:
            # The device was switched on again and has not heard the server since.
            latest = max(self.mid + 1, self.mid + operation.ended)
            return self._risen((self.mid + latest) // 2, (latest - self.mid) // 2, "bounded")
        # How long the device has been on says nothing of the time since its stream was opened.
        return self._risen(self.stream.opened_at, max(0, operation.ended), "claimed")

    def of_unreadable(self) -> Stamp:
        """The time of a line that says nothing: just after the one before."""
        return self._risen(self.mid + 1, 0, "claimed")

    def _take_anchor(self, operation: Clock, server: int) -> None:
        half = max(0, operation.round_trip) // 2 + 1
        elapsed = operation.ended - self.mono
        worn = self.half + self._drift(elapsed)
        # Where the two contradict each other a clock was set, and what it says now is right.
        off = abs(self.anchor + elapsed - (server + half - 1))
        if operation.boot == self.boot and worn <= half and off <= worn + half:
            return
        self.boot = operation.boot
        self.mono = operation.ended
        self.anchor = server + half - 1
        self.half = half
        self.wall_offset = self.anchor - operation.wall if operation.wall else None

    def _drift(self, elapsed: int) -> int:
        return abs(elapsed) // DRIFT_DIVISOR

    def _risen(self, mid: int, half: int, quality: str) -> Stamp:
        self.mid = max(mid, self.mid + 1)
        # Nothing happened before 1970, whatever a broken clock says.
        return Stamp(self.mid, min(half, self.mid), quality)
