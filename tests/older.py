"""An older program: it does not know a kind of operation that today's program reads."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from device_protocol.codec import Undecodable, decode_line
from device_protocol.operations import Operation
from server.activities import ACTIVITIES
from server.lane import reading
from server.lane.activity import Activity
from server.tasks.reconsidering import Reconsider


def blind_to(*kinds: str) -> Callable[[bytes], Operation | Undecodable]:
    """A decoder that knows all kinds but some."""

    def read(line: bytes) -> Operation | Undecodable:
        known = decode_line(line)
        for kind in kinds:
            if b'"kind":"%s"' % kind.encode() in line:
                return Undecodable("unknown_kind", kind)
        return known

    return read


@contextmanager
def older_program(*kinds: str) -> Iterator[None]:
    """While it runs, nobody reads lines of these kinds."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(reading, "decode_line", blind_to(*kinds))
        yield


@contextmanager
def program_of(*activities: Activity) -> Iterator[None]:
    """While it runs, parked lines are decided by these activities, and nobody knows others."""
    (reconsider,) = (each for each in ACTIVITIES if each.message is Reconsider)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("server.activities.ACTIVITIES", activities)
        patched.setattr(reconsider.needs.__self__, "_read", None)  # type: ignore[attr-defined]
        yield
