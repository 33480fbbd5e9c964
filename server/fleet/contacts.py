"""How devices are doing, as they say at each hello: kept outside the book.

A hello must not cost a commit. So contacts wait in memory for a few seconds, the latest of each
device, and are written together; what a crash loses, the next hello tells again.
"""

import threading

import sqlalchemy as sa

from device_protocol.messages import HelloRequest
from server.db import bulk
from server.db.bulk import select_records, statements, values
from server.db.engine import Database
from server.fleet.records import Contact
from server.fleet.rules import continued
from server.record import Key

COUNT_MAX = (1 << 53) - 1
TEXT_MAX = 64
PERCENT_MAX = 100


def contact_of(site: int, asked: HelloRequest, stored: int, now: int) -> Contact:
    """What a hello tells; claims that can't be so are cut to what can."""
    battery = asked.battery
    return Contact(
        site=site,
        device=asked.device,
        at=now,
        app=asked.app[:TEXT_MAX],
        protocol=_count(asked.protocol_max),
        epoch=asked.epoch,
        stored=stored,
        held=_count(asked.held),
        battery=battery if battery is not None and 0 <= battery <= PERCENT_MAX else None,
        uploads=_count(asked.uploads),
        alarms=_count(asked.alarms),
        problem=asked.problem[:TEXT_MAX],
    )


class Contacts:
    """The contacts that were not written yet; any thread may add to them."""

    def __init__(self) -> None:
        """Begin without any."""
        self._latest: dict[Key, Contact] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._latest)

    def heard(self, contact: Contact) -> None:
        """Remember a contact until it is written."""
        with self._lock:
            self._put(contact)

    def write(self, database: Database) -> int:
        """Write what waits and answer how many they were; if it fails, they wait on."""
        with self._lock:
            waiting, self._latest = self._latest, {}
        if not waiting:
            return 0
        try:
            with database.writing() as connection:
                write_contacts(connection, list(waiting.values()))
        except BaseException:
            with self._lock:
                for contact in waiting.values():
                    self._put(contact)
            raise
        return len(waiting)

    def _put(self, contact: Contact) -> None:
        key = (contact.site, contact.device)
        known = self._latest.get(key)
        if known is None or known.at <= contact.at:
            self._latest[key] = contact


def write_contacts(connection: sa.Connection, contacts: list[Contact]) -> None:
    """Write contacts, one of a device; a later one that is there already stays."""
    # In one order always, so that two processes never wait for each other's rows.
    contacts = sorted(contacts, key=lambda each: (each.site, each.device))
    wanted = [(each.site, each.device) for each in contacts]
    known = {
        (each.site, each.device): each
        for each in select_records(connection, Contact, Contact.KEY, wanted)
    }
    rows = [continued(known.get((each.site, each.device)), each) for each in contacts]
    upsert = statements(Contact, connection.dialect.name).upsert
    newer = f"{upsert} WHERE excluded.at >= {Contact.TABLE}.at"
    bulk.run(connection, newer, values(Contact, rows))


def _count(number: int) -> int:
    return min(max(0, number), COUNT_MAX)
