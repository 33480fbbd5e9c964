"""Tables of what consumers say."""

from server.db.tables import table_of
from server.service import records

CONSUMER_LINK = table_of(records.OrderLinks)
CONSUMER_WORD = table_of(records.ConsumerWord)
