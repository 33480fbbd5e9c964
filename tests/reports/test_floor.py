"""Tests of the floor at a glance, on both databases."""

from typing import Any

from msgspec.structs import replace

from server.clock import to_rfc3339
from server.db.engine import Database
from server.fleet.records import Contact
from server.identity.records import Device, Grant, Person
from server.lane.activity import NETWORK
from server.lane.records import Stream
from server.ledger.records import Discrepancy, Place, Task
from server.orders.records import Shipment
from server.planning.records import Package
from server.reports.floor import AgeNow, FloorNow, PersonNow, UnsyncedNow, WorkNow, floor_now
from server.sites.records import Zone
from server.transport.records import Round
from tests.floor import SITE, START
from tests.reports.books import put

HOUR = 3_600_000
NOW = START + 100 * HOUR


def a_shipment(number: int, **changes: Any) -> Shipment:  # noqa: ANN401 - fields.
    """A shipment of nobody in particular."""
    return replace(Shipment(SITE, number, 1, 1, "web", str(number), 5, "", "", 1), **changes)


def a_task(number: int, due: int, **changes: Any) -> Task:  # noqa: ANN401 - fields.
    """A count that is due at a time."""
    return replace(Task(SITE, number, "count", NOW, "", due), **changes)


def open_since(number: int, hours: float, deadline: int = NOW) -> Discrepancy:
    """A shelf that is short for so many hours."""
    opened = NOW - int(hours * HOUR)
    return Discrepancy(SITE, number, "short", 61, 1, "4", "3", opened, "", deadline)


def told(database: Database) -> FloorNow:
    """The floor now."""
    with database.reading() as connection:
        return floor_now(connection, SITE, NOW)


def test_work_waits_by_zone_and_state(database: Database) -> None:
    ready = Package(SITE, 1, 50, 7, 5, 4, 4, b"")
    put(
        database,
        Zone(SITE, 7, "A", "Aisle A"),
        ready,
        replace(ready, id=2, left=3, state="leased"),
        replace(ready, id=3, left=2),
        replace(ready, id=4, left=0, state="done", open=None),
        Place(SITE, 61, "A-01", "bin", zone=7),
        a_task(11, NOW + 1, place=61),
        a_task(12, NOW - 1, place=61),
        a_task(13, NOW - 1, open=None),
        a_task(14, NOW + 1),
        a_shipment(21, waiting="open"),
        a_shipment(22, waiting="open"),
        a_shipment(23, state="delivered"),
        Round(SITE, 31, "North", "2010-12-01", 1, stops=4, stops_open=3),
    )

    assert told(database).work == [
        WorkNow("", "count", "open", 1, 1),
        WorkNow("A", "count", "open", 1, 1),
        WorkNow("A", "count", "overdue", 1, 1),
        WorkNow("A", "pick", "leased", 1, 3),
        WorkNow("A", "pick", "ready", 2, 6),
        WorkNow("", "round", "planned", 1, 3),
        WorkNow("", "shipment", "open", 2, 2),
    ]


def test_people_are_those_who_may_act_now(database: Database) -> None:
    device = Device(SITE, 1_000_001, "H1", "floor", state="active")
    grant = Grant(SITE, 1, device.id, 7, NOW - HOUR, NOW + HOUR)
    put(
        database,
        Person(NETWORK, 7, "anna", "operator", "secret"),
        Person(NETWORK, 8, "bert", "operator", "secret"),
        device,
        replace(device, id=1_000_002, state="suspended"),
        grant,
        replace(grant, id=2, given_at=NOW - 2 * HOUR),
        replace(grant, id=3, person=8, until=NOW),
        replace(grant, id=4, person=8, withdrawn_at=NOW - 1),
        replace(grant, id=5, person=8, device=1_000_002),
    )

    since = to_rfc3339(NOW - HOUR)
    assert told(database).people == [PersonNow("anna", device.id, "H1", "floor", since, None)]


def test_what_a_device_holds_is_less_what_has_come_since(database: Database) -> None:
    device = Device(SITE, 1_000_001, "H1", "floor", state="active")
    said = Contact(SITE, device.id, NOW - HOUR, "app/1", 2, 1, 10, held=5, held_since=NOW - HOUR)
    put(
        database,
        device,
        replace(device, id=1_000_002, name="H2"),
        replace(device, id=1_000_003, name="H3"),
        said,
        replace(said, device=1_000_002),
        replace(said, device=1_000_003, held=0),
        a_stream(device.id, 14),
        a_stream(1_000_002, 16),
    )

    at = to_rfc3339(NOW - HOUR)
    assert told(database).unsynced == [UnsyncedNow(device.id, "H1", "active", 2, at, at)]


def a_stream(device: int, following: int) -> Stream:
    """A device's first epoch, of which the next line has this number."""
    return Stream(SITE, device, 1, following, b"")


def test_discrepancies_are_told_by_age(database: Database) -> None:
    put(
        database,
        open_since(1, 0.5),
        open_since(2, 1, deadline=NOW - 1),
        open_since(3, 3.9),
        open_since(4, 4),
        open_since(5, 72),
        open_since(6, 99, deadline=NOW - 1),
        replace(open_since(7, 99), open=None),
        replace(open_since(8, 99), site=SITE + 1),
    )

    assert told(database).discrepancies == [
        AgeNow("short", 0, 1, 1, 0),
        AgeNow("short", 1, 4, 2, 1),
        AgeNow("short", 4, 24, 1, 0),
        AgeNow("short", 72, None, 2, 1),
    ]
