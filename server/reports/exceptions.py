"""Exceptions: everything that waits for a person, what is due first, with what to read about it.

Six kinds of subject: discrepancies and tasks of a site, incidents of its devices, parked
operations, evidence that did not come, and conflicts of orders, which are the network's (site 0).
"""

import heapq
from collections.abc import Iterator, Mapping

import msgspec
import sqlalchemy as sa

from server.identity.notes import read_notes
from server.ledger.discrepancies import DEADLINE_MS
from server.planning.models import OPERATION_NAME, PARKED_DUE_MS, waits_parked
from server.reports.devices import PUSHED_AT
from server.reports.evidence import overdue_source
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

SUBJECTS = ("discrepancy", "task", "incident", "parked", "conflict", "evidence")


class ExceptionRow(msgspec.Struct, frozen=True):
    """Something open: `subject` and `name` are what resolving it names."""

    subject: str
    """discrepancy, task, incident, parked, conflict or evidence."""
    name: str
    """Id, or operation as stream/epoch/seq; of evidence with its hash behind that."""
    site: int
    kind: str
    place: str
    owner: str
    sku: str
    stock: int | None
    quantity: int | None
    order: str
    """Number of the order it is about."""
    unit: str
    """Tote or parcel it is about."""
    expected: str
    actual: str
    note: str
    opened_at: str
    opened_by: str
    """Operation as stream/epoch/seq; empty where a call opened it."""
    due: str
    age_s: int
    overdue: bool


PLANNED = "'putaway', 'replenish'"
"""Tasks of every day: an exception where goods have no place, or when they are overdue."""
NO_UNIT = """'' AS "order", '' AS unit"""
NO_GOODS = f"'' AS place, '' AS owner, '' AS sku, NULL AS stock, NULL AS quantity, {NO_UNIT}"
GOODS = """coalesce(p.code, '') AS place, coalesce(m.code, '') AS owner,
    coalesce(i.sku, s.raw, '') AS sku, s.id AS stock"""
GOODS_OF = """LEFT JOIN place AS p ON p.site = x.site AND p.id = x.place
    LEFT JOIN stock AS s ON s.site = x.site AND s.id = x.stock
    LEFT JOIN item AS i ON i.site = 0 AND i.id = s.item
    LEFT JOIN merchant AS m ON m.site = 0 AND m.id = s.owner"""
UNIT_OF = """LEFT JOIN unit AS u ON u.site = x.site AND u.id = x.unit
    LEFT JOIN shipment AS h ON h.site = x.site AND h.id = x.shipment"""


def sources(connection: sa.Connection, now: int) -> dict[str, str]:
    """Per subject, the statement that gives its open rows with one set of columns."""
    return {
        "evidence": overdue_source(now),
        "discrepancy": f"""SELECT x.site AS site, CAST(x.id AS TEXT) AS name, x.kind AS kind,
          {GOODS}, NULL AS quantity, {NO_UNIT}, x.expected AS expected, x.actual AS actual,
          x.note AS note,
          x.opened_at AS opened_at, x.opened_by AS opened_by, x.deadline AS due
          FROM discrepancy AS x {GOODS_OF} WHERE x.open = 1""",  # noqa: S608 - our own parts.
        "task": f"""SELECT x.site AS site, CAST(x.id AS TEXT) AS name, x.kind AS kind,
          {GOODS}, x.quantity AS quantity, coalesce(h.number, '') AS "order",
          coalesce(u.code, '') AS unit, '' AS expected, '' AS actual, x.note AS note,
          x.opened_at AS opened_at, x.opened_by AS opened_by, x.due AS due
          FROM task AS x {GOODS_OF} {UNIT_OF} WHERE x.open = 1 AND (x.kind NOT IN ({PLANNED})
          OR x.note = 'no_place' OR x.due < {now})""",  # noqa: S608 - our own parts.
        "incident": f"""SELECT x.site AS site, CAST(x.id AS TEXT) AS name, x.kind AS kind,
          {NO_GOODS}, '' AS expected, CAST(x.device AS TEXT) AS actual, x.note AS note,
          x.opened_at AS opened_at, '' AS opened_by, x.opened_at + {DEADLINE_MS} AS due
          FROM incident AS x WHERE x.open = 1""",  # noqa: S608 - our own parts.
        "conflict": f"""SELECT x.site AS site, CAST(x.id AS TEXT) AS name, 'order' AS kind,
          '' AS place, coalesce(m.code, '') AS owner, '' AS sku, NULL AS stock, NULL AS quantity,
          coalesce(q.number, '') AS "order", '' AS unit, '' AS expected,
          coalesce(q.channel, '') || ' ' || coalesce(q.number, '') AS actual,
          '' AS note, x.came_at AS opened_at, x.operation AS opened_by,
          x.came_at + {DEADLINE_MS} AS due FROM order_conflict AS x
          LEFT JOIN customer_order AS q ON q.site = x.site AND q.id = x.order_id
          LEFT JOIN merchant AS m ON m.site = 0 AND m.id = q.owner WHERE x.open = 1""",  # noqa: S608 - our own parts.
        "parked": f"""SELECT o.site AS site, {OPERATION_NAME} AS name,
          {code_of(connection, "o.outcome")} AS kind, {NO_GOODS}, '' AS expected,
          {text_of(connection, "o.outcome")} AS actual, '' AS note, {PUSHED_AT} AS opened_at,
          {OPERATION_NAME} AS opened_by, {PUSHED_AT} + {PARKED_DUE_MS} AS due
          FROM operation AS o WHERE {waits_parked(connection.dialect.name)}""",  # noqa: S608 - our own parts.
    }


