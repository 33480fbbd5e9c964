"""To which doors a round leads: who lives there, when it is to come, what to mind.

The one place from which an address reaches a device: for the stops of a round that this very device
drives and that is not over. Nothing of it stands in documents.
"""

import msgspec
import sqlalchemy as sa

from server.errors import NotFoundError
from server.identity.personal import find_personal, read_recipient
from server.reports.reading import read_rows


class Door(msgspec.Struct, frozen=True, omit_defaults=True):
    """One stop of a round, as whoever drives it must know it."""

    stop: int
    name: str = ""
    """Empty, as the lines, where nobody named one or it was erased."""
    lines: tuple[str, ...] = ()
    note: str = ""
    promised_at: int | None = None
    """Until when it was promised, ms."""
    window_from: int | None = None
    """Not before, ms."""


def doors_of(connection: sa.Connection, device: int, round_: int) -> list[Door]:
    """The doors of a round in their order; NotFoundError unless this device drives it now."""
    sql = """SELECT r.site AS site FROM device AS d
    JOIN round AS r ON r.site = d.site AND r.id = :round AND r.device = d.id
    WHERE d.id = :device AND d.state = 'active' AND r.open = 1"""
    if not read_rows(connection, sql, {"device": device, "round": round_}):
        raise NotFoundError("This device drives no such round.")
    sql = """SELECT t.id AS stop, h.recipient AS recipient, h.promised_at AS promised_at,
      h.window_from AS window_from
    FROM device AS d JOIN stop AS t ON t.site = d.site AND t.round = :round
    JOIN shipment AS h ON h.site = t.site AND h.id = t.shipment
    WHERE d.id = :device AND t.state <> 'dropped' ORDER BY t.sequence, t.id"""
    rows = read_rows(connection, sql, {"device": device, "round": round_})
    kept = find_personal(connection, [row["recipient"] for row in rows])
    found = []
    for row in rows:
        who = read_recipient(kept.get(row["recipient"]))
        window = (row["promised_at"], row["window_from"])
        found.append(Door(row["stop"], who.name, who.lines, who.note, *window))
    return found
