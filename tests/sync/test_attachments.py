"""Attachments over several processes, interruptions and erasure, on both databases."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from device_protocol.messages import AttachmentAnswer
from server.db.engine import Database
from server.errors import UnavailableError
from server.identity.personal import erase
from server.sync.attachment_store import AttachmentStore
from server.sync.attachments import AttachmentGapError, Attachments, Declared
from tests.sync.test_attachment_content import PDF

SALT = bytes(16)
NAME = hashlib.sha256(SALT + PDF).hexdigest()
DECLARED = Declared(NAME, SALT, len(PDF), "application/pdf")
DEVICE = 1_000_001
NOW = 1_800_000_000_000
KEPT_MS = 1_000


class HookedStore(AttachmentStore):
    """A folder; what another process does meanwhile happens before the next call of a name."""

    def __init__(self, folder: Path) -> None:
        """Have nothing happen."""
        super().__init__(str(folder))
        self.before: dict[str, Callable[[], object]] = {}

    def put_piece(self, *told: Any) -> None:  # noqa: ANN401 - as the store's own.
        self._happens("put_piece")
        super().put_piece(*told)

    def keep(self, *told: Any) -> None:  # noqa: ANN401 - as the store's own.
        self._happens("keep")
        super().keep(*told)

    def _happens(self, name: str) -> None:
        self.before.pop(name, lambda: None)()


@pytest.fixture
def store(tmp_path: Path) -> HookedStore:
    """Give a folder."""
    return HookedStore(tmp_path / "kept")


@pytest.fixture
def attachments(database: Database, store: HookedStore) -> Attachments:
    """Give the attachments of one process."""
    return another(database, store)


def another(database: Database, store: AttachmentStore) -> Attachments:
    """The attachments as another process sees them."""
    return Attachments(database, store, lambda: NOW, bytes_per_day=10_000, kept_ms=KEPT_MS)


def send(attachments: Attachments, first: int = 0, last: int = len(PDF)) -> AttachmentAnswer:
    """Send bytes first … last."""
    return attachments.take(DEVICE, DECLARED, first, PDF[first:last])


def whole(*, have: int = len(PDF)) -> AttachmentAnswer:
    """The answer of what is complete."""
    return AttachmentAnswer(NAME, have, complete=True)


def erased(database: Database) -> None:
    """Erase it, as a request does."""
    with database.writing() as connection:
        erase(connection, [NAME], NOW)


def test_other_process_was_faster_with_the_same_piece(
    attachments: Attachments, database: Database, store: HookedStore
) -> None:
    store.before["put_piece"] = lambda: send(another(database, store), 0, 9)

    told = send(attachments, 0, 5)

    # What the other has counts, and its piece is not lost to the shorter one.
    assert told == AttachmentAnswer(NAME, 9)
    assert send(attachments, 9) == whole()
    assert attachments.content(NAME) is not None


def test_other_process_was_faster_to_finish(
    attachments: Attachments, database: Database, store: HookedStore
) -> None:
    store.before["keep"] = lambda: send(another(database, store))

    assert send(attachments) == whole()
    assert store.read(NAME) == PDF


def test_erasure_wins_over_what_is_just_finished(
    attachments: Attachments, database: Database, store: HookedStore
) -> None:
    def erase_now() -> None:
        erased(database)
        another(database, store).remove([NAME])

    store.before["keep"] = erase_now

    assert send(attachments) == whole(have=0)
    assert store.read(NAME) is None


def test_what_was_erased_is_not_taken_again(
    attachments: Attachments, database: Database, store: HookedStore
) -> None:
    send(attachments)
    erased(database)

    assert attachments.content(NAME) is None
    attachments.clear_up()
    assert send(attachments) == attachments.status(NAME) == whole(have=0)
    assert (store.read(NAME), store.uploads()) == (None, set())


def test_pieces_that_got_lost_are_asked_for_again(
    attachments: Attachments, store: HookedStore
) -> None:
    send(attachments, 0, 9)
    send(attachments, 9, 12)
    (piece,) = (Path(store.place) / "partial" / NAME).glob("*/9-12")
    piece.unlink()

    assert send(attachments, 12) == AttachmentAnswer(NAME, 9)
    assert send(attachments, 9) == whole()


def test_server_that_stopped_before_the_check_finishes_later(
    attachments: Attachments, store: HookedStore
) -> None:
    def fail() -> None:
        raise UnavailableError("the bucket is gone")

    store.before["keep"] = fail
    with pytest.raises(UnavailableError):
        send(attachments)

    assert attachments.status(NAME) == AttachmentAnswer(NAME, len(PDF))
    assert send(attachments, len(PDF)) == whole()


def test_bytes_that_are_gone_are_not_found(attachments: Attachments, store: HookedStore) -> None:
    assert attachments.content(NAME) is None
    send(attachments, 0, 5)
    assert attachments.content(NAME) is None
    send(attachments)
    store.remove(NAME)

    assert attachments.content(NAME) is None


def test_clearing_up_leaves_what_is_under_way(attachments: Attachments, store: HookedStore) -> None:
    send(attachments, 0, 5)
    other = "f" * 64
    store.put_piece(other, "left behind", 0, b"x")

    attachments.clear_up()

    assert store.uploads() == {NAME}
    with pytest.raises(AttachmentGapError):
        send(attachments, 6)


def test_server_without_a_place_has_nothing_to_clear(database: Database) -> None:
    none = Attachments(database, None, lambda: NOW, bytes_per_day=1, kept_ms=1)

    none.clear_up()
    none.remove([NAME])
    assert none.content(NAME) is None
