"""What a trace reads of the book: movements by stock key and place, in a few statements.

Movements have no index by stock key, so that writing them stays cheap (docs/traceability.md says
what reading them costs): each statement here goes once through the movements of the sites asked.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from server.errors import InvalidError
from server.identity.actors import grant_number
from server.reports.custody import Key, Move, Stay
from server.reports.reading import read_rows
from server.reports.trace_subjects import is_worldwide

MOVES_MAX = 100_000
"""A story of more movements is no answer to a question, and would fill the memory."""
OperationKey = tuple[int, int, int, int]
PERSON = "person/"


def listed(connection: sa.Connection, name: str, columns: int) -> str:
    """A subquery of the whole numbers in a JSON array of arrays, which is the parameter `name`."""
    if connection.dialect.name == "sqlite":
        parts = ", ".join(f"json_extract(j.value, '$[{n}]')" for n in range(columns))
        return f"(SELECT {parts} FROM json_each(:{name}) AS j)"  # noqa: S608 - our own parts.
    parts = ", ".join(f"CAST(j.value->>{n} AS BIGINT)" for n in range(columns))
    return f"(SELECT {parts} FROM json_array_elements(CAST(:{name} AS json)) AS j(value))"  # noqa: S608


def as_json(keys: Iterable[Sequence[int]]) -> str:
    """Keys as `listed` reads them, in a fixed order."""
    return msgspec.json.encode(sorted(tuple(key) for key in keys)).decode()


def moves_of(
    connection: sa.Connection, keys: Collection[Key], places: Collection[Key] = ()
) -> list[Move]:
    """The movements of these stock keys, and those into and out of these places."""
    stocks, rooms = listed(connection, "stocks", 2), listed(connection, "places", 2)
    # The plus keeps SQLite from going through the whole site once per key.
    either = f"""((+v.site, v.stock) IN {stocks} OR (+v.site, v.stock_to) IN {stocks}"""
    if places:
        either += f" OR (+v.site, v.source) IN {rooms} OR (+v.site, v.target) IN {rooms}"
    sites = {f"site_{n}": site for n, site in enumerate(sorted({site for site, _ in keys}))}
    named = ", ".join(f":{name}" for name in sites)
    columns = ", ".join(f"v.{name}" for name in Move._fields[:-2])
    sql = f"""SELECT {columns}, f.stock AS source_unit, i.stock AS target_unit
    FROM movement AS v LEFT JOIN unit AS f ON f.site = v.site AND f.id = v.source
    LEFT JOIN unit AS i ON i.site = v.site AND i.id = v.target
    WHERE v.site IN ({named}) AND {either}) LIMIT {MOVES_MAX + 1}"""  # noqa: S608 - our own parts.
    values: dict[str, Any] = {"stocks": as_json(keys), **sites}
    if places:
        values["places"] = as_json(places)
    rows = connection.execute(sa.text(sql), values).all()
    if len(rows) > MOVES_MAX:
        raise InvalidError(
            f"More than {MOVES_MAX:,} movements: ask for a serial, a parcel or one site.",
            pointers=[("/code", "means too much")],
        )
    return sorted((Move(*row) for row in rows), key=lambda move: move.order)


def with_twins(connection: sa.Connection, stays: Sequence[Stay]) -> list[Stay]:
    """Stays, and the same in the books of other sites: a parcel that crossed has a unit in each."""
    if not stays:
        return []
    units = listed(connection, "units", 2)
    sql = f"""SELECT u.site AS site, u.stock AS stock, u.code AS code, u.kind AS kind,
      w.kind AS other_kind, w.site AS other, w.id AS other_place, w.stock AS other_stock
    FROM unit AS u JOIN site AS t ON t.site = 0 AND t.id <> u.site
    JOIN place AS p ON p.site = t.id AND p.code = u.code
    JOIN unit AS w ON w.site = p.site AND w.id = p.id
    WHERE (u.site, u.id) IN {units}"""  # noqa: S608 - our own parts.
    asked = as_json({(stay.site, stay.place) for stay in stays})
    others: dict[Key, list[tuple[int, int, int]]] = {}
    for row in read_rows(connection, sql, {"units": asked}):
        if any(is_worldwide(row["code"], row[kind]) for kind in ("kind", "other_kind")):
            twin = (row["other"], row["other_place"], row["other_stock"])
            others.setdefault((row["site"], row["stock"]), []).append(twin)
    return [
        *stays,
        *(
            stay._replace(site=site, place=place, stock=stock)
            for stay in stays
            for site, place, stock in others.get(stay.unit, ())
        ),
    ]


def failed_attempts(connection: sa.Connection, units: Collection[Key]) -> Sequence[sa.RowMapping]:
    """The attempts to deliver these parcels that failed, with their operations."""
    if not units:
        return []
    parcels = listed(connection, "parcels", 2)
    sql = f"""SELECT a.site AS site, a.id AS id, a.parcel AS parcel, o.stream AS stream,
      o.epoch AS epoch, o.seq AS seq, o.occurred_at AS occurred_at, o.uncertainty AS uncertainty,
      u.stock AS stock
    FROM attempt AS a JOIN unit AS u ON u.site = a.site AND u.id = a.parcel
    JOIN operation AS o ON o.site = a.site AND o.stream = a.stream AND o.epoch = a.epoch
      AND o.occurred_at = a.occurred_at
    WHERE (a.site, a.parcel) IN {parcels} AND a.result = 'failed'"""  # noqa: S608 - our own parts.
    return read_rows(connection, sql, {"parcels": as_json(units)})


def told_moves(
    connection: sa.Connection, moves: Collection[Key], own: int | None
) -> dict[Key, sa.RowMapping]:
    """Movements in words, by site and number; a merchant is told of its own goods and of units."""
    if not moves:
        return {}
    whose = "" if own is None else " AND (s.owner = :own OR s.unit IS NOT NULL)"
    sql = f"""SELECT v.site AS site, v.number AS number, v.source AS source, v.target AS target,
      coalesce(p.code, '') AS source_code, coalesce(t.code, '') AS target_code,
      coalesce(m.code, '') AS owner, coalesce(i.sku, '') AS sku, s.lot AS lot,
      s.serial AS serial, s.condition AS condition, s.raw AS raw, coalesce(u.code, '') AS unit,
      v.cause AS cause, v.mends AS mends
    FROM movement AS v JOIN stock AS s ON s.site = v.site AND s.id = v.stock_to
    LEFT JOIN unit AS u ON u.site = s.site AND u.id = s.unit
    LEFT JOIN place AS p ON p.site = v.site AND p.id = v.source
    LEFT JOIN place AS t ON t.site = v.site AND t.id = v.target
    LEFT JOIN item AS i ON i.site = 0 AND i.id = s.item
    LEFT JOIN merchant AS m ON m.site = 0 AND m.id = s.owner
    WHERE (v.site, v.number) IN {listed(connection, "moves", 2)}{whose}"""  # noqa: S608
    rows = read_rows(connection, sql, {"moves": as_json(moves), "own": own})
    return {(row["site"], row["number"]): row for row in rows}


def unit_codes(connection: sa.Connection, stocks: Collection[Key]) -> dict[Key, str]:
    """Codes of units by their own stock keys."""
    if not stocks:
        return {}
    sql = f"""SELECT s.site AS site, s.id AS stock, u.code AS code FROM stock AS s
    JOIN unit AS u ON u.site = s.site AND u.id = s.unit
    WHERE (s.site, s.id) IN {listed(connection, "stocks", 2)}"""  # noqa: S608 - our own parts.
    rows = read_rows(connection, sql, {"stocks": as_json(stocks)})
    return {(row["site"], row["stock"]): row["code"] for row in rows}


def told_operations(
    connection: sa.Connection, operations: Collection[OperationKey]
) -> dict[OperationKey, sa.RowMapping]:
    """Operations with their lines and outcomes, and by which they were undone."""
    if not operations:
        return {}
    sql = f"""SELECT o.site AS site, o.stream AS stream, o.epoch AS epoch, o.seq AS seq,
      o.line AS line, o.outcome AS outcome, z.by_epoch AS by_epoch, z.by_seq AS by_seq
    FROM operation AS o
    LEFT JOIN undone AS z ON z.site = o.site AND z.stream = o.stream AND z.epoch = o.epoch
      AND z.seq = o.seq
    WHERE (o.site, o.stream, o.epoch, o.seq) IN {listed(connection, "operations", 4)}"""  # noqa: S608
    rows = read_rows(connection, sql, {"operations": as_json(operations)})
    return {(row["site"], row["stream"], row["epoch"], row["seq"]): row for row in rows}


def evidence_named(
    connection: sa.Connection, operations: Collection[OperationKey]
) -> Sequence[sa.RowMapping]:
    """The hashes of what operations name: pictures, signatures, personal records."""
    if not operations:
        return []
    sql = f"""SELECT e.site AS site, e.stream AS stream, e.epoch AS epoch, e.seq AS seq,
      e.hash AS hash, e.kind AS kind FROM evidence AS e
    WHERE (e.site, e.stream, e.epoch, e.seq) IN {listed(connection, "operations", 4)}
    ORDER BY e.kind, e.hash"""  # noqa: S608 - our own parts.
    return read_rows(connection, sql, {"operations": as_json(operations)})


def people_codes(connection: sa.Connection, actors: Collection[tuple[int, str]]) -> dict[str, str]:
    """Codes of people by (site, how a line names its actor), as `site:actor`.

    A line of a device names a grant, one of a desk the person; both stay as they are where the
    person's row is gone.
    """
    grants = [(site, number) for site, name in actors if (number := grant_number(name))]
    people = [
        (number,)
        for _, name in actors
        if name.startswith(PERSON) and (number := grant_number(name.removeprefix(PERSON)))
    ]
    if not grants and not people:
        return {}
    sql = f"""SELECT g.site AS site, CAST(g.id AS TEXT) AS actor, p.code AS code
    FROM actor_grant AS g JOIN person AS p ON p.site = 0 AND p.id = g.person
    WHERE (g.site, g.id) IN {listed(connection, "grants", 2)}
    UNION ALL SELECT 0, '{PERSON}' || CAST(p.id AS TEXT), p.code FROM person AS p
    WHERE p.site = 0 AND p.id IN {listed(connection, "people", 1)}"""  # noqa: S608 - our own parts.
    values = {"grants": as_json(grants), "people": as_json(people)}
    rows = read_rows(connection, sql, values)
    return {f"{row['site']}:{row['actor']}": row["code"] for row in rows}
