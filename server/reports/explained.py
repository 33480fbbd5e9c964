"""Every discrepancy, open or closed, with the operation that explains it as far as one does.

`cause` says why book and floor differed:

- `late_fact`: it had happened before and was sent later; the book was behind, the floor was right.
- `later_fact`: something that happened afterwards put it right.
- `count`, `correction`, `undo`: a count, a supervisor's correction, an operator's undo did.
- `miscount`: the next count found just the opposite, so that one of the two was wrong.
- `wrong_place`: as many units of the same key were found too many at one place and too few at
  another: somebody put them there. This is a guess by the numbers, and says so by `certain`.
- `mis_scan`: the same, and a movement between the two that may have been told wrongly.
- `damage`: the same, and units that were discarded where the others are too many.
- `returned`: of a serial at two places: it is still booked to the parcel in which it was sent, and
  the consumer sent it back without that. Taking it out of the parcel (`correct`) closes it.
- `lost`, `unknown`: a supervisor said so; so they may say each of the others.
- `desk`: a supervisor closed it with a note and no cause.
- empty: nobody knows yet.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from server.lane.models import OPERATION
from server.ledger.records import CONSUMER
from server.reports.reading import (
    LIMIT,
    Conditions,
    Page,
    as_page,
    in_words,
    read_cursor,
    read_rows,
    time_of,
    within_limit,
)
from server.reports.variances import Reason, chosen, name_of, reasons

BY_KIND = {
    "count": "count",
    "start_tote": "count",
    "correct": "correction",
    "reclassify": "correction",
    "undo": "undo",
    "resolve_discrepancy": "desk",
}
"""What closes a discrepancy by its own kind."""


class Explained(msgspec.Struct, frozen=True):
    """One discrepancy and what is known of why it came about."""

    discrepancy: int
    kind: str
    state: str
    place: str
    owner: str
    sku: str
    lot: str
    serial: str
    stock: int
    expected: str
    actual: str
    opened_at: str
    opened_by: str
    """Operation as stream/epoch/seq."""
    opened_kind: str
    closed_at: str | None
    closed_by: str
    closed_kind: str
    note: str
    cause: str = ""
    explained_by: str = ""
    """The operation that explains it, as stream/epoch/seq."""
    certain: bool = True
    left: int | None = None
    """Of a count's difference, units that the facts known by now do not explain."""
    recounted_by: str = ""
    """The next count of the same goods at the same place."""
    recounted: int | None = None
    """Units by which that one differed from the book: 0 says that the first was right."""


class Told(NamedTuple):
    """What is needed of an operation."""

    kind: str
    occurred_at: int
    first_movement: int


NOBODY = Told("", 0, 0)
SELECTED = """SELECT d.id AS id, d.kind AS kind, d.place AS place, d.stock AS stock,
    coalesce(d.open, 0) AS is_open, d.expected AS expected, d.actual AS actual,
    d.opened_at AS opened_at, d.opened_by AS opened_by, d.closed_at AS closed_at,
    d.closed_by AS closed_by, d.note AS note, d.cause AS cause, d.explained_by AS explained_by,
    coalesce(p.code, '') AS place_code, coalesce(s.lot, '') AS lot,
    coalesce(s.serial, '') AS serial, coalesce(m.code, '') AS owner,
    coalesce(i.sku, u.code, s.raw, '') AS sku
    FROM discrepancy AS d
    LEFT JOIN place AS p ON p.site = d.site AND p.id = d.place
    LEFT JOIN stock AS s ON s.site = d.site AND s.id = d.stock
    LEFT JOIN unit AS u ON u.site = s.site AND u.id = s.unit
    LEFT JOIN item AS i ON i.site = 0 AND i.id = s.item
    LEFT JOIN merchant AS m ON m.site = 0 AND m.id = s.owner"""


RETURNED = """SELECT v.stock AS stock, v.stream AS stream, v.epoch AS epoch, v.seq AS seq
    FROM movement AS v
    JOIN balance AS b ON b.site = v.site AND b.stock = v.stock AND b.quantity > 0
    JOIN parcel AS r ON r.site = b.site AND r.id = b.place AND r.state = 'delivered'
    LEFT JOIN undone AS z ON z.site = v.site AND z.stream = v.stream AND z.epoch = v.epoch
    AND z.seq = v.seq
    WHERE v.site = :site AND v.source = :consumer AND v.cause = 'fact' AND v.stock IN :stocks
    AND z.by_seq IS NULL ORDER BY v.number"""


