"""Personal data apart from the book: a salted hash stands in operations, the record can be deleted.

The salt is random, so that nobody finds a name by hashing names.
"""

import hashlib
from collections.abc import Sequence

import msgspec
import sqlalchemy as sa

from server.db.bulk import delete_records, select_records, upsert_records
from server.identity.models import PERSONAL_RECORD
from server.identity.records import PersonalRecord
from server.lane.activity import NETWORK

SALT_BYTES = 16
KEPT_MS = 180 * 24 * 3_600_000
"""How long a name or address is kept after it came."""


class Recipient(msgspec.Struct, frozen=True, omit_defaults=True):
    """To whom an order goes: a name and the lines of an address."""

    name: str = ""
    lines: tuple[str, ...] = ()

    @property
    def label_lines(self) -> tuple[str, ...]:
        """What stands on a label."""
        return tuple(line for line in (self.name, *self.lines) if line)


def hash_of(salt: bytes, body: bytes) -> str:
    """How the book names a record."""
    return hashlib.sha256(salt + body).hexdigest()


def personal_record(content: msgspec.Struct, salt: bytes, kept_until: int) -> PersonalRecord:
    """A record of this content; the salt is random, or that of another version of the same."""
    body = msgspec.json.encode(content)
    return PersonalRecord(NETWORK, hash_of(salt, body), salt, body, kept_until)


def find_personal(connection: sa.Connection, hashes: Sequence[str]) -> dict[str, PersonalRecord]:
    """The records that are still kept, by hash."""
    wanted = [(NETWORK, name) for name in hashes if name]
    found = select_records(connection, PersonalRecord, PersonalRecord.KEY, wanted)
    return {record.hash: record for record in found}


def keep_personal(connection: sa.Connection, records: Sequence[PersonalRecord]) -> None:
    """Keep records, those that are kept already too; an errand of the lanes."""
    upsert_records(connection, PersonalRecord, list(records))


def forget_personal(connection: sa.Connection, hashes: Sequence[str]) -> None:
    """Delete records; an errand of the lanes."""
    delete_records(connection, PersonalRecord, [(NETWORK, name) for name in hashes])


def forget_expired(connection: sa.Connection, now: int) -> None:
    """Delete the records whose time is over; an errand of the lanes, once a day."""
    connection.execute(sa.delete(PERSONAL_RECORD).where(PERSONAL_RECORD.c.kept_until < now))


def read_recipient(record: PersonalRecord | None) -> Recipient:
    """To whom an order goes; nobody where the record was deleted."""
    if record is None:
        return Recipient()
    return msgspec.json.decode(record.body, type=Recipient)
