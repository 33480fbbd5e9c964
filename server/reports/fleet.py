"""The fleet as supervisors watch it: how each device is doing, and what is wrong with it.

What a device holds is what it said at its last hello less what has come since; what it has written
down after that hello nobody can know. Alarms are as of the last look, half a minute ago at most.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from server.fleet.reading import RECORDED_AT, counts, open_parked
from server.lane.activity import DEVICES
from server.planning.models import OPERATION_NAME, PARKED_DUE_MS
from server.reports.devices import SYNCED
from server.reports.reading import (
    LIMIT,
    Conditions,
    Page,
    as_page,
    in_words,
    read_cursor,
    read_rows,
    time_of,
    told,
    within_limit,
)

RECENT_LINES = 2_000
OUTCOMES_MAX = 50
SHOWN_MAX = 100


class FleetRow(msgspec.Struct, frozen=True):
    """One device; what only a hello tells is None before the first."""

    device: int
    site: int
    name: str
    role: str
    state: str
    person: str | None
    """Who signed in last, by code."""
    alarms: list[str]
    """Kinds of the alarms that are up."""
    last_contact: str | None
    app: str
    protocol: int | None
    epoch: int
    stored: int
    """Lines stored, of all its epochs."""
    unsynced: int
    """Lines that it said it held and that have not come since."""
    unsynced_since: str | None
    """Since when it has held lines of which none came."""
    uploads: int
    """Attachments and personal records that it still has to send."""
    battery: int | None
    """Percent."""
    mismatches: int
    """How often one of its scopes did not equal the server's view, ever."""
    problem: str
    """Code of what ended its last synchronisation before its end."""
    known_until: str | None
    """The moment of its last line."""
    pushed_at: str | None
    parked: int
    """Lines that were kept and not applied, and that nobody has resolved."""
    overdue: int
    """Those of them past their deadline."""
    incidents: int
    """Open ones."""
    packages: int
    """Work packages that it holds."""


class FleetEvent(msgspec.Struct, frozen=True):
    """An alarm was raised or cleared."""

    number: int
    """Position among the site's events, without gaps."""
    at: str
    device: int
    kind: str
    what: str
    """raised or cleared."""
    detail: str


class AlarmRow(msgspec.Struct, frozen=True):
    """An alarm that is up."""

    kind: str
    raised_at: str
    detail: str


class EpochRow(msgspec.Struct, frozen=True):
    """One stream of a device; every one stays open."""

    epoch: int
    stored: int
    opened_at: str
    known_until: str | None


class IncidentRow(msgspec.Struct, frozen=True):
    """What happened to a device that a supervisor must see to."""

    incident: int
    kind: str
    opened_at: str
    note: str
    open: bool


class OutcomeRow(msgspec.Struct, frozen=True):
    """A line that was not simply applied."""

    operation: str
    """As stream/epoch/seq."""
    recorded_at: str
    outcome: str
    code: str
    expected: str
    actual: str
    then: str
    due: str | None = None
    """Until when a parked line should be resolved."""


class FleetDevice(msgspec.Struct, frozen=True):
    """Everything about one device; lists are cut at a hundred rows, the newest first."""

    device: FleetRow
    alarms: list[AlarmRow]
    streams: list[EpochRow]
    incidents: list[IncidentRow]
    parked: list[OutcomeRow]
    """Unresolved ones, oldest first."""
    outcomes: list[OutcomeRow]
    """Of its last two thousand lines those that were flagged, refused or parked."""


TIMES = ("last_contact", "unsynced_since", "known_until", "pushed_at")