def explained(
    connection: sa.Connection,
    site: int,
    *,
    is_open: bool | None = None,
    kind: str | None = None,
    number: int | None = None,
    after: str | None = None,
    limit: int = LIMIT,
) -> Page[Explained]:
    """The discrepancies of a site in the order in which they were opened."""
    limit = within_limit(limit)
    conditions = Conditions()
    conditions.ask("d.site = :site", site=site)
    conditions.ask("d.kind = :kind", kind=kind)
    conditions.ask("d.id = :number", number=number)
    if is_open is not None:
        conditions.parts.append(f"d.open IS {'NOT ' if is_open else ''}NULL")
    conditions.beyond(("d.id",), read_cursor(after, (int,)))
    sql = f"{SELECTED} {conditions.where} ORDER BY d.id LIMIT :limit"
    found = read_rows(connection, sql, conditions.values | {"limit": limit + 1})
    known = operations(
        connection, site, [row[name] for row in found for name in ("opened_by", "closed_by")]
    )
    firsts = {name: each.first_movement for name, each in known.items()}
    why = reasons(connection, site, found, firsts) | sent_back(connection, site, found)
    rows = [explain(row, known, why.get(row["id"])) for row in found]
    page = as_page(rows, [(row["id"],) for row in found], limit)
    return Page(in_words(connection, page.rows, "note"), page.next)


def operations(connection: sa.Connection, site: int, names: Iterable[str]) -> dict[str, Told]:
    """What operations were, by their names; of what a call did there is none."""
    keys = {tuple(map(int, name.split("/"))) for name in names if name.count("/") == 2}  # noqa: PLR2004 - stream/epoch/seq.
    table = OPERATION.c
    statement = sa.select(
        table.stream, table.epoch, table.seq, table.line, table.occurred_at, table.first_movement
    ).where(table.site == site, sa.tuple_(table.stream, table.epoch, table.seq).in_(sorted(keys)))
    return {
        f"{row.stream}/{row.epoch}/{row.seq}": Told(
            kind_of(bytes(row.line)), row.occurred_at, row.first_movement
        )
        for row in (connection.execute(statement) if keys else ())
    }


def kind_of(line: bytes) -> str:
    """The kind of an operation; what was decided can be read."""
    said: dict[str, Any] = msgspec.json.decode(line)
    return str(said["kind"])


def sent_back(
    connection: sa.Connection, site: int, rows: Iterable[sa.RowMapping]
) -> dict[int, Reason]:
    """Of pieces at two places, those that came back without the parcel in which they went."""
    twice = {row["id"]: row["stock"] for row in rows if row["kind"] == "two_places"}
    if not twice:
        return {}
    stocks = sorted(set(twice.values()))
    moves = chosen(connection, RETURNED, site=site, consumer=CONSUMER, stocks=stocks)
    by = {move["stock"]: name_of(move) for move in moves}
    return {number: Reason("returned", by[stock]) for number, stock in twice.items() if stock in by}


def explain(row: sa.RowMapping, known: Mapping[str, Told], reason: Reason | None) -> Explained:
    """One discrepancy with its cause: what was said when it was closed, else what is known."""
    opened = known.get(row["opened_by"], NOBODY)
    closed = known.get(row["closed_by"], NOBODY)
    told = Explained(
        discrepancy=row["id"],
        kind=row["kind"],
        state="open" if row["is_open"] else "closed",
        place=row["place_code"],
        owner=row["owner"],
        sku=row["sku"],
        lot=row["lot"],
        serial=row["serial"],
        stock=row["stock"],
        expected=row["expected"],
        actual=row["actual"],
        opened_at=str(time_of(row["opened_at"])),
        opened_by=row["opened_by"],
        opened_kind=opened.kind,
        closed_at=time_of(row["closed_at"]),
        closed_by=row["closed_by"],
        closed_kind=closed.kind,
        note=row["note"],
        cause=row["cause"],
        explained_by=row["explained_by"],
    )
    if reason is not None:
        told = msgspec.structs.replace(
            told,
            left=reason.left,
            recounted_by=reason.recounted_by,
            recounted=reason.recounted,
        )
    if told.cause:
        return told
    if reason is not None and reason.cause:
        return msgspec.structs.replace(
            told, cause=reason.cause, explained_by=reason.by, certain=reason.certain
        )
    if not closed.kind:
        return told
    late = "late_fact" if closed.occurred_at < opened.occurred_at else "later_fact"
    cause = BY_KIND.get(closed.kind, late)
    return msgspec.structs.replace(told, cause=cause, explained_by=row["closed_by"])
