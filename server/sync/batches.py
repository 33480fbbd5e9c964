"""Batches: operations of one stream on their way into a lane, and what their sender hears."""

import msgspec

from device_protocol.messages import Outcome
from server.lane.activity import DEVICES

PARKED_FAULT = msgspec.json.encode(
    Outcome("parked", "internal_error", then="kept; a person or a newer version resolves it")
)


class Batch(msgspec.Struct, frozen=True):
    """Lines of one stream for the lane of one site.

    A device's batch says where it begins and carries the chain hash after each line, checked by the
    caller. The batch of another lane's outbox says where it begins. Desks, imports and timers leave
    `first` None: the lane numbers them.
    """

    site: int
    stream: int
    epoch: int
    lines: tuple[bytes, ...]
    first: int | None = None
    prev: bytes = b""
    hashes: tuple[bytes, ...] = ()
    park: bytes = b""
    """Outcome with which all lines are kept without being decided; empty where they are decided."""
    unread: bool = False
    """Whether its lines could not be read when they came: a replay must not read them either."""
    trusted: bool = False
    """Whether it was read from the book itself: its chain is checked elsewhere."""

    @property
    def size(self) -> int:
        """How many operations it holds."""
        return len(self.lines)

    @property
    def from_device(self) -> bool:
        """Whether a device sent it."""
        return self.stream >= DEVICES

    def cut(self) -> list["Batch"]:
        """The same operations one by one; a server-side batch is numbered when it is stored."""
        pieces = []
        for place, line in enumerate(self.lines):
            piece = msgspec.structs.replace(
                self,
                lines=(line,),
                first=None if self.first is None else self.first + place,
                prev=self.hashes[place - 1] if place and self.hashes else self.prev,
                hashes=self.hashes[place : place + 1],
            )
            pieces.append(piece)
        return pieces

    def parked(self) -> "Batch":
        """The same operations, to be stored and parked."""
        return msgspec.structs.replace(self, park=PARKED_FAULT)


class Answer(msgspec.Struct, frozen=True):
    """What the lane says of a batch: how it was taken, where the stream stands, stored outcomes.

    `status` is taken, gap, fork or unknown (no such stream); `seqs` are the numbers of the
    outcomes.
    """

    status: str
    next: int
    head: bytes
    commit: int
    first: int = 0
    outcomes: tuple[bytes, ...] = ()
