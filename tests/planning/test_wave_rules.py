"""Tests of wave rules: what the timer releases when, and by whose clock."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from server.orders.records import Shipment
from server.planning.records import Wave, WaveRule
from server.planning.wave_rules import PutWaveRule, following, latest, zone_of
from server.planning.waves import ReleaseWave
from tests.floor import SITE, Floor
from tests.orders.channel import (
    all_of,
    bodies,
    drain,
    open_floor,
    order_of,
    place,
    say,
    shipment,
    stock,
    tick,
)

HOUR_MS = 3_600_000
BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> int:
    """A time in UTC, ms."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000


def opened(now: str = "2027-01-20T07:00:00") -> Floor:
    """A floor in Berlin with plenty of A1; by default 20 January, a Wednesday, 8 o'clock there."""
    floor = open_floor()
    stock(floor, ("A-01", "A1", 1_000))
    floor.now = at(now)
    return floor


def put(floor: Floor, **rule: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of the message.
    """Put a rule; by default a cut-off at 14:00, released at 12:00."""
    return say(floor, PutWaveRule(**({"name": "noon", "cut_off": "14:00"} | rule)))[0]


def ticked(floor: Floor, now: str) -> list[tuple[str, int]]:
    """Names and sizes of all waves after a tick at a time."""
    floor.now = at(now)
    tick(floor)
    return [(wave.name, wave.shipments) for wave in all_of(floor, Wave)]


def test_what_waits_is_released_before_the_cut_off_on_the_site_clock() -> None:
    floor = opened()
    put(floor)
    place(floor, order_of("1", ("A1", 1)), order_of("2", ("A1", 1)))

    # 12:00 in Berlin is 11:00 UTC in winter.
    assert ticked(floor, "2027-01-20T10:59:59") == []
    assert ticked(floor, "2027-01-20T11:00:00") == [("noon", 2)]

    [wave] = all_of(floor, Wave)
    assert (wave.cut_off, wave.released_by) == (at("2027-01-20T13:00:00"), "")
    drain(floor)
    assert {each.state for each in all_of(floor, Shipment)} == {"released"}
    assert len(bodies(floor)) == 1


def test_cut_off_releases_once_and_again_the_next_day() -> None:
    floor = opened()
    put(floor)
    place(floor, order_of("1", ("A1", 1)))
    ticked(floor, "2027-01-20T11:00:00")
    place(floor, order_of("2", ("A1", 1)))

    assert ticked(floor, "2027-01-20T11:01:00") == [("noon", 1)]
    assert ticked(floor, "2027-01-21T11:00:00") == [("noon", 1), ("noon", 1)]


def test_cut_off_that_nobody_ticked_is_made_up_for_once() -> None:
    floor = opened()
    put(floor)
    place(floor, order_of("1", ("A1", 1)))

    assert ticked(floor, "2027-01-23T06:00:00") == [("noon", 1)]
    # Of three days the last counts.
    assert all_of(floor, Wave)[0].cut_off == at("2027-01-22T13:00:00")


def test_rule_makes_up_for_nothing_that_was_before_it() -> None:
    floor = opened("2027-01-20T11:30:00")
    put(floor)
    place(floor, order_of("1", ("A1", 1)))

    assert ticked(floor, "2027-01-20T12:00:00") == []


def test_changed_rule_does_not_release_again_what_it_has_released() -> None:
    floor = opened()
    put(floor)
    ticked(floor, "2027-01-20T11:00:00")
    put(floor, shipments_max=5)
    place(floor, order_of("1", ("A1", 1)))

    assert ticked(floor, "2027-01-20T11:05:00") == []
    assert put(floor, shipments_max=5)["grant"] == {"rule": "noon", "unchanged": True}


def test_rule_takes_only_what_it_names_the_most_urgent_first() -> None:
    floor = opened()
    put(
        floor,
        name="post",
        destinations=("France", "Spain"),
        channels=("web",),
        owners=("ACME",),
        shipments_max=2,
    )
    place(
        floor,
        order_of("never", ("A1", 1), destination="France"),
        order_of("late", ("A1", 1), destination="France", promised_at=9),
        order_of("early", ("A1", 1), destination="Spain", promised_at=1),
        order_of("home", ("A1", 1), destination="Germany"),
        order_of("shop", ("A1", 1), destination="Spain", channel="shop"),
    )

    assert ticked(floor, "2027-01-20T11:00:00") == [("post", 2)]

    released = {each.number for each in all_of(floor, Shipment) if each.wave}
    assert released == {"early", "late"}


def test_rule_of_another_owner_takes_nothing() -> None:
    floor = opened()
    put(floor, owners=("BETA",))
    place(floor, order_of("1", ("A1", 1)))

    assert ticked(floor, "2027-01-20T11:00:00") == []


def test_rules_release_in_the_order_of_their_cut_offs() -> None:
    floor = opened()
    put(floor, name="A", cut_off="13:00", lead_min=60)
    put(floor, name="B", cut_off="12:30", lead_min=30)
    place(floor, order_of("1", ("A1", 1)))

    assert ticked(floor, "2027-01-20T11:00:00") == [("B", 1)]


def test_days_of_the_week_are_kept() -> None:
    floor = opened()
    put(floor, days="54")
    place(floor, order_of("1", ("A1", 1)))

    assert ticked(floor, "2027-01-20T11:00:00") == []
    assert ticked(floor, "2027-01-21T11:00:00") == [("noon", 1)]
    assert all_of(floor, WaveRule)[0].days == "45"


def test_closed_rule_releases_nothing() -> None:
    floor = opened()
    put(floor)
    put(floor, state="closed")
    place(floor, order_of("1", ("A1", 1), priority=0))

    assert ticked(floor, "2027-01-20T11:00:00") == []


def test_emergencies_wait_for_no_cut_off() -> None:
    floor = opened()
    place(floor, order_of("1", ("A1", 1)), order_of("2", ("A1", 1), priority=0))
    assert ticked(floor, "2027-01-20T08:00:00") == []

    put(floor)

    assert ticked(floor, "2027-01-20T08:01:00") == [("emergency", 1)]
    assert shipment(floor, "2").wave is not None
    assert shipment(floor, "1").waiting == "open"


def test_wave_of_a_rule_is_picked_in_its_mode() -> None:
    floor = opened()
    put(floor, mode="single")
    place(floor, order_of("1", ("A1", 2)), order_of("2", ("A1", 2)))

    ticked(floor, "2027-01-20T11:00:00")
    drain(floor)

    assert [body.mode for body in bodies(floor)] == ["single", "single"]


def test_release_by_hand_leaves_nothing_for_the_rule() -> None:
    floor = opened()
    put(floor)
    place(floor, order_of("1", ("A1", 1)))
    say(floor, ReleaseWave(name="by hand"))

    assert ticked(floor, "2027-01-20T11:00:00") == [("by hand", 1)]


RULE = WaveRule(SITE, "night", "02:30", 60)


@pytest.mark.parametrize(
    ("now", "cut_off"),
    [
        # Winter: two o'clock thirty is an hour from UTC.
        ("2027-03-27T01:00:00", "2027-03-27T01:30:00"),
        # The clock leaps from two to three: half past two is half past three.
        ("2027-03-28T01:00:00", "2027-03-28T01:30:00"),
        # Summer.
        ("2027-03-29T00:00:00", "2027-03-29T00:30:00"),
        # Half past two comes twice: the first counts.
        ("2027-10-31T00:00:00", "2027-10-31T00:30:00"),
        ("2027-11-01T01:00:00", "2027-11-01T01:30:00"),
    ],
)
def test_cut_off_follows_the_clock_of_the_site_through_summer_time(now: str, cut_off: str) -> None:
    found = latest(RULE, BERLIN, at(now))

    assert found is not None
    assert found == (at(cut_off) - HOUR_MS, at(cut_off))


def test_next_cut_off_is_the_first_still_to_come() -> None:
    found = following(replace(RULE, days="1"), BERLIN, at("2027-01-20T11:00:00"))

    assert found is not None
    assert found.at == at("2027-01-25T01:30:00")
    assert latest(replace(RULE, days="3"), BERLIN, at("2027-01-13T00:29:59")) is not None


def test_site_that_was_never_put_has_the_clock_of_the_meridian() -> None:
    assert zone_of(None) == ZoneInfo("UTC")


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ({"name": ""}, "bad_name"),
        ({"cut_off": "24:00"}, "bad_cut_off"),
        ({"cut_off": "1400"}, "bad_cut_off"),
        ({"cut_off": "14:00:00"}, "bad_cut_off"),
        ({"cut_off": "14"}, "bad_cut_off"),
        ({"lead_min": -1}, "bad_lead_min"),
        ({"days": "8"}, "bad_days"),
        ({"days": ""}, "bad_days"),
        ({"destinations": ("",)}, "bad_filters"),
        ({"destinations": ("A\nB",)}, "bad_filters"),
        ({"destinations": ("A",) * 501}, "bad_filters"),
        ({"shipments_max": -1}, "bad_shipments_max"),
        ({"mode": "waltz"}, "bad_mode"),
        ({"state": "maybe"}, "bad_state"),
        ({"owners": ("NOBODY",)}, "unknown_merchant"),
    ],
)
def test_rule_that_cannot_be_is_refused(rule: dict[str, Any], code: str) -> None:
    floor = opened()

    outcome = put(floor, **rule)

    assert (outcome["outcome"], outcome["code"]) == ("refused", code)
    assert all_of(floor, WaveRule) == []


