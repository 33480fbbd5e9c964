"""Lines that a device offers again: after a fork, a wipe or a restore of the server.

Such a line names where it stood before. It is taken once, whether the server still has it there or
it has come in by another line since; its repeats are stored and have no effect. The other way round
too: a line that still comes in its old epoch, after its repeat was taken, has no effect.
"""

import msgspec

from device_protocol.messages import Outcome
from device_protocol.operations import Operation
from server.lane.activity import Context
from server.lane.picture import Picture
from server.lane.records import MovedLine, StoredOperation
from server.lane.want import Look

TAKEN_BEFORE = msgspec.json.encode(Outcome("applied", "taken_before"))
"""The outcome of a line that was offered again after it had been taken."""
MovedKey = tuple[int, int, int, int, str]


def want_origin(look: Look, context: Context, operation: Operation) -> None:
    """Name what the server may have of the line already."""
    origin = operation.again
    if origin is None:
        return
    look.row(StoredOperation, (context.site, context.stream, origin.epoch, origin.seq))
    look.row(MovedLine, (context.site, context.stream, origin.epoch, origin.seq, origin.hash))


def taken_before(operation: Operation, picture: Picture, context: Context) -> bool:
    """Whether the line was taken already; if not, note that it now stands here."""
    origin = operation.again
    if origin is None:
        return False
    key = (context.site, context.stream, origin.epoch, origin.seq)
    stored = picture.get(StoredOperation, key)
    if stored is not None and stored.hash.hex() == origin.hash:
        return True
    moved = (*key, origin.hash)
    if picture.get(MovedLine, moved) is not None:
        return True
    picture.add(MovedLine(*moved, context.epoch, context.seq))
    return False


def moved_key(context: Context, line_hash: bytes) -> MovedKey:
    """The key under which it is noted that a line was taken by its repeat in a later epoch."""
    return (context.site, context.stream, context.epoch, context.seq, line_hash.hex())
