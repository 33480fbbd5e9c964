"""What deciding everything again left, beside what is stored: every row of every decided table.

A table is decided if lanes alone write it. The others hold what is kept beside the book, what is
projected from it, or what stands under the chain of commits and is compared there.
"""

from collections.abc import Callable, Iterable, Iterator

from server.db.tables import KINDS
from server.lane.picture import Picture
from server.lane.records import Lane
from server.record import Key, Record, shape
from server.sync.findings import Finding

ELSEWHERE = frozenset(
    (
        # Under the chain; sent, also of what was refused and left no operation.
        *("book_commit", "movement", "operation", "outbox", "outbox_head"),
        # Projected for devices, or kept in the archive.
        *("archived_part", "document", "scope"),
        # Personal, and erased one day; who was asked for it.
        *("attachment", "consumer_link", "consumer_word", "erased_record", "erasure", "evidence"),
        *("personal_record", "wrong_guesses"),
        # Of devices, printers and processes, beside the book.
        *("device_alarm", "device_alarm_event", "device_contact", "print_job", "terminal"),
        "workstation",
        *("reconsidered", "schema_rule", "server_duty", "server_process"),
    )
)
"""Tables that are not rebuilt from operations."""


def decided_kinds() -> list[type[Record]]:
    """Every kind of record that only decisions write."""
    return [kind for kind in KINDS if kind.TABLE not in ELSEWHERE]


def rebuilt(
    picture: Picture, stored: Callable[[type[Record]], Iterable[Record]]
) -> Iterator[Finding]:
    """Rows that deciding again gave otherwise, gave without their being stored, or didn't give."""
    for kind in decided_kinds():
        key_of = shape(kind).key_of
        again: dict[Key, Record] = {key_of(each): each for each in picture.all(kind)}
        for row in stored(kind):
            key = key_of(row)
            decided = again.pop(key, None)
            if decided != row and row != Lane(key[0]):
                detail = f"rebuilt as {decided}, stored {row}"
                yield Finding("rebuilt", key[0], name_of(row), detail)
        for key, left in again.items():
            yield Finding("rebuilt", key[0], name_of(left), "rebuilt, not stored")


def name_of(row: Record) -> str:
    """A row by its table and key, without its site, which stands beside it."""
    site, *rest = shape(type(row)).key_of(row)
    told = [f"{name} {value}" for name, value in zip(row.KEY[1:], rest, strict=True)]
    return " ".join((row.TABLE, *(told or [str(site)])))
