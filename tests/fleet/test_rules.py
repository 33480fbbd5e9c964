"""Which alarms are up."""

import pytest
from msgspec.structs import replace

from device_protocol.version import PROTOCOL
from server.fleet.records import Alarm, Contact
from server.fleet.rules import (
    BATTERY_MARGIN,
    DRIFT_MS,
    KINDS,
    Sighting,
    Thresholds,
    changes,
    continued,
    wanted,
)

SITE = 1
DEVICE = 1_000_001
NOW = 1_800_000_000_000
MINUTE = 60_000
THRESHOLDS = Thresholds()
CONTACT = Contact(SITE, DEVICE, NOW, "app/1", PROTOCOL, 1, 10, battery=80)
WELL = Sighting(site=SITE, device=DEVICE, state="active", enrolled_at=0, contact=CONTACT, stored=10)


def up(seen: Sighting, now: int = NOW, *known: str) -> list[str]:
    """The kinds that should be up."""
    return sorted(wanted(seen, now, THRESHOLDS, frozenset(known)))


def told(contact: Contact, **changed: int | str | None) -> Sighting:
    """A device that is well but for its contact."""
    return replace(WELL, contact=replace(contact, **changed))


def test_device_that_is_well_has_no_alarm() -> None:
    assert up(WELL) == []
    assert up(replace(WELL, contact=None)) == []


def test_device_that_never_enrolled_has_none() -> None:
    assert up(replace(WELL, state="invited", parked=1)) == []


def test_every_kind_is_named_and_nothing_else() -> None:
    contact = replace(
        CONTACT,
        at=NOW - 31 * MINUTE,
        protocol=PROTOCOL - 1,
        held=3,
        held_since=NOW - 90 * MINUTE,
        battery=3,
        alarms=1,
        drifted_at=NOW - 31 * MINUTE,
    )
    seen = replace(WELL, contact=contact, parked=2, overdue=1)

    assert up(seen) == sorted(KINDS)


@pytest.mark.parametrize(
    ("changed", "silent"),
    [
        ({"packages": 1}, True),
        ({"packages": 1, "pushed_at": NOW - MINUTE}, False),
        ({"packages": 1, "enrolled_at": NOW - MINUTE}, False),
        ({"packages": 1, "state": "suspended"}, False),
        ({}, False),
    ],
)
def test_silent_is_who_holds_something_and_was_not_heard(
    changed: dict[str, int], *, silent: bool
) -> None:
    seen = replace(told(CONTACT, at=NOW - 30 * MINUTE), **changed)

    assert up(seen) == (["silent"] if silent else [])


def test_silent_needs_the_whole_time() -> None:
    seen = replace(told(CONTACT, at=NOW - 30 * MINUTE + 1), packages=1)

    assert (up(seen), up(seen, NOW + 1)) == ([], ["silent"])


def test_device_without_any_contact_is_heard_by_its_lines() -> None:
    seen = replace(WELL, contact=None, packages=1, pushed_at=NOW - 31 * MINUTE)

    assert (seen.held, up(seen)) == (0, ["silent"])


def test_held_lines_are_those_that_have_not_come_since() -> None:
    seen = told(CONTACT, held=4)

    assert [replace(seen, stored=stored).held for stored in (9, 10, 12, 14, 90)] == [4, 4, 2, 0, 0]


def test_silent_with_held_lines_only_while_they_have_not_come() -> None:
    seen = told(CONTACT, at=NOW - 40 * MINUTE, held=4)

    assert (up(seen), up(replace(seen, stored=14))) == (["silent"], [])


@pytest.mark.parametrize(
    ("minutes", "stored", "stuck"), [(15, 10, True), (14, 10, False), (15, 11, False)]
)
def test_stuck_is_who_calls_and_gets_nothing_across(
    minutes: int, stored: int, *, stuck: bool
) -> None:
    seen = told(CONTACT, held=4, held_since=NOW - minutes * MINUTE, problem="HTTP 500")

    assert up(replace(seen, stored=stored)) == (["stuck"] if stuck else [])


def test_stuck_says_why_if_the_device_does() -> None:
    seen = told(CONTACT, held=4, held_since=NOW - HOUR, problem="sync.too_large")

    assert "(sync.too_large)" in wanted(seen, NOW, THRESHOLDS)["stuck"]
    silent = told(CONTACT, held=4, held_since=NOW - HOUR)
    assert "(" not in wanted(silent, NOW, THRESHOLDS)["stuck"]


HOUR = 60 * MINUTE


@pytest.mark.parametrize(
    ("percent", "known", "low"),
    [
        (14, False, True),
        (15, False, False),
        (15, True, True),
        (15 + BATTERY_MARGIN, True, False),
        (None, True, False),
    ],
)
def test_battery_is_low_until_it_is_well_above(
    percent: int | None, *, known: bool, low: bool
) -> None:
    seen = told(CONTACT, battery=percent)

    assert up(seen, NOW, *(["battery"] if known else [])) == (["battery"] if low else [])


def test_drift_is_shown_for_a_day() -> None:
    seen = told(CONTACT, alarms=1, drifted_at=NOW)

    assert (up(seen, NOW + DRIFT_MS - 1), up(seen, NOW + DRIFT_MS)) == (["drift"], [])


@pytest.mark.parametrize("kind", ["fork", "gap", "clone"])
def test_open_incident_of_the_stream_is_quarantine(kind: str) -> None:
    assert up(replace(WELL, incidents=("reopened", kind))) == ["quarantine"]
    assert up(replace(WELL, incidents=("reopened",))) == []


def test_revoked_device_has_alarms_about_its_lines_alone() -> None:
    contact = replace(CONTACT, battery=1, held=3, held_since=0, protocol=1)
    seen = replace(WELL, state="revoked", contact=contact, parked=1, overdue=1)

    assert up(seen) == ["overdue", "quarantine"]


def test_waiting_lines_are_counted_from_the_first_contact_that_told() -> None:
    first = continued(None, replace(CONTACT, held=3))
    second = continued(first, replace(CONTACT, at=NOW + 5, held=7))
    moved = continued(second, replace(CONTACT, at=NOW + 9, held=7, stored=11))
    anew = continued(moved, replace(CONTACT, at=NOW + 11, held=7, epoch=2, stored=11))
    done = continued(anew, replace(CONTACT, at=NOW + 12))
    again = continued(done, replace(CONTACT, at=NOW + 13, held=1))

    since = [each.held_since for each in (first, second, moved, anew, done, again)]
    assert since == [NOW, NOW, NOW + 9, NOW + 11, None, NOW + 13]


def test_drift_is_when_the_count_rose() -> None:
    first = continued(None, replace(CONTACT, alarms=1))
    same = continued(first, replace(CONTACT, at=NOW + 5, alarms=1))
    more = continued(same, replace(CONTACT, at=NOW + 6, alarms=2))
    reset = continued(more, replace(CONTACT, at=NOW + 7))

    assert [each.drifted_at for each in (first, same, more, reset)] == [NOW, NOW, NOW + 6, NOW + 6]
    assert continued(None, CONTACT).drifted_at is None


def test_only_what_changed_is_written() -> None:
    battery = Alarm(SITE, DEVICE, "battery", NOW - 5, "3 %")
    known = {"battery": battery, "silent": Alarm(SITE, DEVICE, "silent", NOW - 5)}

    found = changes(SITE, DEVICE, known, {"battery": "2 %", "stuck": "why"}, NOW)

    assert found == [
        Alarm(SITE, DEVICE, "stuck", NOW, "why"),
        Alarm(SITE, DEVICE, "silent", NOW - 5, cleared_at=NOW),
    ]
