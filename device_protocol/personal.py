"""Personal records on the device: a name stands apart from the line that refers to it.

A line names the record by its salted hash (`Operation.personal`), so the book holds no name and the
record can be deleted. The record is kept on the device until the server has it; it and its line may
arrive in any order. Besides names these are texts that somebody typed, and positions: where a
parcel was handed over is about the person who lives there.
"""

import hashlib
from typing import Literal

import msgspec

from device_protocol.keys import Randomness
from device_protocol.store import Store

SALT_BYTES = 16
BODY_BYTES_MAX = 4_096
_NOTE = "personal"

PersonalKind = Literal["name", "note", "position"]
"""What a personal record is: each kind has its own time for which it is kept."""


class Position(msgspec.Struct, frozen=True):
    """A point on the earth (WGS 84), in ten-millionths of a degree, about a centimetre."""

    latitude_e7: int
    longitude_e7: int
    accuracy_m: int = 0
    """Radius within which it is; 0 where the receiver did not say."""


class PersonalRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is kept apart: salt and body, hexadecimal and text."""

    salt: str
    body: str
    kind: PersonalKind = "name"
    """What the body is; by it the server knows how long to keep it."""

    @property
    def hash(self) -> str:
        """How a line names it: SHA-256 over salt and body, hexadecimal."""
        return hash_of(bytes.fromhex(self.salt), self.body.encode())


def hash_of(salt: bytes, body: bytes) -> str:
    """Return how the book names a record.

    >>> hash_of(bytes(16), b"Ana")[:16]
    'e87b8cc98b407651'
    """
    return hashlib.sha256(salt + body).hexdigest()


class PersonalBox:
    """The records that the server does not have yet."""

    def __init__(self, store: Store, randomness: Randomness) -> None:
        """Go on where the store left it."""
        self._store = store
        self._randomness = randomness

    def keep(self, text: str, kind: PersonalKind = "name") -> str:
        """Keep a name or the like durably and return the hash by which a line names it."""
        if len(text.encode()) > BODY_BYTES_MAX:
            message = f"a personal record holds at most {BODY_BYTES_MAX} bytes"
            raise ValueError(message)
        record = PersonalRecord(self._randomness(SALT_BYTES).hex(), text, kind)
        self._write([*self.pending(), record])
        return record.hash

    def keep_position(self, position: Position) -> str:
        """Keep where something happened and return the hash by which a line names it."""
        return self.keep(msgspec.json.encode(position).decode(), "position")

    def pending(self) -> list[PersonalRecord]:
        """Return what is still to be sent, oldest first."""
        note = self._store.note(_NOTE)
        return [] if note is None else msgspec.json.decode(note, type=list[PersonalRecord])

    def sent(self, record: PersonalRecord) -> None:
        """Forget a record that the server has."""
        self._write([other for other in self.pending() if other != record])

    def _write(self, records: list[PersonalRecord]) -> None:
        self._store.set_note(_NOTE, msgspec.json.encode(records) if records else None)
