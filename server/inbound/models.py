"""Tables of announced receipts."""

import sqlalchemy as sa

from server.db.tables import table_of
from server.inbound import records

ANNOUNCEMENT = table_of(
    records.Announcement,
    sa.UniqueConstraint("site", "owner", "number", name="announcement_number"),
)
ANNOUNCED_LINE = table_of(records.AnnouncedLine)
RECEIVED_GOODS = table_of(records.ReceivedGoods)