def fleet(
    connection: sa.Connection,
    site: int,
    now: int,
    *,
    alarm: str | None = None,
    device: int | None = None,
    after: str | None = None,
    limit: int = LIMIT,
) -> Page[FleetRow]:
    """The devices of a site by number; `alarm` keeps those with one of this kind, or with `any`."""
    limit = within_limit(limit)
    chosen = Conditions()
    chosen.ask("d.site = :site", site=site)
    chosen.ask("d.id = :device", device=device)
    chosen.beyond(("d.id",), read_cursor(after, (int,)))
    chosen.ask(
        """EXISTS (SELECT 1 FROM device_alarm AS a WHERE a.site = d.site AND a.device = d.id
        AND a.cleared_at IS NULL AND :alarm IN ('any', a.kind))""",
        alarm=alarm,
    )
    sql = f"""WITH chosen AS (
      SELECT d.* FROM device AS d {chosen.where} ORDER BY d.id LIMIT :limit
    ), synced AS ({SYNCED.replace("FROM device AS d", "FROM chosen AS d")} GROUP BY d.site, d.id),
    {counts(connection)}
    SELECT d.id AS device, d.site AS site, d.name AS name, d.role AS role, d.state AS state,
      p.code AS person, c.at AS last_contact, coalesce(c.app, d.app) AS app,
      c.protocol AS protocol, d.last_epoch AS epoch, coalesce(y.stored, 0) AS stored,
      CASE WHEN c.held + c.stored > coalesce(t.next, 1) - 1
        THEN c.held - (CASE WHEN t.next - 1 > c.stored THEN t.next - 1 - c.stored ELSE 0 END)
        ELSE 0 END AS unsynced,
      c.held_since AS unsynced_since, coalesce(c.uploads, 0) AS uploads, c.battery AS battery,
      coalesce(c.alarms, 0) AS mismatches, coalesce(c.problem, '') AS problem,
      y.known_until AS known_until, y.pushed_at AS pushed_at,
      coalesce(k.lines, 0) AS parked, coalesce(k.overdue, 0) AS overdue,
      coalesce(n.found, 0) AS incidents, coalesce(l.packages, 0) AS packages,
      (SELECT string_agg(a.kind, ' ') FROM device_alarm AS a
        WHERE a.site = d.site AND a.device = d.id AND a.cleared_at IS NULL) AS alarms
    FROM chosen AS d JOIN synced AS y ON y.site = d.site AND y.id = d.id
    LEFT JOIN person AS p ON p.site = 0 AND p.id = d.person
    LEFT JOIN device_contact AS c ON c.site = d.site AND c.device = d.id
    LEFT JOIN stream AS t ON t.site = d.site AND t.stream = d.id AND t.epoch = c.epoch
    LEFT JOIN leased AS l ON l.device = d.id
    LEFT JOIN parked AS k ON k.device = d.id
    LEFT JOIN incidents AS n ON n.device = d.id
    ORDER BY d.id"""  # noqa: S608 - our own parts.
    asked = chosen.values | {"site": site, "due": now - PARKED_DUE_MS, "limit": limit + 1}
    rows = [_row(each) for each in read_rows(connection, sql, asked)]
    return as_page(rows, [(row.device,) for row in rows], limit)


def _row(row: sa.RowMapping) -> FleetRow:
    plain: dict[str, Any] = dict(row)
    plain["alarms"] = sorted((row["alarms"] or "").split())
    if not row["unsynced"]:
        plain["unsynced_since"] = None
    for name in TIMES:
        plain[name] = time_of(plain[name])
    return FleetRow(**plain)


def events(
    connection: sa.Connection, site: int, after: int = 0, limit: int = LIMIT
) -> Page[FleetEvent]:
    """A site's alarm events after a number, in order; the last row's number asks on later."""
    limit = within_limit(limit)
    sql = """SELECT e.number AS number, e.at AS at, e.device AS device, e.kind AS kind,
      e.what AS what, e.detail AS detail FROM device_alarm_event AS e
    WHERE e.site = :site AND e.number > :after ORDER BY e.number LIMIT :limit"""
    asked = {"site": site, "after": after, "limit": limit + 1}
    rows = [told(FleetEvent, row, "at") for row in read_rows(connection, sql, asked)]
    more = len(rows) > limit
    return Page(rows[:limit], str(rows[limit - 1].number) if more else None)


