"""What a site's facts were flagged with: posted as they were told, and somebody has to look."""

import msgspec
import sqlalchemy as sa

from server.lane.models import IS_FLAGGED
from server.planning.models import OPERATION_NAME
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
from server.reports.trace_reading import people_codes


class FlagRow(msgspec.Struct, frozen=True):
    """One flagged fact: what was expected, what came, what happens next."""

    operation: str
    """As stream/epoch/seq."""
    kind: str
    device: str
    """Its name; empty where no device wrote it."""
    person: str
    occurred_at: str
    code: str
    expected: str
    actual: str
    then: str
    undone: bool


class _Said(msgspec.Struct, frozen=True):
    kind: str = ""
    actor: str = ""


def flags(
    connection: sa.Connection,
    site: int,
    *,
    code: str | None = None,
    after: str | None = None,
    limit: int = LIMIT,
) -> Page[FlagRow]:
    """The flagged facts of a site, what came last first; `code` keeps those with this one."""
    limit = within_limit(limit)
    chosen = Conditions()
    chosen.ask(f"o.site = :site AND {IS_FLAGGED[connection.dialect.name]}", site=site)
    if code is not None:
        begins = msgspec.json.encode({"outcome": "flagged", "code": code})[:-1]
        chosen.ask("substr(o.outcome, 1, :size) = :begins", size=len(begins), begins=begins)
    cursor = read_cursor(after, (int,))
    chosen.ask("o.number < :before", before=cursor[0] if cursor else None)
    sql = f"""SELECT o.number AS number, {OPERATION_NAME} AS operation,
      o.line AS line, o.outcome AS outcome, o.occurred_at AS occurred_at,
      coalesce(d.name, '') AS device,
      CASE WHEN z.seq IS NULL THEN 0 ELSE 1 END AS undone
    FROM operation AS o
    LEFT JOIN device AS d ON d.site = o.site AND d.id = o.stream
    LEFT JOIN undone AS z ON z.site = o.site AND z.stream = o.stream AND z.epoch = o.epoch
      AND z.seq = o.seq
    {chosen.where} ORDER BY o.number DESC LIMIT :limit"""  # noqa: S608 - our own parts.
    rows = read_rows(connection, sql, chosen.values | {"limit": limit + 1})
    # Of an archived line its kind and who wrote it are left.
    lines = [msgspec.json.decode(bytes(row["line"]), type=_Said) for row in rows]
    people = people_codes(connection, {(site, line.actor) for line in lines})
    told = [_row(row, line, site, people) for row, line in zip(rows, lines, strict=True)]
    return as_page(told, [(row["number"],) for row in rows], limit)


def _row(row: sa.RowMapping, line: _Said, site: int, people: dict[str, str]) -> FlagRow:
    outcome = msgspec.json.decode(bytes(row["outcome"]))
    return FlagRow(
        operation=row["operation"],
        kind=line.kind,
        device=row["device"],
        person=people.get(f"{site}:{line.actor}", line.actor),
        occurred_at=time_of(row["occurred_at"]) or "",
        code=outcome["code"],
        expected=outcome.get("expected", ""),
        actual=outcome.get("actual", ""),
        then=outcome.get("then", ""),
        undone=bool(row["undone"]),
    )
