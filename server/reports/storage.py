"""What desks see of putting away and replenishing: rules, faces, full places, and how it goes."""

import msgspec
import sqlalchemy as sa

from server.reports.reading import (
    LIMIT,
    Conditions,
    Page,
    as_page,
    read_cursor,
    read_rows,
    time_of,
    within_limit,
)

_DONE = """t.site = :site AND t.done_at >= :begins AND t.done_at < :ends AND q.use <> 'reserve'
  AND NOT EXISTS (SELECT 1 FROM undone AS u WHERE u.site = t.site AND u.stream = t.stream
    AND u.epoch = t.epoch AND u.seq = t.seq)"""
_FROM = "stowed AS t JOIN place AS q ON q.site = t.site AND q.id = t.source"


class PutawayRuleRow(msgspec.Struct, frozen=True):
    """A rule of putting away, with codes; what is empty it does not ask for."""

    name: str
    priority: int
    owner: str
    item: str
    velocity: str
    condition: str
    hazard: str
    zone: str
    use: str
    size: str
    place: str
    strategy: str


class PickFaceRow(msgspec.Struct, frozen=True):
    """A place from which an item is picked."""

    place: str
    owner: str
    item: str
    minimum: int
    maximum: int


class FullPlaceRow(msgspec.Struct, frozen=True):
    """A place that somebody found full and that is not suggested since."""

    place: str
    closed_at: str
    operation: str
    counted_by: int | None
    """The count task that opens it again, where the book said that it is empty."""


class GuideRow(msgspec.Struct, frozen=True):
    """Goods that are to be put away, or brought from reserve."""

    task: int
    kind: str
    place: str
    owner: str
    sku: str
    lot: str
    unit: str
    quantity: int
    to: str
    """Empty where no place was found."""
    due: str


class PutawayFigures(msgspec.Struct, frozen=True):
    """How goods were put away in a window, without what was undone."""

    since: str
    until: str
    moves: int
    units: int
    as_suggested: int
    """Moves to the very place that was suggested."""
    elsewhere: int
    unsuggested: int
    """Moves of goods for which nothing was suggested."""
    found_full: int
    timed: int
    """Moves of which the receipt is known; the times are theirs."""
    minutes_median: int | None
    minutes_p90: int | None


def putaway_rules(connection: sa.Connection, site: int) -> list[PutawayRuleRow]:
    """The rules of a site in their order."""
    sql = """SELECT t.name AS name, t.priority AS priority, coalesce(m.code, '') AS owner,
      coalesce(i.sku, '') AS item, t.velocity AS velocity, t.condition AS condition,
      t.hazard AS hazard, coalesce(z.code, '') AS zone, t.use AS use, t.size AS size,
      coalesce(p.code, '') AS place, t.strategy AS strategy
    FROM putaway_rule AS t
    LEFT JOIN merchant AS m ON m.site = 0 AND m.id = t.owner
    LEFT JOIN item AS i ON i.site = 0 AND i.id = t.item
    LEFT JOIN zone AS z ON z.site = t.site AND z.id = t.zone
    LEFT JOIN place AS p ON p.site = t.site AND p.id = t.place
    WHERE t.site = :site ORDER BY t.priority, t.name"""
    return [PutawayRuleRow(**row) for row in read_rows(connection, sql, {"site": site})]


def pick_faces(connection: sa.Connection, site: int) -> list[PickFaceRow]:
    """The pick faces of a site along the walking path."""
    sql = """SELECT p.code AS place, coalesce(m.code, '') AS owner, coalesce(i.sku, '') AS item,
      t.minimum AS minimum, t.maximum AS maximum
    FROM pick_face AS t
    JOIN place AS p ON p.site = t.site AND p.id = t.place
    LEFT JOIN merchant AS m ON m.site = 0 AND m.id = t.owner
    LEFT JOIN item AS i ON i.site = 0 AND i.id = t.item
    WHERE t.site = :site ORDER BY p.walk, p.id, t.item"""
    return [PickFaceRow(**row) for row in read_rows(connection, sql, {"site": site})]


