"""Tests of the workload: what is left to pick by zone and hour, who is there, and what is late."""

from typing import Any
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from server.db.engine import Database
from server.identity.records import Device, Grant
from server.lane.activity import NETWORK
from server.ledger.records import Allocation, Place
from server.orders.records import Shipment
from server.planning.records import Package, Wave, WorkRule
from server.reports.workload import HourLoad, Workload, workload
from server.reports.workload_picture import picture
from server.sites.records import Site, Zone
from tests.floor import SITE
from tests.reports.books import put

NOW = 1_800_000_000_000
"""2027-01-15, 9 o'clock in Berlin."""
HOUR = 3_600_000
MINUTE = 60_000
RULE = WorkRule(SITE, 0, 0, step_ms=1_000, line_ms=60_000, unit_ms=30_000, package_ms_min=0)


def a_shipment(number: int, **changes: Any) -> Shipment:  # noqa: ANN401 - fields.
    """A released shipment."""
    made = Shipment(SITE, number, 1, 1, "web", str(number), 5, "", "", 1, state="released", wave=50)
    return replace(made, **changes)


def a_line(number: int, shipment: int, package: int, quantity: int = 2) -> Allocation:
    """A pick line at the place of its package."""
    return Allocation(SITE, number, shipment, 1, 60 + package, 1, quantity, package, 1, 1)


def a_package(number: int, zone: int, **changes: Any) -> Package:  # noqa: ANN401 - fields.
    """A package that waits."""
    return replace(Package(SITE, number, 50, zone, 5, 1, 1, b""), **changes)


def filled(database: Database, *more: Any) -> None:  # noqa: ANN401 - records.
    """Zone A has packages 1 and 2 at steps 120 and 30, zone B package 3 beside the desk."""
    put(
        database,
        Zone(SITE, 7, "A", "Aisle A"),
        Zone(SITE, 8, "B", "Aisle B"),
        Wave(SITE, 50, "noon", NOW, "", 3, cut_off=NOW + 3 * HOUR),
        a_shipment(11, promised_at=NOW + HOUR),
        a_shipment(12),
        a_shipment(13, promised_at=NOW + 9 * HOUR),
        a_package(1, 7, holder=1_000_001),
        a_package(2, 7),
        a_package(3, 8),
        a_package(4, 8, open=None, state="done"),
        Place(SITE, 61, "A-01", "bin", zone=7, walk=120),
        Place(SITE, 62, "A-02", "bin", zone=7, walk=30),
        Place(SITE, 63, "B-01", "bin", zone=8, walk=0),
        a_line(21, 11, 1),
        replace(a_line(22, 12, 1, 9), picked=5, short=2),
        a_line(23, 12, 2),
        a_line(24, 13, 3, 1),
        replace(a_line(25, 13, 3, 1), state="settled"),
        a_line(26, 13, 4),
        RULE,
        *more,
    )


def told(database: Database) -> Workload:
    """The workload now."""
    with database.reading() as connection:
        return workload(connection, SITE, NOW)


def signed_in(number: int, zones: str = "", **changes: Any) -> list[Any]:  # noqa: ANN401 - fields.
    """A person on a device of their own."""
    device = Device(SITE, number, "H", "floor", state="active", zones=zones)
    grant = Grant(SITE, 5_000 + number, number, 9_000 + number, NOW - HOUR, NOW + HOUR)
    return [device, replace(grant, **changes)]


def hours(loads: list[HourLoad]) -> list[tuple[str | None, int, int, int, str]]:
    """Due, lines, units, minutes, risk."""
    return [(load.due, load.lines, load.units, load.minutes, load.risk) for load in loads]


def test_lines_are_due_when_promised_or_at_the_cut_off(database: Database) -> None:
    filled(database)

    first, second = told(database).zones

    assert (first.zone, first.packages, first.packages_held) == ("A", 2, 1)
    assert (first.lines, first.units) == (3, 6)
    # Three lines and six units take six minutes, both ways five: five sixths of it each.
    assert first.minutes == 11
    assert hours(first.hours) == [
        ("2027-01-15T09:00:00.000Z", 1, 2, 4, "late"),
        ("2027-01-15T11:00:00.000Z", 2, 4, 8, "late"),
    ]
    # What was promised for later must be out with its wave.
    assert hours(second.hours) == [("2027-01-15T11:00:00.000Z", 1, 1, 2, "late")]
    assert {hour.done_at for hour in first.hours} == {None}


def test_people_count_for_the_zones_that_their_devices_follow(database: Database) -> None:
    filled(
        database,
        *signed_in(1_000_001, "7 8"),
        *signed_in(1_000_002),
        # The first has a second device, and is still one person.
        *signed_in(1_000_005, person=9_000 + 1_000_001),
        *signed_in(1_000_003, "8", until=NOW),
        *signed_in(1_000_004, "8", withdrawn_at=NOW),
    )

    found = told(database)

    assert found.people == 2
    # Eleven minutes of zone A and one and a half of zone B share who goes everywhere.
    assert [(zone.people, zone.hands) for zone in found.zones] == [(2, 1.88), (2, 1.12)]


