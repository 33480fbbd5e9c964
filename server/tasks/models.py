"""Tables of planned work."""

from server.db.tables import table_of
from server.tasks import records

WAVE = table_of(records.Wave)
PACKAGE = table_of(records.Package)
NUMBER_RANGE = table_of(records.NumberRange)
VOIDED = table_of(records.Voided)
UNDONE = table_of(records.Undone)
RESOLUTION = table_of(records.Resolution)
