"""Tables of who may do what."""

from server.db.tables import table_of
from server.identity import records

DEVICE = table_of(records.Device)
PERSON = table_of(records.Person)
API_KEY = table_of(records.ApiKey)
GRANT = table_of(records.Grant)
INCIDENT = table_of(records.Incident)
PERSONAL_RECORD = table_of(records.PersonalRecord)
ERASED_RECORD = table_of(records.ErasedRecord)
ERASURE = table_of(records.Erasure)
