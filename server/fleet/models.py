"""Tables of the fleet."""

from server.db.tables import table_of
from server.fleet import records

CONTACT = table_of(records.Contact)
ALARM = table_of(records.Alarm)
ALARM_EVENT = table_of(records.AlarmEvent)