def test_named_pickers_come_before_who_is_signed_in(database: Database) -> None:
    filled(database, replace(RULE, zone=7, pickers=4))

    first, second = told(database).zones

    assert (first.hands, second.hands) == (4, 0)
    assert [hour.done_at for hour in first.hours] == [
        "2027-01-15T08:00:55.000Z",
        "2027-01-15T08:02:45.000Z",
    ]
    assert [hour.risk for hour in first.hours] == ["none", "none"]


def test_hour_is_judged_by_what_is_due_first_in_it(database: Database) -> None:
    filled(database, *signed_in(1_000_001, "7"))
    put(
        database,
        a_shipment(14, promised_at=NOW + 25 * MINUTE),
        a_shipment(15, promised_at=NOW + 5 * MINUTE),
        a_package(5, 9),
        a_line(31, 14, 5, 1),
        a_line(32, 15, 5, 1),
        replace(RULE, zone=9, pickers=1, line_ms=6 * MINUTE, unit_ms=0),
    )

    last = next(zone for zone in told(database).zones if not zone.zone)

    # Six minutes of work are due in five, and twelve in twenty-five.
    assert hours(last.hours) == [("2027-01-15T08:05:00.000Z", 2, 2, 12, "late")]


def test_less_than_a_quarter_of_an_hour_is_tight_and_what_has_no_time_is_last(
    database: Database,
) -> None:
    filled(database)
    put(
        database,
        Wave(SITE, 51, "by hand", NOW, "", 1),
        a_shipment(16, wave=51),
        a_shipment(17, promised_at=NOW + 24 * MINUTE, wave=51),
        a_package(6, 8, wave=51),
        a_line(41, 16, 6, 1),
        a_line(42, 17, 6, 1),
        replace(RULE, zone=8, pickers=1, line_ms=10 * MINUTE, unit_ms=0),
    )

    second = told(database).zones[1]

    # Ten minutes of twenty-four leave fourteen.
    assert hours(second.hours) == [
        ("2027-01-15T08:24:00.000Z", 1, 1, 10, "tight"),
        ("2027-01-15T11:00:00.000Z", 1, 1, 10, "none"),
        (None, 1, 1, 10, "none"),
    ]


def test_package_without_open_lines_has_a_zone_and_no_work(database: Database) -> None:
    put(database, a_package(1, 7))

    [zone] = told(database).zones

    assert (zone.zone, zone.packages, zone.lines, zone.minutes, zone.hours) == ("", 1, 0, 0, [])


def test_what_is_not_released_is_told_by_its_promise(database: Database) -> None:
    open_one = a_shipment(1, state="open", waiting="open", wave=None, lines=3)
    put(
        database,
        open_one,
        replace(open_one, id=2, lines=4),
        replace(open_one, id=3, lines=5, promised_at=NOW + 10),
    )

    found = told(database)

    assert found.zones == []
    assert [(each.hour, each.shipments, each.lines) for each in found.waiting] == [
        ("2027-01-15T08:00:00.000Z", 1, 5),
        (None, 2, 7),
    ]


def test_rule_without_times_costs_nothing(database: Database) -> None:
    filled(database, replace(RULE, zone=7, pickers=1, step_ms=0, line_ms=0, unit_ms=0))

    first = told(database).zones[0]

    assert [(hour.minutes, hour.risk) for hour in first.hours] == [(0, "none"), (0, "none")]


def test_picture_says_everything_in_words_too(database: Database) -> None:
    filled(database, replace(RULE, zone=7, pickers=1))
    put(database, Site(NETWORK, SITE, "W", "Warehouse <1>", "Europe/Berlin"))

    drawn = ET.fromstring(picture(told(database), ZoneInfo("Europe/Berlin")))  # noqa: S314 - ours.

    spoken = {each.tag.split("}")[1]: each.text or "" for each in drawn[:2]}
    assert spoken["title"] == "Pick work of site 1: 4 lines left, 0 people signed in"
    said = "by 15.01. 10:00 1 lines, 2 units, 4 min, in time"
    assert said in spoken["desc"]
    assert "1 lines, 1 units, 2 min, LATE" in spoken["desc"]
    assert drawn.attrib["aria-labelledby"] == "title desc"
    shown = "\n".join(each.text or "" for each in drawn.iter() if each.tag.endswith("text"))
    assert "by 15.01. 10:00" in shown
    assert "Zone A: 3 lines, 6 units, 11 min, 2 packages (1 in work), 1 hands" in shown


def test_picture_of_nothing_says_so() -> None:
    nothing = Workload(SITE, "2027-01-15T08:00:00.000Z", 0, [], [])

    assert "Nothing is left to pick." in picture(nothing, ZoneInfo("UTC"))
