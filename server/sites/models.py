"""Tables about sites."""

from server.db.tables import table_of
from server.sites import records

SITE = table_of(records.Site)
ZONE = table_of(records.Zone)
WORKFLOW = table_of(records.Workflow)
