"""Alarms: what a supervisor should hear of a device, as events that others can follow.

Every half minute each site is looked at in one snapshot. Only where something changed is a
transaction begun; in it the site is looked at again, while no other process does, so that two that
find the same write it once.
"""

import sqlalchemy as sa
import structlog

from server.db.bulk import insert_records, upsert_records
from server.db.engine import Database
from server.fleet.models import ALARM, ALARM_EVENT
from server.fleet.reading import sightings
from server.fleet.records import Alarm, AlarmEvent
from server.fleet.rules import Thresholds, changes, wanted
from server.lane.activity import NETWORK
from server.lane.models import LANE

log = structlog.get_logger()

ADVISORY_LOCK = 8_683_001
"""Number of PostgreSQL's lock that is held while alarms are written; ours alone."""

_OPEN = sa.select(ALARM).where(ALARM.c.cleared_at.is_(None)).order_by(ALARM.c.device, ALARM.c.kind)
_LAST = sa.select(sa.func.coalesce(sa.func.max(ALARM_EVENT.c.number), 0))
_SITES = sa.select(LANE.c.site).where(LANE.c.site != NETWORK).order_by(LANE.c.site)


def look(database: Database, now: int, thresholds: Thresholds) -> list[AlarmEvent]:
    """Look at every device, raise and clear what is to be, and answer the events."""
    with database.reading() as connection:
        stirred = [
            site
            for site in connection.scalars(_SITES).all()
            if due_changes(connection, site, now, thresholds)
        ]
    if not stirred:
        return []
    with database.writing() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(ADVISORY_LOCK)))
        events = [
            event
            for site in stirred
            for event in write_changes(
                connection, site, due_changes(connection, site, now, thresholds)
            )
        ]
    for event in events:
        log.warning(
            "device_alarm",
            what=event.what,
            site=event.site,
            device=event.device,
            kind=event.kind,
            detail=event.detail,
        )
    return events


def due_changes(
    connection: sa.Connection, site: int, now: int, thresholds: Thresholds
) -> list[Alarm]:
    """The alarms of a site that are to be raised or cleared."""
    up: dict[int, dict[str, Alarm]] = {}
    for row in connection.execute(_OPEN.where(ALARM.c.site == site)):
        up.setdefault(row.device, {})[row.kind] = Alarm(*row)
    found = []
    for seen in sightings(connection, site, now, thresholds.silent_ms):
        own = up.get(seen.device, {})
        asked = wanted(seen, now, thresholds, frozenset(own))
        found += changes(site, seen.device, own, asked, now)
    return found


def write_changes(connection: sa.Connection, site: int, alarms: list[Alarm]) -> list[AlarmEvent]:
    """Write alarms of a site, each with its event, and answer the events."""
    if not alarms:
        return []
    last = connection.scalar(_LAST.where(ALARM_EVENT.c.site == site)) or 0
    events = [
        AlarmEvent(
            site=site,
            number=number,
            at=alarm.raised_at if alarm.cleared_at is None else alarm.cleared_at,
            device=alarm.device,
            kind=alarm.kind,
            what="raised" if alarm.cleared_at is None else "cleared",
            detail=alarm.detail,
        )
        for number, alarm in enumerate(alarms, last + 1)
    ]
    upsert_records(connection, Alarm, alarms)
    insert_records(connection, AlarmEvent, events)
    return events
