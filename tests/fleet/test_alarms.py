"""Alarms as events: raised once, cleared once, numbered without gaps, on both databases."""

import threading

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from device_protocol.operations import Receive
from device_protocol.version import PROTOCOL
from server.clock import FixedClock
from server.db.bulk import upsert_records
from server.db.engine import Database, open_database
from server.fleet import alarms
from server.fleet.alarms import look
from server.fleet.models import ALARM_EVENT
from server.fleet.reading import sightings
from server.fleet.records import Alarm, AlarmEvent, Contact
from server.fleet.rules import Sighting, Thresholds
from server.fleet.watching import LOOK_MS, Watch
from server.identity.records import Device, Incident
from server.planning.models import PARKED_DUE_MS
from server.planning.records import Package, Resolution
from tests.floor import SITE, START, Floor
from tests.reports.books import floor_on, put
from tests.reports.test_exceptions import teleported

DEVICE = 1_000_001
MINUTE = 60_000
THRESHOLDS = Thresholds()


def worked(database: Database) -> Floor:
    """Device 1 sent a receipt."""
    floor = floor_on(database)
    handheld = floor.handheld(1)
    handheld.do(Receive(quantity=4, owner="ACME", item="A1", to="A-01", ended=1_000))
    return floor


def said(database: Database, floor: Floor, **told: int) -> Contact:
    """What device 1 says now."""
    contact = Contact(SITE, DEVICE, floor.now, "app/1", PROTOCOL, 1, 2, battery=80)
    contact = replace(contact, **told)
    with database.writing() as connection:
        upsert_records(connection, Contact, [contact])
    return contact


def happened(database: Database) -> list[tuple[int, str, str]]:
    """Every event: number, what, kind."""
    with database.reading() as connection:
        rows = connection.execute(sa.select(ALARM_EVENT).order_by(ALARM_EVENT.c.number)).all()
    return [(row.number, row.what, row.kind) for row in rows]


def seen(database: Database, now: int) -> Sighting:
    """Device 1 as it is seen."""
    with database.reading() as connection:
        found = {each.device: each for each in sightings(connection, SITE, now, 30 * MINUTE)}
    return found[DEVICE]


def test_alarm_is_raised_once_and_cleared_once(database: Database) -> None:
    floor = worked(database)
    said(database, floor, battery=5)

    raised = look(database, floor.now, THRESHOLDS)
    again = look(database, floor.now + MINUTE, THRESHOLDS)
    said(database, floor, battery=90)
    cleared = look(database, floor.now + 2 * MINUTE, THRESHOLDS)
    said(database, floor, battery=5)
    look(database, floor.now + 3 * MINUTE, THRESHOLDS)

    assert raised == [AlarmEvent(SITE, 1, floor.now, DEVICE, "battery", "raised", "5 %")]
    assert again == []
    assert [(each.at, each.what) for each in cleared] == [(floor.now + 2 * MINUTE, "cleared")]
    assert happened(database) == [
        (1, "raised", "battery"),
        (2, "cleared", "battery"),
        (3, "raised", "battery"),
    ]


def test_device_is_seen_with_all_that_concerns_it(database: Database) -> None:
    floor = worked(database)
    contact = said(database, floor, stored=1, held=2)
    put(
        database,
        Package(SITE, 77, 1, 1, 5, 3, 3, b"{}", state="leased", holder=DEVICE),
        Package(SITE, 78, 1, 1, 5, 3, 3, b"{}"),
        Incident(SITE, 79, DEVICE, "fork", START),
        Incident(SITE, 80, DEVICE, "gap", START, open=None),
    )

    found = seen(database, floor.now + 31 * MINUTE)

    assert (found.contact, found.stored, found.held) == (contact, 2, 1)
    assert (found.packages, found.incidents, found.parked) == (1, ("fork",), 0)
    assert found.pushed_at == floor.now
    assert seen(database, floor.now + 29 * MINUTE).pushed_at is None


def test_device_that_was_only_invited_is_not_looked_for(database: Database) -> None:
    floor = worked(database)
    put(database, Device(SITE, DEVICE + 90, "new", "floor"))

    with database.reading() as connection:
        found = sightings(connection, SITE, floor.now, 30 * MINUTE)

    assert DEVICE + 90 not in {each.device for each in found}


