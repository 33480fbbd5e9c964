"""The journal notices at once what contradicts an earlier answer."""

import msgspec
import pytest

from device_protocol.messages import (
    Checkpoint,
    Cursor,
    DigestAnswer,
    Document,
    Page,
    PullAnswer,
    PullRequest,
)
from server.simulation.journal import Journal

DEVICE, PERSON, SCOPE = 1_000_001, 7, "1/zone/3"
APPLIED, FLAGGED = b'{"outcome":"applied"}', b'{"outcome":"flagged"}'
ONE, OTHER = bytes(32), bytes(range(32))


def pulled(
    journal: Journal, page: Page, *, cursor: int | None = None, generation: int = 1
) -> list[str]:
    """Let the journal hear a pull; answer which invariants it found broken."""
    cursors = {} if cursor is None else {SCOPE: Cursor(n=cursor, generation=1, hash="")}
    asked = PullRequest(device=DEVICE, cursors=cursors)
    journal.pulled(DEVICE, PERSON, asked, PullAnswer(generation=generation, pages=(page,)))
    return [breach.invariant for breach in journal.breaches]


def page_at(n: int, total: str = "00", *, restart: bool = False) -> Page:
    """A page that ends at a checkpoint, with a document of version 5."""
    point = Checkpoint(n=n, hash="", count=1, sum=total)
    document = Document("task/1", 5, msgspec.Raw(b"{}"))
    return Page(scope=SCOPE, cursor=n, documents=(document,), checkpoint=point, restart=restart)


@pytest.mark.parametrize(
    ("line_hash", "outcome", "found"),
    [(ONE, APPLIED, []), (ONE, FLAGGED, ["I5"]), (OTHER, APPLIED, ["I3"])],
)
def test_second_answer_must_be_the_first(
    line_hash: bytes, outcome: bytes, found: list[str]
) -> None:
    journal = Journal()
    journal.answered(DEVICE, 1, 4, [ONE], [APPLIED])

    journal.answered(DEVICE, 1, 4, [line_hash], [outcome])

    assert [breach.invariant for breach in journal.breaches] == found
    assert dict(journal.outcomes()) == {(DEVICE, 1, 4): (ONE, APPLIED)}


def test_restored_server_need_not_remember_what_it_lost() -> None:
    journal = Journal()
    journal.answered(DEVICE, 1, 4, [ONE, ONE], [APPLIED, APPLIED])

    journal.restored({(DEVICE, 1, 4)})
    journal.answered(DEVICE, 1, 5, [OTHER], [FLAGGED])

    assert journal.breaches == []


def test_change_below_the_cursor_is_found() -> None:
    assert pulled(Journal(), page_at(9), cursor=4) == []
    assert pulled(Journal(), page_at(9), cursor=5) == ["I9"]


def test_scope_that_starts_again_may_say_everything() -> None:
    assert pulled(Journal(), page_at(9, restart=True), cursor=8) == []
    assert pulled(Journal(), page_at(9), cursor=8, generation=2) == []


def test_checkpoint_says_the_same_to_everybody() -> None:
    journal = Journal()

    assert pulled(journal, page_at(9, "00")) == []
    assert pulled(journal, page_at(9, "00")) == []
    assert pulled(journal, page_at(9, "ff"), generation=2) == []
    assert pulled(journal, page_at(9, "ff")) == ["I9"]
    assert journal.people[DEVICE] == {PERSON}


def test_repair_does_not_tell_everything() -> None:
    journal = Journal()
    elsewhere = Document("task/2", 4, msgspec.Raw(b"{}"))

    journal.repaired(DEVICE, DigestAnswer(generation=1, page=page_at(9)))

    assert pulled(journal, msgspec.structs.replace(page_at(9), documents=(elsewhere,))) == []
    assert pulled(journal, page_at(9)) == []
    late = Document("task/3", 5, msgspec.Raw(b"{}"))
    assert pulled(journal, msgspec.structs.replace(page_at(9), documents=(late,))) == ["I9"]
