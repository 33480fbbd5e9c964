"""Tables about merchants."""

from server.db.tables import table_of
from server.merchants import records

MERCHANT = table_of(records.Merchant)
