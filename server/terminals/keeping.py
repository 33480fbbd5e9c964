"""The rows of terminals: read, replaced by the next step alone, their lines handed to the lane."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
import structlog
from msgspec.structs import asdict

from server.db.bulk import ensure_records, select_records
from server.errors import TotebookError, UnavailableError
from server.identity.records import Device
from server.sync.batches import Answer
from server.sync.lanes import Lanes
from server.terminals.models import TERMINAL
from server.terminals.records import Terminal
from server.terminals.stream import Tail, batch_of, is_taken, moved, read_epoch, read_tail

log = structlog.get_logger()

_TELLING = ("site", "device", "step", "epoch", "first", "lines")
"""What tells a row from the one before."""
_UPDATE = (
    sa.update(TERMINAL)
    .where(*(TERMINAL.c[name] == sa.bindparam(f"known_{name}") for name in _TELLING))
    .values({name: sa.bindparam(name) for name in Terminal.__struct_fields__})
)
LANE_S_MAX = 60.0
TRIES_MAX = 5


class Keeping:
    """What is kept of every terminal."""

    def __init__(self, lanes: Lanes) -> None:
        """Keep it in the lanes' database."""
        self.lanes = lanes
        self.database = lanes.database

    @contextmanager
    def reading(self, device: Device) -> Iterator[tuple[sa.Connection, Terminal, Tail]]:
        """Give one snapshot with the terminal's row, whose lines the lane has, and the stream."""
        with self.database.reading() as connection:
            row, tail = _read(connection, device.site, device.id), read_tail(connection, device)
            if is_taken(connection, row, tail):
                yield connection, row, tail
                return
        self.hand_over(row)
        with self.database.reading() as connection:
            row = _read(connection, device.site, device.id)
            yield connection, row, read_tail(connection, device)

    def keep(self, before: Terminal, after: Terminal) -> bool:
        """Put a row in the place of another, unless that is not there any more."""
        return self.lanes.errand(lambda connection: _replace(connection, before, after))

    def hand_over(self, row: Terminal) -> tuple[Terminal, Answer]:
        """Give the lines of the last step to the lane; answer the row, and what the lane says."""
        for _ in range(TRIES_MAX):
            with self.database.reading() as connection:
                tail = read_epoch(connection, row)
                stands = (tail.next, tail.head) == (row.first, row.head)
                stands = stands or is_taken(connection, row, tail)
            if not stands:
                after = moved(row, tail)
                if not self.keep(row, after):
                    row = self._again(row)
                    continue
                row = after
            answer = self.lanes.submit(batch_of(row)).result(LANE_S_MAX)
            if answer.status == "taken":
                return row, answer
        raise UnavailableError("The device writes lines of its own meanwhile; try again.")

    def hand_over_all(self) -> int:
        """Give the lane what an earlier process had stored and not handed over; answer how many."""
        with self.database.reading() as connection:
            rows = [Terminal(*row) for row in connection.execute(sa.select(TERMINAL))]
            left = [row for row in rows if not _is_over(connection, row)]
        handed = 0
        for row in left:
            try:
                self.hand_over(row)
                handed += 1
            except TotebookError:
                # The next call of the terminal tries again; the server serves the others meanwhile.
                log.exception("terminal_lines_wait", device=row.device)
        return handed

    def _again(self, row: Terminal) -> Terminal:
        with self.database.reading() as connection:
            return _read(connection, row.site, row.device)


def _read(connection: sa.Connection, site: int, device: int) -> Terminal:
    found = select_records(connection, Terminal, Terminal.KEY, [(site, device)])
    return found[0] if found else Terminal(site, device)


def _replace(connection: sa.Connection, before: Terminal, after: Terminal) -> bool:
    # Of two at once one finds the row that it has read, on either database.
    if not before.at:
        ensure_records(connection, Terminal, [Terminal(before.site, before.device)])
    known = {f"known_{name}": getattr(before, name) for name in _TELLING}
    return connection.execute(_UPDATE, asdict(after) | known).rowcount == 1


def _is_over(connection: sa.Connection, row: Terminal) -> bool:
    return not row.lines or is_taken(connection, row, read_epoch(connection, row))
