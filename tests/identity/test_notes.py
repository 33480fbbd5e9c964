"""Notes of people at desks are kept apart, readable until they are deleted."""

from server.db.engine import Database
from server.identity.notes import ERASED, note_record, read_notes, reference
from server.identity.personal import forget_expired, forget_personal, keep_personal

SALT = bytes(16)


def test_a_note_is_read_until_it_is_deleted(database: Database) -> None:
    record = note_record("Ana saw it fall", SALT, 1_000)
    with database.writing() as connection:
        keep_personal(connection, [record])

    with database.reading() as connection:
        assert read_notes(connection, [reference(record), "counted"]) == {
            reference(record): "Ana saw it fall"
        }

    with database.writing() as connection:
        forget_personal(connection, [record.hash])
    with database.reading() as connection:
        assert read_notes(connection, [reference(record)]) == {reference(record): ERASED}


def test_records_are_deleted_when_their_time_is_over(database: Database) -> None:
    record = note_record("old", SALT, 1_000)
    with database.writing() as connection:
        keep_personal(connection, [record])
        forget_expired(connection, record.kept_until)
        kept = read_notes(connection, [reference(record)])
        forget_expired(connection, record.kept_until + 1)
        gone = read_notes(connection, [reference(record)])

    assert (kept, gone) == ({reference(record): "old"}, {reference(record): ERASED})