def text_of(connection: sa.Connection, column: str) -> str:
    """A column of bytes as the UTF-8 text that it is."""
    if connection.dialect.name == "sqlite":
        return f"CAST({column} AS TEXT)"
    return f"convert_from({column}, 'UTF8')"


def code_of(connection: sa.Connection, column: str) -> str:
    """The code in an outcome."""
    text = text_of(connection, column)
    if connection.dialect.name == "sqlite":
        return f"coalesce(json_extract({text}, '$.code'), '')"
    return f"coalesce(CAST({text} AS json) ->> 'code', '')"


def by_bytes(connection: sa.Connection, column: str) -> str:
    """A text that sorts as Python sorts it, so that pages of several statements can be merged."""
    return f'{column} COLLATE "C"' if connection.dialect.name == "postgresql" else column


def exceptions(
    connection: sa.Connection,
    now: int,
    *,
    site: int | None = None,
    subject: str | None = None,
    kind: str | None = None,
    after: str | None = None,
    limit: int = LIMIT,
) -> Page[ExceptionRow]:
    """What is open, by when it is due: so what is overdue comes first, on whatever page."""
    limit = within_limit(limit)
    cursor = read_cursor(after, (int, str, int, str))
    found = [
        (key, row)
        for chosen in ([subject] if subject else SUBJECTS)
        for key, row in rows_of(
            connection, chosen, now, site=site, kind=kind, cursor=cursor, limit=limit + 1
        )
    ]
    first = heapq.nsmallest(limit + 1, found, key=lambda pair: pair[0])
    return as_page([row for _, row in first], [key for key, _ in first], limit)


def all_exceptions(
    connection: sa.Connection, now: int, site: int | None = None
) -> Iterator[list[ExceptionRow]]:
    """Everything that is open, page by page of one snapshot."""
    after: str | None = None
    while True:
        page = exceptions(connection, now, site=site, after=after, limit=1_000)
        yield page.rows
        after = page.next
        if after is None:
            return


Key = tuple[int, str, int, str]


def rows_of(
    connection: sa.Connection,
    subject: str,
    now: int,
    *,
    site: int | None,
    kind: str | None,
    cursor: Key | None,
    limit: int,
) -> list[tuple[Key, ExceptionRow]]:
    """Open rows of one subject after a cursor, with their keys."""
    name = by_bytes(connection, "t.name")
    conditions = Conditions()
    conditions.ask("t.site = :site", site=site)
    conditions.ask("t.kind = :kind", kind=kind)
    if cursor is not None:
        # The subject is the same for all rows of one statement, so it decides between equal times.
        due, last_subject, last_site, last_name = cursor
        conditions.values |= {"due": due}
        if subject > last_subject:
            conditions.parts.append("t.due >= :due")
        elif subject < last_subject:
            conditions.parts.append("t.due > :due")
        else:
            conditions.values |= {"last_site": last_site, "last_name": last_name}
            conditions.parts.append(f"(t.due, t.site, {name}) > (:due, :last_site, :last_name)")
    sql = f"""SELECT * FROM ({sources(connection, now)[subject]}) AS t {conditions.where}
    ORDER BY t.due, t.site, {name} LIMIT :limit"""  # noqa: S608 - our own parts.
    found = list(read_rows(connection, sql, conditions.values | {"limit": limit}))
    notes = read_notes(connection, [row["note"] for row in found])
    return [
        (
            (row["due"], subject, row["site"], row["name"]),
            exception_row(row, subject, now, notes),
        )
        for row in found
    ]


def exception_row(
    row: sa.RowMapping, subject: str, now: int, notes: Mapping[str, str]
) -> ExceptionRow:
    """A row as it is told; of a parked operation, its outcome's own words."""
    told = dict(row)
    told["note"] = notes.get(row["note"], row["note"])
    if subject == "parked":
        outcome = msgspec.json.decode(row["actual"])
        told["actual"] = outcome.get("actual", "")
        told["note"] = outcome.get("then", "")
    told["opened_at"] = time_of(row["opened_at"])
    told["due"] = time_of(row["due"])
    return ExceptionRow(
        **told,
        subject=subject,
        age_s=max(0, now - row["opened_at"]) // 1_000,
        overdue=row["due"] < now,
    )
