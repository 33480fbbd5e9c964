"""Tables about items."""

from server.catalog import records
from server.db.tables import table_of

ITEM = table_of(records.Item)
ITEM_CODE = table_of(records.ItemCode)
SUBSTITUTE = table_of(records.Substitute)
KIT_PART = table_of(records.KitPart)
DISPOSITION = table_of(records.Disposition)
