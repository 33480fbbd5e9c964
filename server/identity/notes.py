"""Free text apart from the book: a note's place in an operation holds only the salted hash of it.

People write names into notes whatever they are told. So the text is a personal record, which can be
deleted, and the book refers to it as `note/<hash>`.
"""

from collections.abc import Iterable

import sqlalchemy as sa

from server.identity.personal import find_personal, hash_of
from server.identity.records import PersonalRecord
from server.lane.activity import NETWORK

PREFIX = "note/"
KEPT_MS = 5 * 365 * 24 * 3_600_000
"""How long a note is kept, unless a setting says otherwise.

As long as the papers of trade that it explains.
"""
ERASED = "(erased)"


def note_record(text: str, salt: bytes, now: int, kept_ms: int = KEPT_MS) -> PersonalRecord:
    """The record that keeps a note."""
    body = text.encode()
    return PersonalRecord(NETWORK, hash_of(salt, body), salt, body, now + kept_ms, "note")


def reference(record: PersonalRecord) -> str:
    """What stands in the operation for the note."""
    return PREFIX + record.hash


def read_notes(connection: sa.Connection, references: Iterable[str]) -> dict[str, str]:
    """The texts behind references, `(erased)` where one was deleted; other words are left out."""
    wanted = {each for each in references if each.startswith(PREFIX)}
    found = find_personal(connection, [each.removeprefix(PREFIX) for each in wanted])
    return {
        each: found[name].body.decode() if (name := each.removeprefix(PREFIX)) in found else ERASED
        for each in wanted
    }
