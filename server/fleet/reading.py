"""What is known of devices, read by one statement per site: for alarms and for supervisors."""

import sqlalchemy as sa

from server.fleet.records import Contact
from server.fleet.rules import Sighting
from server.planning.models import PARKED_DUE_MS, waits_parked

RECORDED_AT = """(SELECT c.recorded_at FROM book_commit AS c
    WHERE c.site = o.site AND c.first_operation <= o.number
    ORDER BY c.first_operation DESC LIMIT 1)"""
"""When the operation o was recorded: by the commit that holds its number."""


def open_parked(connection: sa.Connection) -> str:
    """FROM and WHERE of the parked lines o of a site that nobody has resolved."""
    return f"""FROM operation AS o {by_index(connection, "ix_operation_parked")}
      WHERE o.site = :site AND {waits_parked(connection.dialect.name)}"""


def by_index(connection: sa.Connection, name: str) -> str:
    """Insist on an index: SQLite without statistics would go through the whole site."""
    return f"INDEXED BY {name}" if connection.dialect.name == "sqlite" else ""


def counts(connection: sa.Connection) -> str:
    """Common table expressions: what a site's devices hold, and what waits for a person.

    They take :site and :due, the moment before which a line was recorded that is overdue.
    """
    return f"""leased AS (
      SELECT p.holder AS device, count(*) AS packages
      FROM package AS p {by_index(connection, "ix_package_site_open")}
      WHERE p.site = :site AND p.open = 1 AND p.state = 'leased' GROUP BY p.holder
    ), parked AS (
      SELECT x.device AS device, count(*) AS lines,
        sum(CASE WHEN x.recorded_at <= :due THEN 1 ELSE 0 END) AS overdue
      FROM (SELECT o.stream AS device, {RECORDED_AT} AS recorded_at {open_parked(connection)}) AS x
      GROUP BY x.device
    ), incidents AS (
      SELECT i.device AS device, count(*) AS found, string_agg(i.kind, ' ') AS kinds
      FROM incident AS i {by_index(connection, "ix_incident_site_open")}
      WHERE i.site = :site AND i.open = 1 GROUP BY i.device
    )"""  # noqa: S608 - our own parts.


CONTACT_COLUMNS = ", ".join(f'c."{name}" AS c_{name}' for name in Contact.__struct_fields__)


def sightings(connection: sa.Connection, site: int, now: int, silent_ms: int) -> list[Sighting]:
    """Every device that has enrolled at a site.

    When its last line came is looked up only for those that have not said hello for `silent_ms`.
    """
    sql = f"""WITH {counts(connection)}
    SELECT d.id AS device, d.state AS state, d.enrolled_at AS enrolled_at,
      d.invited_at AS invited_at, {CONTACT_COLUMNS},
      t.next AS next, l.packages AS packages, k.lines AS parked, k.overdue AS overdue,
      n.kinds AS kinds,
      CASE WHEN coalesce(c.at, 0) <= :quiet THEN (
        SELECT {RECORDED_AT} FROM stream AS s
        JOIN operation AS o ON o.site = s.site AND o.stream = s.stream AND o.epoch = s.epoch
          AND o.seq = s.next - 1
        WHERE s.site = d.site AND s.stream = d.id AND s.epoch = d.last_epoch
      ) END AS pushed_at
    FROM device AS d
    LEFT JOIN device_contact AS c ON c.site = d.site AND c.device = d.id
    LEFT JOIN stream AS t ON t.site = d.site AND t.stream = d.id AND t.epoch = c.epoch
    LEFT JOIN leased AS l ON l.device = d.id
    LEFT JOIN parked AS k ON k.device = d.id
    LEFT JOIN incidents AS n ON n.device = d.id
    WHERE d.site = :site AND d.last_epoch > 0 ORDER BY d.id"""  # noqa: S608 - our own parts.
    asked = {"site": site, "due": now - PARKED_DUE_MS, "quiet": now - silent_ms}
    rows = connection.execute(sa.text(sql), asked).mappings()
    return [_sighting(site, row) for row in rows]


def _sighting(site: int, row: sa.RowMapping) -> Sighting:
    contact = None
    if row["c_at"] is not None:
        contact = Contact(*(row[f"c_{name}"] for name in Contact.__struct_fields__))
    return Sighting(
        site=site,
        device=row["device"],
        state=row["state"],
        # A device that is to enrol again has no such time; it was there before that.
        enrolled_at=row["enrolled_at"] or row["invited_at"],
        contact=contact,
        stored=(row["next"] or 1) - 1,
        pushed_at=row["pushed_at"],
        packages=row["packages"] or 0,
        parked=row["parked"] or 0,
        overdue=row["overdue"] or 0,
        incidents=tuple((row["kinds"] or "").split()),
    )
