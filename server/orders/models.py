"""Tables of orders and shipments."""

import sqlalchemy as sa

from server.db.tables import table_of
from server.orders import records

ORDER = table_of(
    records.Order, sa.UniqueConstraint("site", "owner", "channel", "number", name="order_number")
)
ORDER_LINE = table_of(records.OrderLine)
PROMISE = table_of(records.PromiseFact)
CANCELLATION = table_of(records.Cancellation)
EXPECTED_RETURN = table_of(records.ExpectedReturn)
RETURNED_UNITS = table_of(records.ReturnedUnits)
ORDER_CONFLICT = table_of(records.OrderConflict)
SHIPMENT = table_of(records.Shipment)
SHIPMENT_LINE = table_of(records.ShipmentLine)
SHIPMENT_STEP = table_of(records.ShipmentStep)
DEMAND = table_of(records.Demand)
LACKING = table_of(records.Lacking)