def names(floor: Floor, **rule: Any) -> set[str]:  # noqa: ANN401 - fields of the message.
    """Numbers of the orders that a rule releases at its cut-off."""
    put(floor, **rule)
    ticked(floor, "2027-01-20T11:00:00")
    drain(floor)
    return {each.number for each in all_of(floor, Shipment) if each.wave is not None}


@pytest.mark.parametrize(
    ("carriers", "released"),
    [
        ((), {"1", "2", "3"}),
        (("DHL",), {"1"}),
        (("-",), {"3"}),
        (("-", "UPS/EXPRESS"), {"2", "3"}),
        (("OTHER",), set()),
    ],
)
def test_rule_takes_what_its_carriers_are_to_take(
    carriers: tuple[str, ...], released: set[str]
) -> None:
    floor = opened()
    place(
        floor,
        order_of("1", ("A1", 1), carrier="DHL"),
        order_of("2", ("A1", 1), carrier="UPS/EXPRESS"),
        order_of("3", ("A1", 1), carrier="-"),
    )

    assert names(floor, carriers=carriers) == released


def test_each_carrier_has_its_own_cut_off() -> None:
    floor = opened()
    put(floor, name="dhl", cut_off="14:00", carriers=("DHL",))
    put(floor, name="late", cut_off="18:00", carriers=("-", "UPS"))
    place(floor, order_of("1", ("A1", 1), carrier="DHL"), order_of("2", ("A1", 1)))

    assert ticked(floor, "2027-01-20T11:00:00") == [("dhl", 1)]
    assert ticked(floor, "2027-01-20T15:00:00") == [("dhl", 1), ("late", 1)]


def test_wave_by_hand_takes_the_carriers_that_are_named() -> None:
    floor = opened()
    place(floor, order_of("1", ("A1", 1), carrier="DHL"), order_of("2", ("A1", 1)))

    none, one = say(floor, ReleaseWave(carriers=("UPS",)), ReleaseWave(carriers=("-",)))

    assert (none["code"], one["grant"]["shipments"]) == ("nothing_to_release", 1)
    released = [each.number for each in all_of(floor, Shipment) if each.wave is not None]
    assert released == ["2"]


def test_carrier_that_cannot_be_a_code_refuses_the_order_or_rule() -> None:
    floor = opened()

    [order] = place(floor, order_of("1", ("A1", 1), carrier=" DHL"))

    assert (order["outcome"], order["code"]) == ("refused", "bad_carrier")
    assert put(floor, carriers=("",))["code"] == "bad_filters"
