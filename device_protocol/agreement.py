"""What hello agreed on, kept for the calls after it and for the next start of the app."""

import msgspec

from device_protocol.messages import HelloAnswer
from device_protocol.store import Store
from device_protocol.version import PROTOCOL, PROTOCOL_MIN

_NOTE = "agreed"
_PROBLEM_NOTE = "problem"
_SECOND = 2


class _Terms(msgspec.Struct, frozen=True):
    protocol: int = PROTOCOL_MIN
    upgrade: str = "none"


class Agreement:
    """The protocol that both sides speak, and whether the app is too old."""

    def __init__(self, store: Store) -> None:
        """Go on where the store left it; before the first hello the least is taken for granted."""
        self._store = store
        note = store.note(_NOTE)
        self._terms = msgspec.json.decode(note, type=_Terms) if note else _Terms()

    @property
    def protocol(self) -> int:
        """Return the protocol that hello agreed on."""
        return self._terms.protocol

    @property
    def upgrade(self) -> str:
        """Return whether the server asks for a newer app: none, advised or needed."""
        return self._terms.upgrade

    @property
    def speaks_second(self) -> bool:
        """Tell whether the server speaks protocol 2: digest, rotate, live, what an epoch holds."""
        return self.protocol >= _SECOND

    @property
    def problem(self) -> str:
        """Return the code of what ended the last synchronisation before its end, if anything."""
        return (self._store.note(_PROBLEM_NOTE) or b"").decode()

    def take(self, answer: HelloAnswer) -> None:
        """Keep what an answer says; where an upgrade is needed it may name a protocol not known."""
        terms = _Terms(min(answer.protocol, PROTOCOL), answer.upgrade)
        if terms != self._terms:
            self._store.set_note(_NOTE, msgspec.json.encode(terms))
            self._terms = terms

    def note_problem(self, code: str) -> None:
        """Keep what ended a synchronisation before its end, to tell it with the next hello."""
        if code != self.problem:
            self._store.set_note(_PROBLEM_NOTE, code.encode() or None)
