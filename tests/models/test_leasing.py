"""The lease model within its bounds, and the wrong designs that it must catch."""

import pytest
from msgspec.structs import replace

from server.lane.activity import Context
from server.planning import leases
from server.planning.records import Package
from tests.models import leasing
from tests.models.explorer import CounterexampleError, explore
from tests.models.leasing import Bearer, Bounds, Leasing, Line

WITHIN = {
    "lost answers": (Bounds(steps=4, lines=2), 40_000),
    "reboots, a supervisor": (Bounds(steps=4, lines=1, reboots=1, suspensions=1), 20_000),
    "more lines": (Bounds(steps=1, lines=3, losses=0), 10_000),
}
"""Bounds, and how many states there are within at least."""


@pytest.mark.parametrize("name", WITHIN)
def test_fences_tell_holders_apart_and_no_fact_is_refused(name: str) -> None:
    bounds, states = WITHIN[name]

    assert explore(Leasing(bounds)).states >= states


def must_be_caught(bounds: Bounds) -> str:
    """Search for the fault; answer what was found, with the way there in its test's output."""
    with pytest.raises(CounterexampleError) as told:
        explore(Leasing(bounds))
    print(told.value)  # noqa: T201 - the trace is the test's result.
    return told.value.why


def test_renewal_that_raises_the_fence_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    lease = leases.lease

    def raising(context: Context, package: Package) -> None:
        lease(context, replace(package, fence=package.fence + 1))

    monkeypatch.setattr(leases, "lease", raising)

    assert must_be_caught(Bounds(steps=0, lines=2)) == (
        "a fence rises by takeovers, and by nothing else"
    )


def test_takeover_without_grace_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "GRACE_MS", -leases.LEASE_MS // 2)

    assert must_be_caught(Bounds(steps=4, lines=1)) == (
        "two devices count the same lease as running"
    )


def test_lease_that_counts_from_when_it_was_heard_of_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    granted = leasing.granted

    def late(bearer: Bearer, line: Line, grant: bytes, now: int) -> bytes:
        return granted(bearer, line._replace(written=now), grant, now)

    monkeypatch.setattr(leasing, "granted", late)

    assert must_be_caught(Bounds(steps=4, lines=1)) == (
        "two devices count the same lease as running"
    )


def test_intent_that_never_grows_old_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "is_late", lambda _operation, _context: False)

    assert must_be_caught(Bounds(steps=4, lines=1)) == "an intent was granted too late"