def full_places(connection: sa.Connection, site: int) -> list[FullPlaceRow]:
    """The places that somebody found full, the oldest first."""
    sql = """SELECT p.code AS place, t.closed_at AS closed_at, t.closed_by AS operation,
      t.task AS counted_by
    FROM full_place AS t JOIN place AS p ON p.site = t.site AND p.id = t.place
    WHERE t.site = :site ORDER BY t.closed_at, t.place"""
    return [
        FullPlaceRow(
            row["place"], time_of(row["closed_at"]) or "", row["operation"], row["counted_by"]
        )
        for row in read_rows(connection, sql, {"site": site})
    ]


def guides(
    connection: sa.Connection, site: int, *, after: str | None = None, limit: int = LIMIT
) -> Page[GuideRow]:
    """What is to be put away and to be brought from reserve, by task."""
    limit = within_limit(limit)
    conditions = Conditions()
    conditions.ask("t.site = :site AND k.open = 1", site=site)
    conditions.beyond(("t.task",), read_cursor(after, (int,)))
    sql = f"""SELECT t.task AS task, t.kind AS kind, q.code AS place,
      coalesce(m.code, '') AS owner, coalesce(i.sku, s.raw) AS sku, s.lot AS lot,
      coalesce(u.code, '') AS unit, t.quantity AS quantity, coalesce(p.code, '') AS "to",
      k.due AS due
    FROM guide AS t
    JOIN task AS k ON k.site = t.site AND k.id = t.task
    JOIN place AS q ON q.site = t.site AND q.id = t.source
    JOIN stock AS s ON s.site = t.site AND s.id = t.stock
    LEFT JOIN place AS p ON p.site = t.site AND p.id = t.target
    LEFT JOIN unit AS u ON u.site = t.site AND u.id = k.unit
    LEFT JOIN item AS i ON i.site = 0 AND i.id = s.item
    LEFT JOIN merchant AS m ON m.site = 0 AND m.id = s.owner
    {conditions.where} ORDER BY t.task LIMIT :limit"""  # noqa: S608 - our own parts.
    found = read_rows(connection, sql, conditions.values | {"limit": limit + 1})
    rows = [GuideRow(**{**row, "due": time_of(row["due"]) or ""}) for row in found]
    return as_page(rows, [(row.task,) for row in rows], limit)


def putaway_figures(connection: sa.Connection, site: int, begins: int, ends: int) -> PutawayFigures:
    """How often goods went where they were led, and how long they waited; by the floor's times."""
    asked = {"site": site, "begins": begins, "ends": ends}
    sql = f"""SELECT count(*) AS moves, coalesce(sum(t.quantity), 0) AS units,
      count(CASE WHEN t.suggested = t.used THEN 1 END) AS as_suggested,
      count(CASE WHEN t.suggested <> t.used THEN 1 END) AS elsewhere,
      count(CASE WHEN t.suggested IS NULL THEN 1 END) AS unsuggested,
      count(CASE WHEN t.reason = 'full' THEN 1 END) AS found_full,
      count(t.since) AS timed
    FROM {_FROM} WHERE {_DONE}"""  # noqa: S608 - our own parts.
    (row,) = read_rows(connection, sql, asked)
    return PutawayFigures(
        since=time_of(begins) or "",
        until=time_of(ends) or "",
        **{name: int(row[name]) for name in row},
        minutes_median=_minutes(connection, asked, row["timed"] * 50 // 100),
        minutes_p90=_minutes(connection, asked, row["timed"] * 90 // 100),
    )


def _minutes(connection: sa.Connection, asked: dict[str, int], place: int) -> int | None:
    """The time from receipt to putaway at a place in the order of all such times, in minutes."""
    sql = f"""SELECT t.done_at - t.since AS waited FROM {_FROM}
    WHERE {_DONE} AND t.since IS NOT NULL
    ORDER BY t.done_at - t.since LIMIT 1 OFFSET :place"""  # noqa: S608 - our own parts.
    rows = read_rows(connection, sql, asked | {"place": place})
    return int(rows[0]["waited"]) // 60_000 if rows else None
