"""Tables of the book; what must never be changed is protected by the database too (migrations)."""

import sqlalchemy as sa

from server.db.tables import table_of
from server.ledger import records

PLACE = table_of(records.Place)
INTAKE = table_of(records.Intake)
UNIT = table_of(records.Unit)
STOCK = table_of(records.Stock)
LOT = table_of(records.Lot)
MOVEMENT = table_of(
    records.Movement,
    sa.CheckConstraint("quantity > 0", name="quantity_positive"),
)
BALANCE = table_of(
    records.Balance,
    sa.CheckConstraint(
        f"quantity >= 0 OR place <= {records.LAST_VIRTUAL} OR discrepancy IS NOT NULL",
        name="negative_is_explained",
    ),
)
COUNT_LINE = table_of(records.CountLine)
RECOUNT = table_of(records.Recount)
DISCREPANCY = table_of(records.Discrepancy)
TASK = table_of(records.Task)
HOLD = table_of(records.Hold)
ALLOCATION = table_of(records.Allocation)
