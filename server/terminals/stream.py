"""The lines of a terminal: written here in its device's stream, and handed to the lane.

A step's lines are stored with it and then handed over. Whether that has happened is told by the
stream alone, so a crash in between is finished by the next call, or at the next start, and a repeat
is answered by the stored outcomes. Should the device have written lines of its own meanwhile (it is
a terminal or a handheld, not both at once), the terminal's follow behind those.
"""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace

from device_protocol import chain
from device_protocol.codec import encode_line
from device_protocol.operations import Clock, Operation
from device_protocol.workflow.session import Session, Written
from server.db.bulk import select_records
from server.identity.records import Device
from server.lane.records import StoredOperation, Stream
from server.sync.batches import Batch
from server.sync.streams import EpochClosedError
from server.terminals.records import Terminal

ANCHOR_MS = 3_600_000
"""A clock line is good for so long."""
BOOT = 0
"""Boot of a terminal's lines: no device ever counts so, and its clock is the server's."""

_session = msgspec.json.Decoder(Session).decode
_encode = msgspec.json.Encoder().encode


class Tail(NamedTuple):
    """Where a device's stream stands."""

    epoch: int
    next: int
    head: bytes
    anchored_at: int
    """Server time of the last clock line of a terminal; 0 if there is none."""


def read_tail(connection: sa.Connection, device: Device) -> Tail:
    """Where the present epoch of a device stands."""
    return _tail(connection, device.site, device.id, device.last_epoch)


def read_epoch(connection: sa.Connection, row: Terminal) -> Tail:
    """Where the epoch stands in which a row's lines are."""
    return _tail(connection, row.site, row.device, row.epoch)


def _tail(connection: sa.Connection, site: int, device: int, epoch: int) -> Tail:
    wanted = [(site, device, epoch)]
    found = select_records(connection, Stream, Stream.KEY, wanted)
    if not found:
        raise EpochClosedError("The device has no epoch yet; enrol it again.")
    stream = found[0]
    anchored = stream.boot == BOOT and stream.anchor == stream.mono
    return Tail(epoch, stream.next, stream.head, stream.mono if anchored else 0)


def is_taken(connection: sa.Connection, row: Terminal, tail: Tail) -> bool:
    """Whether the lane has the lines of the last step; `tail` is of any epoch."""
    lines = lines_of(row)
    if not lines:
        return True
    last = row.first + len(lines) - 1
    heads = chain.walk(row.head, row.first, lines)
    if (tail.epoch, tail.next, tail.head) == (row.epoch, last + 1, heads[-1]):
        return True
    key = (row.site, row.device, row.epoch, last)
    stored = select_records(connection, StoredOperation, StoredOperation.KEY, [key])
    return bool(stored) and stored[0].hash == heads[-1]


def with_lines(
    row: Terminal,
    tail: Tail,
    operations: Sequence[Operation],
    now: int,
    before: Sequence[Operation] = (),
) -> Terminal:
    """The row with lines to be written next, after a clock line where the last is too old."""
    lines = [encode_line(operation) for operation in (*before, *operations)]
    if lines and now - tail.anchored_at > ANCHOR_MS:
        lines.insert(0, encode_line(Clock(server=now, ended=now, boot=BOOT)))
    return replace(
        row,
        epoch=tail.epoch,
        first=tail.next,
        head=tail.head,
        lines=b"".join(line + b"\n" for line in lines),
        told=len(operations),
    )


def written(row: Terminal) -> tuple[Written, ...]:
    """Where the operations of the last step are written."""
    end = row.first + len(lines_of(row))
    return tuple(Written(row.epoch, seq) for seq in range(end - row.told, end))


def moved(row: Terminal, tail: Tail) -> Terminal:
    """The row with its lines behind those that came meanwhile; the session knows where."""
    before = written(row)
    row = replace(row, first=tail.next, head=tail.head)
    if not row.session:
        return row
    session = _session(row.session)
    last = session.history[-1:]
    if last and last[0].written == before:
        history = (*session.history[:-1], replace(last[0], written=written(row)))
        row = replace(row, session=_encode(replace(session, history=history)))
    return row


def batch_of(row: Terminal) -> Batch:
    """The lines of the last step, as the device's own."""
    lines = lines_of(row)
    return Batch(
        site=row.site,
        stream=row.device,
        epoch=row.epoch,
        lines=lines,
        first=row.first,
        prev=row.head,
        hashes=tuple(chain.walk(row.head, row.first, lines)),
    )


def lines_of(row: Terminal) -> tuple[bytes, ...]:
    """The lines of the last step."""
    return tuple(row.lines.split(b"\n")[:-1])
