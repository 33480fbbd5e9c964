"""Writing past all rules, and what verify says of it."""

from device_protocol.operations import Receive
from server.activities import ACTIVITIES
from server.db.bulk import delete_records, upsert_records
from server.db.engine import Database
from server.lane.records import StoredOperation
from server.ledger.records import Balance, Movement
from server.record import Record, shape
from server.sync.findings import Finding
from server.sync.push import PushRules
from server.sync.verify import verify
from tests.sync.yard import rows_of

RULES = PushRules(ACTIVITIES)
RECEIVE = next(each for each in ACTIVITIES if each.message is Receive)


def change(book: Database, *records: Record) -> None:
    """Write rows past all rules."""
    with book.writing() as connection:
        for record in records:
            upsert_records(connection, type(record), [record])


def remove(book: Database, record: Record) -> None:
    """Take a row out past all rules."""
    with book.writing() as connection:
        delete_records(connection, type(record), [shape(type(record)).key_of(record)])


def findings(book: Database) -> list[Finding]:
    """What verify finds."""
    return verify(book, RULES).findings


def kinds(book: Database) -> set[str]:
    """The kinds of what verify finds."""
    return {finding.kind for finding in findings(book)}


def named(book: Database, kind: str) -> list[str]:
    """The rows of one kind of finding."""
    return [finding.row for finding in findings(book) if finding.kind == kind]


def movement_in_the_middle(book: Database) -> Movement:
    """A movement that has others before and after it."""
    found: list[Movement] = sorted(rows_of(book, Movement), key=lambda each: each.number)
    return found[len(found) // 2]


def operation_like(book: Database, kind: bytes) -> StoredOperation:
    """The first operation of a kind that a device sent."""
    found: list[StoredOperation] = sorted(
        rows_of(book, StoredOperation), key=lambda each: each.number
    )
    return next(each for each in found if b'"kind":"' + kind + b'"' in each.line)


def balance_at(book: Database, *, negative: bool = False) -> Balance:
    """A physical balance."""
    found: list[Balance] = rows_of(book, Balance)
    return next(
        each for each in found if each.place > 1_000_000 and (each.quantity < 0) is negative
    )
