"""Tables of the feed."""

from server.db.tables import table_of
from server.sync import records

DOCUMENT = table_of(records.Document)
SCOPE = table_of(records.Scope)
ATTACHMENT = table_of(records.Attachment)
EVIDENCE = table_of(records.Evidence)
ARCHIVED_PART = table_of(records.ArchivedPart)
