"""Contacts: what a hello tells is kept, the newest of each device, without costing a commit."""

import threading

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from device_protocol.messages import HelloRequest, Tail
from server.clock import FixedClock
from server.db.engine import Database
from server.errors import UnavailableError
from server.fleet.contacts import COUNT_MAX, Contacts, contact_of, write_contacts
from server.fleet.models import CONTACT
from server.fleet.records import Contact
from server.fleet.rules import Thresholds
from server.fleet.watching import WRITE_MS, Watch

DEVICE = 1_000_001
FIRST = Contact(1, DEVICE, 1_000, "app/1", 2, 1, 7, held=3, battery=50)


def kept(database: Database) -> list[Contact]:
    """All contacts in the database, by device."""
    with database.reading() as connection:
        rows = connection.execute(sa.select(CONTACT).order_by(CONTACT.c.device)).all()
    return [Contact(*row) for row in rows]


def written(database: Database, *contacts: Contact) -> list[Contact]:
    """What is kept after these were heard and written one after the other."""
    for contact in contacts:
        buffered = Contacts()
        buffered.heard(contact)
        assert buffered.write(database) == 1
    return kept(database)


def test_newest_contact_of_each_device_is_written_together(database: Database) -> None:
    contacts = Contacts()
    contacts.heard(replace(FIRST, at=2_000, battery=49))
    contacts.heard(FIRST)
    contacts.heard(replace(FIRST, device=DEVICE + 1))

    assert (len(contacts), contacts.write(database), contacts.write(database)) == (2, 2, 0)
    assert [(each.at, each.battery) for each in kept(database)] == [(2_000, 49), (1_000, 50)]


def test_newer_contact_wins_whichever_is_written_first(database: Database) -> None:
    newer = replace(FIRST, at=2_000, battery=49)

    assert [each.battery for each in written(database, newer, FIRST)] == [49]
    assert [each.battery for each in written(database, replace(newer, at=2_001, battery=9))] == [9]


def test_contact_goes_on_from_the_one_that_was_kept(database: Database) -> None:
    found = written(database, FIRST, replace(FIRST, at=9_000, held=4, alarms=1))

    assert [(each.held_since, each.drifted_at) for each in found] == [(1_000, 9_000)]


def test_contacts_wait_on_while_they_cannot_be_written(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    contacts = Contacts()
    contacts.heard(FIRST)

    def fail(_connection: sa.Connection, _contacts: list[Contact]) -> None:
        contacts.heard(replace(FIRST, at=5_000))
        raise UnavailableError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr("server.fleet.contacts.write_contacts", fail)
        with pytest.raises(UnavailableError):
            contacts.write(database)

    assert (contacts.write(database), [each.at for each in kept(database)]) == (1, [5_000])


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_processes_that_write_the_same_devices_do_not_hinder_each_other(
    database: Database,
) -> None:
    start = threading.Barrier(2)

    def work(own: int) -> None:
        start.wait()
        for turn in range(20):
            rows = [replace(FIRST, device=DEVICE + n, at=turn * 2 + own) for n in range(20)]
            with database.writing() as connection:
                write_contacts(connection, rows[::-1] if own else rows)

    threads = [threading.Thread(target=work, args=(own,)) for own in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {each.at for each in kept(database)} == {39}


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_contacts_are_written_every_few_seconds_and_at_the_end(
    database: Database, clock: FixedClock
) -> None:
    watch = Watch(database, clock, Thresholds())
    watch.contacts.heard(FIRST)
    watch.by_the_clock()
    assert kept(database) == []

    clock.advance(WRITE_MS)
    watch.by_the_clock()
    assert len(kept(database)) == 1

    watch.contacts.heard(replace(FIRST, device=DEVICE + 1))
    watch.close()
    assert len(kept(database)) == 2


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_database_that_is_gone_keeps_nobody_from_stopping(
    database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = Watch(database, clock, Thresholds())
    watch.contacts.heard(FIRST)

    def fail(*_given: object) -> None:
        raise UnavailableError("it is gone")

    monkeypatch.setattr("server.fleet.contacts.write_contacts", fail)
    watch.close()

    assert len(watch.contacts) == 1


@pytest.mark.parametrize("battery", [-1, 101, 1 << 80])
def test_claims_that_cannot_be_so_are_cut(battery: int) -> None:
    asked = HelloRequest(
        DEVICE,
        1,
        "a" * 500,
        1,
        1 << 70,
        Tail(0, ""),
        held=-4,
        uploads=1 << 70,
        alarms=1 << 60,
        battery=battery,
        problem="p" * 500,
    )

    contact = contact_of(1, asked, 7, 1_000)

    assert (contact.battery, contact.held, contact.stored) == (None, 0, 7)
    assert contact.protocol == contact.uploads == contact.alarms == COUNT_MAX
    assert (len(contact.app), len(contact.problem)) == (64, 64)
