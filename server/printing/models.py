"""Tables of printing."""

from server.db.tables import table_of
from server.printing import records

WORKSTATION = table_of(records.Workstation)
PRINT_JOB = table_of(records.PrintJob)
