"""Tables of transfers between sites."""

import sqlalchemy as sa

from server.db.tables import table_of
from server.transfers import records

TRANSFER = table_of(
    records.Transfer,
    sa.UniqueConstraint("site", "origin", "owner", "number", name="transfer_number"),
)
TRANSFER_LINE = table_of(records.TransferLine)
TRANSFER_UNITS = table_of(records.TransferUnits)
