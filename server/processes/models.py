"""Tables of server processes."""

from server.db.tables import table_of
from server.processes import records

PROCESS = table_of(records.Peer)
DUTY = table_of(records.Duty)
SCHEMA_RULE = table_of(records.SchemaRule)
GUESSES = table_of(records.Guesses)
