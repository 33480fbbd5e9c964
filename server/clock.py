"""Time as whole milliseconds since 1970 UTC, passed in so that tests and replays own it."""

import re
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_NS_A_MS = 1_000_000
_RFC3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)


class Clock(Protocol):
    """Whatever tells the time."""

    def now(self) -> int:
        """Answer the milliseconds since 1970 UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> int:
        """Answer the milliseconds since 1970 UTC."""
        return time.time_ns() // 1_000_000


class SteadyClock:
    """The machine's clock, which may be set while the server runs: its time never goes back.

    A step forwards is followed. After a step back it runs a tenth slower than time, until the
    machine's clock has caught up: so what was promised for a while still ends, and what a device
    tells of its time still fits. It also takes up the latest time that the book has seen, which may
    come from another machine or from before a restart.
    """

    def __init__(
        self,
        wall_ns: Callable[[], int] = time.time_ns,
        passed_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        """Begin with the machine's time; `passed_ns` counts on whatever is set."""
        self._wall_ns = wall_ns
        self._passed_ns = passed_ns
        self._lock = threading.Lock()
        self._read_at = passed_ns()
        self._told = wall_ns()

    def now(self) -> int:
        """Answer the milliseconds since 1970 UTC."""
        with self._lock:
            read_at = self._passed_ns()
            slow = self._told + (read_at - self._read_at) * 9 // 10
            self._read_at = read_at
            self._told = max(self._wall_ns(), slow)
            return self._told // _NS_A_MS

    def hear(self, ms: int) -> None:
        """Take up a time that is later than one's own."""
        with self._lock:
            self._told = max(self._told, ms * _NS_A_MS)


class FixedClock:
    """A clock that stands until it is moved."""

    def __init__(self, start: int = 0) -> None:
        """Begin at a number of milliseconds since 1970 UTC."""
        self._now = start

    def now(self) -> int:
        """Answer the milliseconds since 1970 UTC."""
        return self._now

    def advance(self, ms: int) -> None:
        """Move on by so many milliseconds."""
        self._now += ms


def is_due(last: int, now: int, every_ms: int) -> bool:
    """Say whether an interval is over; a clock that was set back has ended it, too."""
    return not 0 <= now - last < every_ms


def to_rfc3339(ms: int) -> str:
    """Show a time as RFC 3339 in UTC with milliseconds.

    >>> to_rfc3339(1_291_191_960_000)
    '2010-12-01T08:26:00.000Z'
    """
    moment = _EPOCH + ms * _MILLISECOND
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_rfc3339(text: str) -> int:
    """Read an RFC 3339 time with its offset; anything else is a ValueError.

    >>> from_rfc3339("2010-12-01T09:26:00+01:00")
    1291191960000
    """
    if not _RFC3339.fullmatch(text):
        msg = f"{text!r} is no RFC 3339 time, like 2010-12-01T08:26:00Z"
        raise ValueError(msg)
    try:
        # In UTC, as it is shown: an offset may carry it out of the years that there are.
        moment = datetime.fromisoformat(text.upper()).astimezone(UTC)
        return (moment - _EPOCH) // _MILLISECOND
    except (ValueError, OverflowError):
        msg = f"{text!r} is no moment that exists"
        raise ValueError(msg) from None