def fleet_device(connection: sa.Connection, device: int, now: int) -> FleetDevice | None:
    """A device's page, or None if there is none of this number."""
    site = device // DEVICES
    found = fleet(connection, site, now, device=device).rows
    if not found:
        return None
    asked = {"site": site, "device": device}
    return FleetDevice(
        device=found[0],
        alarms=[told(AlarmRow, row, "raised_at") for row in read_rows(connection, ALARMS, asked)],
        streams=[
            told(EpochRow, row, "opened_at", "known_until")
            for row in read_rows(connection, STREAMS, asked)
        ],
        incidents=in_words(connection, _incidents(connection, asked), "note"),
        parked=_outcomes(
            read_rows(
                connection,
                f"""SELECT {OUTCOME_COLUMNS} {open_parked(connection)} AND o.stream = :device
                ORDER BY o.number LIMIT {SHOWN_MAX}""",
                asked,
            )
        ),
        outcomes=_outcomes(read_rows(connection, LAST_OUTCOMES, asked | {"plain": PLAIN})),
    )


ALARMS = """SELECT a.kind AS kind, a.raised_at AS raised_at, a.detail AS detail
FROM device_alarm AS a WHERE a.site = :site AND a.device = :device AND a.cleared_at IS NULL
ORDER BY a.raised_at, a.kind"""
STREAMS = f"""SELECT t.epoch AS epoch, t.next - 1 AS stored, t.opened_at AS opened_at,
  CASE WHEN t.next > 1 THEN t.mid END AS known_until
FROM stream AS t WHERE t.site = :site AND t.stream = :device
ORDER BY t.epoch DESC LIMIT {SHOWN_MAX}"""  # noqa: S608 - our own parts.
INCIDENTS = f"""SELECT i.id AS incident, i.kind AS kind, i.opened_at AS opened_at,
  i.note AS note, i.open AS open
FROM incident AS i WHERE i.site = :site AND i.device = :device
ORDER BY i.id DESC LIMIT {SHOWN_MAX}"""  # noqa: S608 - our own parts.
OUTCOME_COLUMNS = f"{OPERATION_NAME} AS operation, {RECORDED_AT} AS recorded_at, o.outcome AS told"
LAST_LINES = f"""SELECT * FROM operation AS o WHERE o.site = :site AND o.stream = :device
  ORDER BY o.epoch DESC, o.seq DESC LIMIT {RECENT_LINES}"""  # noqa: S608 - our own parts.
PLAIN = b'{"outcome":"applied"'
"""How the outcome of every line begins that was simply applied."""
LAST_OUTCOMES = f"""SELECT {OUTCOME_COLUMNS} FROM ({LAST_LINES}) AS o
WHERE substr(o.outcome, 1, {len(PLAIN)}) <> :plain
ORDER BY o.epoch DESC, o.seq DESC LIMIT {OUTCOMES_MAX}"""  # noqa: S608 - our own parts.


def _incidents(connection: sa.Connection, asked: dict[str, Any]) -> list[IncidentRow]:
    rows = read_rows(connection, INCIDENTS, asked)
    return [
        IncidentRow(
            row["incident"],
            row["kind"],
            str(time_of(row["opened_at"])),
            row["note"],
            row["open"] is not None,
        )
        for row in rows
    ]


def _outcomes(rows: Sequence[sa.RowMapping]) -> list[OutcomeRow]:
    return [_outcome(row) for row in rows]


def _outcome(row: sa.RowMapping) -> OutcomeRow:
    outcome = msgspec.json.decode(bytes(row["told"]))
    parked = outcome["outcome"] == "parked"
    return OutcomeRow(
        operation=row["operation"],
        recorded_at=str(time_of(row["recorded_at"])),
        outcome=outcome["outcome"],
        code=outcome.get("code", ""),
        expected=outcome.get("expected", ""),
        actual=outcome.get("actual", ""),
        then=outcome.get("then", ""),
        due=time_of(row["recorded_at"] + PARKED_DUE_MS) if parked else None,
    )
