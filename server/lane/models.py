"""Tables of the lane."""

from server.db.tables import table_of
from server.lane import records

LANE = table_of(records.Lane)
COMMIT = table_of(records.Commit)
STREAM = table_of(records.Stream)
OPERATION = table_of(records.StoredOperation)
OUTBOX = table_of(records.Outgoing)
OUTBOX_HEAD = table_of(records.OutboxHead)
