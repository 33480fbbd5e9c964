"""Tables of rounds, parcels and manifests."""

from server.db.tables import table_of
from server.transport import records

ROUND = table_of(records.Round)
STOP = table_of(records.Stop)
PARCEL = table_of(records.Parcel)
ATTEMPT = table_of(records.Attempt)
TILL = table_of(records.Till)
ACCOUNT = table_of(records.Account)
REMITTANCE = table_of(records.Remittance)
MANIFEST = table_of(records.Manifest)
UNIT_TYPE = table_of(records.UnitType)
EXCHANGE = table_of(records.Exchange)
