"""Tests of time."""

import pytest

from server.clock import FixedClock, SteadyClock, SystemClock, from_rfc3339, is_due, to_rfc3339

YEAR_2020_MS = 1_577_836_800_000
NS = 1_000_000


def test_fixed_clock_moves_only_when_told() -> None:
    clock = FixedClock(1_000)

    clock.advance(5)

    assert (clock.now(), clock.now()) == (1_005, 1_005)


def test_system_clock_counts_milliseconds() -> None:
    assert YEAR_2020_MS < SystemClock().now() < 10 * YEAR_2020_MS


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2010-12-01T08:26:00.123Z", 1_291_191_960_123),
        ("2010-12-01t08:26:00.123999z", 1_291_191_960_123),
        ("2010-12-01 09:26:00+01:00", 1_291_191_960_000),
        ("1969-12-31T23:59:59.999Z", -1),
    ],
)
def test_times_are_read(text: str, ms: int) -> None:
    assert from_rfc3339(text) == ms


@pytest.mark.parametrize("ms", [0, -1, 1_291_191_960_123, 253_402_300_799_999])
def test_times_survive_being_shown_and_read(ms: int) -> None:
    assert from_rfc3339(to_rfc3339(ms)) == ms


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2010-12-01",
        "2010-12-01T08:26:00",
        "2010-13-01T08:26:00Z",
        "2010-12-01T08:26:00+24:00",
        "20101201T082600Z",
        "9999-12-31T23:59:59-23:59",
        "0001-01-01T00:00:00+23:59",
        "\u0662010-12-01T08:26:00Z",
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no"):
        from_rfc3339(text)


def test_steady_clock_follows_its_machine_and_never_goes_back() -> None:
    wall, passed = 1_000 * NS, 5
    clock = SteadyClock(lambda: wall, lambda: passed)
    assert clock.now() == 1_000

    wall += 3_600_000 * NS
    passed += 1_000 * NS
    assert clock.now() == 3_601_000

    wall -= 3_000_000 * NS
    assert clock.now() == 3_601_000
    passed += 1_000 * NS
    wall += 1_000 * NS
    assert clock.now() == 3_601_900

    wall += 3_000_000 * NS
    assert clock.now() == 3_602_000


def test_steady_clock_takes_up_a_later_time_and_no_earlier_one() -> None:
    passed = 0
    clock = SteadyClock(lambda: 1_000 * NS, lambda: passed)

    clock.hear(5_000)
    clock.hear(2_000)
    passed += 100 * NS

    assert clock.now() == 5_090


@pytest.mark.parametrize(
    ("now", "due"), [(1_000, False), (1_099, False), (1_100, True), (999, True)]
)
def test_an_interval_is_over_after_its_time_or_when_the_clock_was_set_back(
    now: int, *, due: bool
) -> None:
    assert is_due(1_000, now, 100) is due
