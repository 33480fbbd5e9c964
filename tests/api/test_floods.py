"""Token buckets: how much is let in, when there is room again, and what is remembered."""

import pytest

from server.api import floods
from server.api.floods import Buckets, FloodError, Floods
from server.config import Settings

ADDRESS = "10.0.0.7"
CALLER = (ADDRESS, 1_000_001)
OTHER = (ADDRESS, 1_000_002)


class Seconds:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    """Give a clock."""
    return Seconds()


def the_floods(seconds: Seconds) -> Floods:
    """Floods of small limits."""
    settings = Settings(
        device_calls_per_s=2,
        device_calls_burst=4,
        device_operations_per_s=100,
        device_operations_burst=1_000,
        stranger_calls_per_s=1,
        stranger_calls_burst=2,
    )
    return Floods(settings, seconds)


def test_bucket_gives_what_it_holds_and_fills_again(seconds: Seconds) -> None:
    buckets = Buckets(2, 4, seconds)

    assert [buckets.take("a") for _ in range(5)] == [0, 0, 0, 0, 0.5]
    seconds.now += 0.5
    assert [buckets.take("a"), buckets.take("a")] == [0, 0.5]
    seconds.now += 1_000
    assert [buckets.take("a", 4), buckets.take("a", 3), buckets.take("b")] == [0, 1.5, 0]


def test_clock_that_goes_back_takes_nothing_away(seconds: Seconds) -> None:
    buckets = Buckets(2, 4, seconds)
    buckets.take("a")
    seconds.now -= 50

    assert buckets.take("a", 3) == 0


def test_more_than_a_bucket_can_hold_is_let_in_when_it_is_full(seconds: Seconds) -> None:
    buckets = Buckets(2, 4, seconds)

    assert [buckets.take("a", 8), buckets.take("a"), buckets.wait("a")] == [0, 2.5, 2.5]


def test_no_limit_is_no_limit(seconds: Seconds) -> None:
    buckets = Buckets(0, 4, seconds)

    assert {buckets.take("a") for _ in range(100)} == {0}
    assert buckets.wait("a") == 0


def test_several_processes_share_a_limit(seconds: Seconds) -> None:
    processes = 1
    buckets = Buckets(4, 4, seconds, lambda: processes)
    assert [buckets.take("a") for _ in range(5)] == [0, 0, 0, 0, 0.25]

    processes = 2
    seconds.now += 100
    assert [buckets.take("a") for _ in range(3)] == [0, 0, 0.5]

    # Nobody is shut out, however many there are.
    processes = 100
    seconds.now += 100
    assert [buckets.take("a"), buckets.take("a")] == [0, 25]


def test_waiting_takes_nothing(seconds: Seconds) -> None:
    buckets = Buckets(2, 1, seconds)

    assert [buckets.wait("a"), buckets.wait("a"), buckets.take("a"), buckets.wait("a")] == [
        0,
        0,
        0,
        0.5,
    ]


def test_names_do_not_fill_the_memory(seconds: Seconds, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(floods, "REMEMBERED_MAX", 3)
    buckets = Buckets(1, 1, seconds)
    for name in "abca":
        buckets.take(name)
    buckets.take("d")
    kept = the_floods(seconds)
    for number in range(5):
        kept.recognised((ADDRESS, number))

    assert len(buckets) == 3
    # The one not used for longest was forgotten, and is full again.
    assert [bool(buckets.wait(name)) for name in "acdb"] == [True, True, True, False]
    assert [kept.knows((ADDRESS, number)) for number in range(5)] == [False] * 2 + [True] * 3


def test_device_that_calls_too_much_waits_and_its_neighbour_does_not(seconds: Seconds) -> None:
    kept = the_floods(seconds)
    for _ in range(4):
        kept.admit(CALLER)

    with pytest.raises(FloodError, match="Device 1000001 calls too much; go on in 1 s") as told:
        kept.admit(CALLER)
    kept.admit(OTHER)

    assert (told.value.retry_after_s, told.value.status) == (1, 429)
    seconds.now += 0.5
    kept.admit(CALLER)


def test_operations_are_counted_besides_calls(seconds: Seconds) -> None:
    kept = the_floods(seconds)
    kept.admit(CALLER, operations=900)

    with pytest.raises(FloodError, match="go on in 3 s"):
        kept.admit(CALLER, operations=400)
    kept.admit(CALLER, operations=100)


def test_forged_calls_from_elsewhere_take_nothing_from_a_device(seconds: Seconds) -> None:
    kept = the_floods(seconds)
    for _ in range(4):
        kept.admit(("192.0.2.1", CALLER[1]))

    kept.admit(CALLER)


@pytest.mark.parametrize("status", sorted(floods.STRANGE))
def test_address_of_bad_calls_lets_in_only_whom_it_knows(seconds: Seconds, status: int) -> None:
    kept = the_floods(seconds)
    kept.note(ADDRESS, CALLER, 200)
    kept.note(ADDRESS, OTHER, status)
    kept.note(ADDRESS, None, status)

    with pytest.raises(FloodError, match=r"The address 10\.0\.0\.7"):
        kept.admit(OTHER)
    with pytest.raises(FloodError, match=r"The address 10\.0\.0\.7"):
        kept.admit_stranger(ADDRESS)
    kept.admit(CALLER)
    kept.admit(("10.0.0.8", OTHER[1]))
    seconds.now += 1
    kept.admit(OTHER)


def test_what_a_known_device_does_wrong_is_not_its_neighbours_fault(seconds: Seconds) -> None:
    kept = the_floods(seconds)
    kept.note(ADDRESS, CALLER, 200)
    for status in (401, 404, 409, 500, 409):
        kept.note(ADDRESS, CALLER, status)
        kept.note(ADDRESS, None, 409)

    kept.admit(OTHER)
