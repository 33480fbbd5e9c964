"""Tests of personal records, on both databases."""

import hashlib

from server.db.engine import Database
from server.identity.personal import (
    Recipient,
    find_personal,
    forget_personal,
    keep_personal,
    personal_record,
    read_recipient,
)

ERIKA = Recipient("Erika Mustermann", ("Heidestr. 17", "51147 Köln"))


def test_hash_is_of_salt_and_body() -> None:
    record = personal_record(ERIKA, b"salt", 5)

    assert record.hash == hashlib.sha256(b"salt" + record.body).hexdigest()
    assert personal_record(ERIKA, b"pepper", 5).hash != record.hash
    assert record.kept_until == 5


def test_record_is_kept_found_and_forgotten(database: Database) -> None:
    record = personal_record(ERIKA, b"salt", 5)
    other = personal_record(Recipient("Max"), b"salt", 5)

    with database.writing() as connection:
        keep_personal(connection, [record, other])
        keep_personal(connection, [record])
    with database.reading() as connection:
        found = find_personal(connection, [record.hash, "", "unknown"])
    with database.writing() as connection:
        forget_personal(connection, [record.hash])
    with database.reading() as connection:
        left = find_personal(connection, [record.hash, other.hash])

    assert found == {record.hash: record}
    assert read_recipient(found[record.hash]) == ERIKA
    assert list(left) == [other.hash]


def test_nobody_is_read_where_the_record_was_deleted() -> None:
    assert read_recipient(None) == Recipient()
    assert read_recipient(None).label_lines == ()
    assert ERIKA.label_lines == ("Erika Mustermann", "Heidestr. 17", "51147 Köln")
