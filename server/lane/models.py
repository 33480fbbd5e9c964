"""Tables of the lane."""

import sqlalchemy as sa

from server.db.tables import table_of
from server.lane import records

# Parked operations are few and are looked for; the outcome of each begins with these bytes.
PARKED = b'{"outcome":"parked"'
IS_PARKED = {
    "sqlite": f"substr(outcome, 1, {len(PARKED)}) = X'{PARKED.hex()}'",
    "postgresql": f"substr(outcome, 1, {len(PARKED)}) = decode('{PARKED.hex()}', 'hex')",
}
"""The condition of the index of parked operations, per database."""

# So are flagged ones, the latest first, by supervisors.
FLAGGED = b'{"outcome":"flagged"'
IS_FLAGGED = {
    "sqlite": f"substr(outcome, 1, {len(FLAGGED)}) = X'{FLAGGED.hex()}'",
    "postgresql": f"substr(outcome, 1, {len(FLAGGED)}) = decode('{FLAGGED.hex()}', 'hex')",
}
"""The condition of the index of flagged operations, per database."""

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