def test_parked_line_is_quarantine_then_overdue_until_it_is_resolved(database: Database) -> None:
    floor = worked(database)
    handheld = floor.handheld(2)
    handheld.do(Receive(quantity=1, owner="ACME", item="A1", to="A-01", ended=1_000))
    teleported(handheld)

    look(database, floor.now, THRESHOLDS)
    look(database, floor.now + PARKED_DUE_MS - 1, THRESHOLDS)
    assert happened(database) == [(1, "raised", "quarantine")]
    look(database, floor.now + PARKED_DUE_MS, THRESHOLDS)
    put(database, Resolution(SITE, "parked", "1000002/1/3", floor.now, "1/1/1"))
    look(database, floor.now + PARKED_DUE_MS + 1, THRESHOLDS)

    assert happened(database)[1:] == [
        (2, "raised", "overdue"),
        (3, "cleared", "overdue"),
        (4, "cleared", "quarantine"),
    ]


def test_silent_device_is_heard_again_by_its_lines(database: Database) -> None:
    floor = worked(database)
    said(database, floor, stored=1, held=5)

    look(database, floor.now + 30 * MINUTE, THRESHOLDS)
    floor.now += 40 * MINUTE
    handheld = floor.handheld(1)
    handheld.do(Receive(quantity=4, owner="ACME", item="A1", to="A-01", ended=1_000))
    handheld.do(Receive(quantity=1, owner="ACME", item="A1", to="A-01", ended=2_000))
    look(database, floor.now, THRESHOLDS)

    assert happened(database) == [(1, "raised", "silent"), (2, "cleared", "silent")]


def test_sites_number_their_events_apart(database: Database) -> None:
    floor = worked(database)
    said(database, floor, battery=5)
    elsewhere = Contact(2, 2_000_001, floor.now, "app/1", PROTOCOL, 1, 0, battery=5)
    put(
        database,
        Device(2, 2_000_001, "far", "floor", state="active", last_epoch=1, enrolled_at=1),
        elsewhere,
    )
    with database.writing() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO lane SELECT 2, generation, head, hash, last_id, last_device, "
                "movements, operations, recorded_at FROM lane WHERE site = 1"
            )
        )

    look(database, floor.now, THRESHOLDS)

    assert happened(database) == [(1, "raised", "battery"), (1, "raised", "battery")]


def test_what_another_process_did_meanwhile_is_not_done_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    floor = worked(database)
    said(database, floor, battery=5)
    first = alarms.due_changes
    done: list[bool] = []

    def late(connection: sa.Connection, site: int, now: int, thresholds: Thresholds) -> list[Alarm]:
        found = first(connection, site, now, thresholds)
        if not done:
            # Between the snapshot and the transaction another process looks.
            done.append(True)
            with monkeypatch.context() as patched:
                patched.setattr(alarms, "due_changes", first)
                look(database, floor.now, THRESHOLDS)
        return found

    monkeypatch.setattr(alarms, "due_changes", late)

    assert look(database, floor.now, THRESHOLDS) == []
    assert happened(database) == [(1, "raised", "battery")]


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_processes_that_look_at_once_write_each_event_once(
    database: Database, database_url: str
) -> None:
    floor = worked(database)
    others = [open_database(database_url) for _ in range(3)]
    for turn in range(10):
        said(database, floor, battery=5 if turn % 2 == 0 else 90)
        start = threading.Barrier(len(others))

        def work(own: Database, start: threading.Barrier = start) -> None:
            start.wait()
            look(own, floor.now, THRESHOLDS)

        threads = [threading.Thread(target=work, args=(own,)) for own in others]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for other in others:
        other.close()

    words = ["raised" if turn % 2 == 0 else "cleared" for turn in range(10)]
    assert happened(database) == [(n, what, "battery") for n, what in enumerate(words, 1)]


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_devices_are_looked_at_twice_a_minute(database: Database, clock: FixedClock) -> None:
    floor = worked(database)
    said(database, floor, battery=5)
    watch = Watch(database, clock, THRESHOLDS)

    watch.by_the_clock()
    assert happened(database) == []
    clock.advance(LOOK_MS)
    watch.by_the_clock()

    assert [what for _, what, _ in happened(database)] == ["raised"]
