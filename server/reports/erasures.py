"""What was erased on request: when, by whom and how much, and nothing of what it was."""

import msgspec
import sqlalchemy as sa

from server.identity.records import Erasure
from server.reports.reading import (
    LIMIT,
    Conditions,
    Page,
    as_page,
    read_cursor,
    read_rows,
    time_of,
    within_limit,
)

COUNTS = ("recipients", "names", "notes", "positions", "attachments", "awaited")


class ErasureRow(msgspec.Struct, frozen=True):
    """One erasure."""

    erased_at: str | None
    actor: str
    owner: str
    number: str
    """Number of the order."""
    recipients: int
    names: int
    notes: int
    positions: int
    attachments: int
    awaited: int
    """Named by operations and not here yet: they will not be taken when they come."""


def erasure_row(erasure: Erasure, owner: str, number: str) -> ErasureRow:
    """An erasure as it is told."""
    counts = {name: getattr(erasure, name) for name in COUNTS}
    return ErasureRow(time_of(erasure.at), erasure.actor, owner, number, **counts)


def erasures(
    connection: sa.Connection, *, after: str | None = None, limit: int = LIMIT
) -> Page[ErasureRow]:
    """Erasures, latest first."""
    limit = within_limit(limit)
    conditions = Conditions()
    conditions.beyond(("-x.at", "x.order_id"), read_cursor(after, (int, int)))
    sql = f"""SELECT x.*, coalesce(m.code, '') AS owner, q.number AS number FROM erasure AS x
    JOIN customer_order AS q ON q.site = 0 AND q.id = x.order_id
    LEFT JOIN merchant AS m ON m.site = 0 AND m.id = q.owner
    {conditions.where} ORDER BY -x.at, x.order_id LIMIT :limit"""  # noqa: S608 - our own parts.
    found = read_rows(connection, sql, conditions.values | {"limit": limit + 1})
    rows = [
        ErasureRow(
            erased_at=time_of(row["at"]),
            actor=row["actor"],
            owner=row["owner"],
            number=row["number"],
            **{name: row[name] for name in COUNTS},
        )
        for row in found
    ]
    return as_page(rows, [(-row["at"], row["order_id"]) for row in found], limit)
