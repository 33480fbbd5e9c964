"""Personal data apart from the book: a salted hash stands in operations, the record can be deleted.

The salt is random, so that nobody finds a name by hashing names.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import msgspec
import sqlalchemy as sa

from server.config import Settings
from server.db.bulk import delete_records, ensure_records, select_records, upsert_records
from server.identity.models import ERASED_RECORD, PERSONAL_RECORD
from server.identity.records import ErasedRecord, PersonalRecord
from server.lane.activity import NETWORK

SALT_BYTES = 16
DAY_MS = 24 * 3_600_000
KEPT_MS = 180 * DAY_MS
"""How long a name or address is kept after it came, unless a setting says otherwise."""


class Recipient(msgspec.Struct, frozen=True, omit_defaults=True):
    """To whom an order goes: a name and the lines of an address."""

    name: str = ""
    lines: tuple[str, ...] = ()
    note: str = ""
    """What whoever brings it must mind at the door; it stands on no label."""

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
    return PersonalRecord(NETWORK, hash_of(salt, body), salt, body, kept_until, "recipient")


def kept_ms(settings: Settings, kind: str) -> int:
    """How long a kind (recipient, name, note, position, attachment) is kept after it came."""
    days: int = getattr(settings, f"keep_{kind}s_days")
    return days * DAY_MS


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
    over = PERSONAL_RECORD.c.kept_until < now
    told = sa.select(
        PERSONAL_RECORD.c.site, PERSONAL_RECORD.c.hash, sa.literal(now), sa.literal("expired")
    ).where(over, PERSONAL_RECORD.c.kind != "recipient")
    with overwriting(connection):
        # Orders are found erased by their recipient's absence alone: there are many of them.
        mark_erased(connection, told)
        connection.execute(sa.delete(PERSONAL_RECORD).where(over))


def mark_erased(connection: sa.Connection, told: sa.Select[tuple[int, str, int, str]]) -> None:
    """Keep in mind that records (site, hash, when, cause) are gone for good."""
    known = sa.select(ERASED_RECORD.c.hash)
    columns = told.selected_columns
    told = told.where(columns[1].not_in(known))
    connection.execute(
        sa.insert(ERASED_RECORD).from_select(list(ErasedRecord.__struct_fields__), told)
    )


def erase(connection: sa.Connection, hashes: Iterable[str], now: int) -> None:
    """Delete records because somebody asked, also those that will only come; an errand."""
    names = sorted(set(hashes))
    marks = [ErasedRecord(NETWORK, name, now, "asked") for name in names]
    with overwriting(connection):
        ensure_records(connection, ErasedRecord, marks)
        forget_personal(connection, names)


def erased_among(connection: sa.Connection, hashes: Iterable[str]) -> set[str]:
    """Which of these records are gone for good."""
    wanted = [(NETWORK, name) for name in hashes]
    found = select_records(connection, ErasedRecord, ErasedRecord.KEY, wanted)
    return {record.hash for record in found}


@contextmanager
def overwriting(connection: sa.Connection) -> Iterator[None]:
    """Have SQLite write zeros over what is deleted in this block; it only marks it free else."""
    if connection.dialect.name != "sqlite":
        yield
        return
    connection.exec_driver_sql("PRAGMA secure_delete = ON").close()
    try:
        yield
    finally:
        connection.exec_driver_sql("PRAGMA secure_delete = OFF").close()


def read_recipient(record: PersonalRecord | None) -> Recipient:
    """To whom an order goes; nobody where the record was deleted."""
    if record is None:
        return Recipient()
    return msgspec.json.decode(record.body, type=Recipient)
