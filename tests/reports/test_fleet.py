"""Tests of the reports on the fleet, on both databases."""

import pytest
from msgspec.structs import replace

from device_protocol.operations import Receive
from device_protocol.version import PROTOCOL
from server.clock import to_rfc3339
from server.db.bulk import upsert_records
from server.db.engine import Database
from server.errors import InvalidError
from server.fleet.alarms import look
from server.fleet.records import Contact
from server.fleet.rules import Thresholds
from server.identity.records import Incident, Person
from server.lane.activity import NETWORK
from server.planning.models import PARKED_DUE_MS
from server.planning.records import Package, Resolution
from server.reports.fleet import IncidentRow, events, fleet, fleet_device
from tests.floor import SITE, START, Floor
from tests.reports.books import floor_on, put
from tests.reports.test_exceptions import teleported

DEVICE = 1_000_001
NOW = START + 1_000_000


def watched(database: Database) -> Floor:
    """Device 1 is in trouble of many kinds, device 2 only low; the rest is silent and well."""
    floor = floor_on(database)
    handheld = floor.handheld(1)
    handheld.do(Receive(quantity=4, owner="ACME", item="A1", to="A-01", ended=1_000))
    handheld.do(Receive(quantity=1, code="X-77", to="D-1", ended=2_000))
    teleported(handheld)
    teleported(handheld)
    put(
        database,
        Person(NETWORK, 7, "anna", "operator", "secret"),
        Package(SITE, 77, 1, 1, 5, 3, 3, b"{}", state="leased", holder=DEVICE),
        Incident(SITE, 78, DEVICE, "reopened", START, "reinstall", open=None),
        Incident(SITE, 79, DEVICE, "fork", START, "epoch 1"),
        Resolution(SITE, "parked", f"{DEVICE}/1/4", NOW, "1/1/1"),
    )
    first = Contact(
        SITE,
        DEVICE,
        NOW - 60_000,
        "app/1",
        PROTOCOL,
        1,
        3,
        held=9,
        held_since=NOW - 90_000,
        battery=9,
        uploads=2,
        alarms=1,
        problem="HTTP 500",
    )
    with database.writing() as connection:
        upsert_records(connection, Contact, [first, replace(first, device=DEVICE + 1, held=0)])
    look(database, NOW, Thresholds())
    return floor


def test_devices_tell_how_they_are_doing(database: Database) -> None:
    watched(database)

    with database.reading() as connection:
        rows = {row.device: row for row in fleet(connection, SITE, NOW).rows}

    first, second, third = rows[DEVICE], rows[DEVICE + 1], rows[DEVICE + 2]
    assert first.alarms == ["battery", "quarantine"]
    assert (first.last_contact, first.app) == (to_rfc3339(NOW - 60_000), "app/1")
    assert (first.protocol, first.epoch, first.stored) == (PROTOCOL, 1, 5)
    # Nine were held when three were stored, and two came since.
    assert (first.unsynced, first.unsynced_since) == (7, to_rfc3339(NOW - 90_000))
    assert (first.battery, first.uploads, first.mismatches, first.problem) == (9, 2, 1, "HTTP 500")
    assert (first.parked, first.overdue, first.incidents, first.packages) == (1, 0, 1, 1)
    assert first.known_until is not None
    assert first.pushed_at == to_rfc3339(NOW)
    assert (second.alarms, second.unsynced, second.unsynced_since) == (["battery"], 0, None)
    assert (third.alarms, third.last_contact, third.battery, third.app) == ([], None, None, "")
    assert (third.unsynced, third.stored, third.pushed_at) == (0, 0, None)


def test_fleet_comes_in_pages_and_by_alarm(database: Database) -> None:
    watched(database)

    with database.reading() as connection:
        first = fleet(connection, SITE, NOW, limit=5)
        second = fleet(connection, SITE, NOW, limit=5, after=first.next)
        low = fleet(connection, SITE, NOW, alarm="battery", limit=1)
        lower = fleet(connection, SITE, NOW, alarm="battery", limit=1, after=low.next)
        kept = fleet(connection, SITE, NOW, alarm="quarantine")
        troubled = fleet(connection, SITE, NOW, alarm="any")
        drifted = fleet(connection, SITE, NOW, alarm="drift")
        elsewhere = fleet(connection, 9, NOW)
        overdue = fleet(connection, SITE, NOW + PARKED_DUE_MS, device=DEVICE)

    assert [len(page.rows) for page in (first, second, elsewhere, drifted)] == [5, 3, 0, 0]
    assert second.next is None
    assert [row.device for row in (*low.rows, *lower.rows)] == [DEVICE, DEVICE + 1]
    assert (lower.next, [row.device for row in kept.rows]) == (None, [DEVICE])
    assert len(troubled.rows) == 2
    assert [row.overdue for row in overdue.rows] == [1]


def test_alarm_events_come_in_order_and_in_pages(database: Database) -> None:
    watched(database)

    with database.reading() as connection:
        every = events(connection, SITE)
        first = events(connection, SITE, limit=2)
        second = events(connection, SITE, after=int(first.next or 0), limit=2)
        none = events(connection, SITE, after=3)
        elsewhere = events(connection, 9)
        with pytest.raises(InvalidError):
            events(connection, SITE, limit=0)

    assert [(row.number, row.what) for row in every.rows] == [(n, "raised") for n in (1, 2, 3)]
    assert (every.rows[0].at, every.rows[0].device) == (to_rfc3339(NOW), DEVICE)
    assert (first.rows + second.rows, first.next, second.next) == (every.rows, "2", None)
    assert none.rows == elsewhere.rows == []


def test_page_of_a_device_shows_what_waits_and_what_was_not_applied(database: Database) -> None:
    floor = watched(database)

    with database.reading() as connection:
        page = fleet_device(connection, DEVICE, NOW)
        other = fleet_device(connection, DEVICE + 2, NOW)
        nobody = fleet_device(connection, DEVICE + 900, NOW)

    assert page is not None
    assert [row.kind for row in page.alarms] == ["battery", "quarantine"]
    assert [(row.epoch, row.stored) for row in page.streams] == [(1, 5)]
    assert page.incidents == [
        IncidentRow(79, "fork", to_rfc3339(START), "epoch 1", open=True),
        IncidentRow(78, "reopened", to_rfc3339(START), "reinstall", open=False),
    ]
    parked = [(row.operation, row.code, row.due) for row in page.parked]
    due = to_rfc3339(floor.now + PARKED_DUE_MS)
    assert parked == [(f"{DEVICE}/1/5", "unknown_kind", due)]
    found = [(row.operation, row.outcome, row.due) for row in page.outcomes]
    assert found == [
        (f"{DEVICE}/1/5", "parked", due),
        (f"{DEVICE}/1/4", "parked", due),
        (f"{DEVICE}/1/3", "flagged", None),
    ]
    assert page.outcomes[-1].code
    assert nobody is None
    assert other is not None
    assert (other.alarms, other.parked, other.outcomes) == ([], [], [])
    assert [(row.stored, row.known_until) for row in other.streams] == [(0, None)]
