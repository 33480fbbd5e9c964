"""Tables of terminals."""

from server.db.tables import table_of
from server.terminals import records

TERMINAL = table_of(records.Terminal)
