"""Tables of the lane."""

import sqlalchemy as sa

from server.db.tables import table_of
from server.lane import records


def begins(outcome: bytes) -> dict[str, str]:
    """The condition that an outcome begins with these bytes, as an index has it, per database."""
    shown = outcome.hex()
    return {
        "sqlite": f"substr(outcome, 1, {len(outcome)}) = X'{shown}'",
        "postgresql": f"substr(outcome, 1, {len(outcome)}) = decode('{shown}', 'hex')",
    }


# Parked operations are few and are looked for; so are flagged ones, the latest first.
PARKED = b'{"outcome":"parked"'
IS_PARKED = begins(PARKED)
IS_FLAGGED = begins(b'{"outcome":"flagged"')

LANE = table_of(records.Lane)
# By this the commit that holds an operation is found.
COMMIT = table_of(records.Commit, sa.Index(None, "site", "first_operation"))
STREAM = table_of(records.Stream)
OPERATION = table_of(
    records.StoredOperation,
    sa.Index(
        "ix_operation_parked",
        "site",
        "stream",
        "epoch",
        "seq",
        sqlite_where=sa.text(IS_PARKED["sqlite"]),
        postgresql_where=sa.text(IS_PARKED["postgresql"]),
    ),
    sa.Index(
        "ix_operation_flagged",
        "site",
        "number",
        sqlite_where=sa.text(IS_FLAGGED["sqlite"]),
        postgresql_where=sa.text(IS_FLAGGED["postgresql"]),
    ),
)
OUTBOX = table_of(records.Outgoing)
OUTBOX_HEAD = table_of(records.OutboxHead)
MOVED_LINE = table_of(records.MovedLine)
