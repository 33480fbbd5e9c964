"""Every discrepancy, open or closed, with the operation that explains it as far as one does.

`cause` says why book and floor differed:

- `late_fact`: it had happened before and was sent later; the book was behind, the floor was right.
- `later_fact`: something that happened afterwards put it right.
- `count`, `correction`, `undo`: a count, a supervisor's correction, an operator's undo did.
- `wrong_place`: as many units of the same key were found too many at one place and too few at
  another: somebody put them there. This is a guess by the numbers, and says so by `certain`.
- `desk`: a supervisor closed it with a note and no operation on the goods.
- empty: nobody knows yet.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from server.lane.models import OPERATION
from server.reports.accuracy import CountedLine, counts_of
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

FAR = 1 << 62
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


class Told(NamedTuple):
    """What is needed of an operation."""

    kind: str
    occurred_at: int
    first_movement: int


NOBODY = Told("", 0, 0)
SELECTED = """SELECT d.id AS id, d.kind AS kind, d.place AS place, d.stock AS stock,
    coalesce(d.open, 0) AS is_open, d.expected AS expected, d.actual AS actual,
    d.opened_at AS opened_at, d.opened_by AS opened_by, d.closed_at AS closed_at,
    d.closed_by AS closed_by, d.note AS note, coalesce(p.code, '') AS place_code,
    coalesce(m.code, '') AS owner, coalesce(i.sku, u.code, s.raw, '') AS sku
    FROM discrepancy AS d
    LEFT JOIN place AS p ON p.site = d.site AND p.id = d.place
    LEFT JOIN stock AS s ON s.site = d.site AND s.id = d.stock
    LEFT JOIN unit AS u ON u.site = s.site AND u.id = s.unit
    LEFT JOIN item AS i ON i.site = 0 AND i.id = s.item
    LEFT JOIN merchant AS m ON m.site = 0 AND m.id = s.owner"""
LATE = """SELECT v.stream AS stream, v.epoch AS epoch, v.seq AS seq FROM movement AS v
    WHERE v.site = :site AND v.number >= :first AND v.cause = 'absorbed'
    AND (v.source = :place OR v.target = :place) AND v.stock = :stock AND v.occurred_at <= :at
    ORDER BY v.number LIMIT 1"""
TWIN = """SELECT d.opened_by AS opened_by FROM discrepancy AS d WHERE d.site = :site
    AND d.kind = 'count_variance' AND d.stock = :stock AND d.place <> :place
    AND CASE WHEN d.kind = 'count_variance'
      THEN CAST(d.actual AS BIGINT) - CAST(d.expected AS BIGINT) END = :other
    ORDER BY d.id LIMIT 1"""
UNDONE = """SELECT z.stream AS stream, z.by_epoch AS epoch, z.by_seq AS seq FROM undone AS z
    WHERE z.site = :site AND z.stream = :stream AND z.epoch = :epoch AND z.seq = :seq"""


def explained(
    connection: sa.Connection,
    site: int,
    *,
    is_open: bool | None = None,
    kind: str | None = None,
    after: str | None = None,
    limit: int = LIMIT,
) -> Page[Explained]:
    """The discrepancies of a site in the order in which they were opened."""
    limit = within_limit(limit)
    conditions = Conditions()
    conditions.ask("d.site = :site", site=site)
    conditions.ask("d.kind = :kind", kind=kind)
    if is_open is not None:
        conditions.parts.append(f"d.open IS {'NOT ' if is_open else ''}NULL")
    conditions.beyond(("d.id",), read_cursor(after, (int,)))
    sql = f"{SELECTED} {conditions.where} ORDER BY d.id LIMIT :limit"
    found = read_rows(connection, sql, conditions.values | {"limit": limit + 1})
    known = operations(
        connection, site, [row[name] for row in found for name in ("opened_by", "closed_by")]
    )
    varied = [row for row in found if row["kind"] == "count_variance"]
    lines = counted_at(connection, site, {row["place"] for row in varied})
    rows = [explain(connection, site, row, known, lines) for row in found]
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


def counted_at(
    connection: sa.Connection, site: int, places: Iterable[int]
) -> dict[tuple[str, int], CountedLine]:
    """Every line that was counted at some places, by count and stock key."""
    return {
        (line.operation, line.stock): line
        for counted in counts_of(connection, site, sorted(places), FAR)
        for line in counted.lines
    }


def explain(
    connection: sa.Connection,
    site: int,
    row: sa.RowMapping,
    known: dict[str, Told],
    lines: dict[tuple[str, int], CountedLine],
) -> Explained:
    """One discrepancy with its cause."""
    opened = known.get(row["opened_by"], NOBODY)
    closed = known.get(row["closed_by"], NOBODY)
    told = Explained(
        discrepancy=row["id"],
        kind=row["kind"],
        state="open" if row["is_open"] else "closed",
        place=row["place_code"],
        owner=row["owner"],
        sku=row["sku"],
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
    )
    if row["kind"] == "count_variance":
        told = explain_count(connection, site, row, told, opened, lines)
    if told.cause or not closed.kind:
        return told
    late = "late_fact" if closed.occurred_at < opened.occurred_at else "later_fact"
    cause = BY_KIND.get(closed.kind, late)
    return msgspec.structs.replace(told, cause=cause, explained_by=row["closed_by"])


def explain_count(  # noqa: PLR0917 - the row, and what is known of it.
    connection: sa.Connection,
    site: int,
    row: sa.RowMapping,
    told: Explained,
    opened: Told,
    lines: dict[tuple[str, int], CountedLine],
) -> Explained:
    """Why a count differed: facts that came later, or the same goods at another place."""
    line = lines.get((row["opened_by"], row["stock"]))
    if line is None:
        key = dict(
            zip(("stream", "epoch", "seq"), map(int, told.opened_by.split("/")), strict=True)
        )
        undone = first_name(read_rows(connection, UNDONE, key | {"site": site}))
        return msgspec.structs.replace(told, cause="undo" if undone else "", explained_by=undone)
    off = line.counted - line.book
    told = msgspec.structs.replace(told, left=off)
    if off == 0:
        asked = {"place": row["place"], "stock": row["stock"], "at": opened.occurred_at}
        late = read_rows(connection, LATE, asked | {"site": site, "first": opened.first_movement})
        return msgspec.structs.replace(told, cause="late_fact", explained_by=first_name(late))
    asked = {"site": site, "place": row["place"], "stock": row["stock"], "other": -off}
    twin = read_rows(connection, TWIN, asked)
    if not twin:
        return told
    by = twin[0]["opened_by"]
    return msgspec.structs.replace(told, cause="wrong_place", explained_by=by, certain=False)


def first_name(rows: Sequence[sa.RowMapping]) -> str:
    """The name of the first operation; empty where there is none."""
    return "/".join(str(rows[0][part]) for part in ("stream", "epoch", "seq")) if rows else ""
