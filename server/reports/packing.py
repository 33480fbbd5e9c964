"""What packing leaves for billing and for whoever plans cartons: cartons, parcels, work done."""

import msgspec
import sqlalchemy as sa

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


class CartonRow(msgspec.Struct, frozen=True):
    """A carton of a site, measured inside."""

    code: str
    length_mm: int
    width_mm: int
    height_mm: int
    weight_g_max: int
    own_g: int
    state: str


class StepRow(msgspec.Struct, frozen=True):
    """A step of added value of a shipment; its text as far as it was not erased."""

    step: str
    asked: int
    done: int
    text: str


class PackedRow(msgspec.Struct, frozen=True):
    """A parcel as it was packed: which carton was taken, and what it weighs against the book."""

    sscc: str
    owner: str
    number: str
    state: str
    packaging: str
    suggested: str
    measured_g: int | None
    expected_g: int | None
    sealed_at: str | None


class WorkRow(msgspec.Struct, frozen=True):
    """A step of added value that was done; below zero it takes another back."""

    work: int
    step: str
    quantity: int
    owner: str
    number: str
    unit: str
    occurred_at: str


def cartons(connection: sa.Connection, site: int) -> list[CartonRow]:
    """The cartons of a site by code; they are few."""
    sql = """SELECT c.code AS code, c.length_mm AS length_mm, c.width_mm AS width_mm,
      c.height_mm AS height_mm, c.weight_g_max AS weight_g_max, c.own_g AS own_g,
      c.state AS state
    FROM carton AS c WHERE c.site = :site ORDER BY c.code"""
    return [CartonRow(**row) for row in read_rows(connection, sql, {"site": site})]


def steps(connection: sa.Connection, site: int, shipment: int) -> list[StepRow]:
    """The steps of a shipment by code, with the texts of gift messages."""
    sql = """SELECT s.step AS step, s.asked AS asked, s.done AS done, s.personal AS text
    FROM shipment_step AS s WHERE s.site = :site AND s.shipment = :shipment ORDER BY s.step"""
    found = read_rows(connection, sql, {"site": site, "shipment": shipment})
    return in_words(connection, [StepRow(**row) for row in found], "text")


def packed(
    connection: sa.Connection, site: int, *, after: str | None = None, limit: int = LIMIT
) -> Page[PackedRow]:
    """The parcels of a site that were sealed, by id."""
    limit = within_limit(limit)
    conditions = Conditions()
    conditions.ask("r.site = :site", site=site)
    conditions.ask("r.sealed_at IS NOT NULL AND r.shipment IS NOT NULL")
    conditions.beyond(("r.id",), read_cursor(after, (int,)))
    sql = f"""SELECT r.id AS id, r.code AS sscc, coalesce(m.code, '') AS owner,
      coalesce(h.number, '') AS number, r.state AS state, r.packaging AS packaging,
      r.suggested AS suggested, r.measured_g AS measured_g, r.expected_g AS expected_g,
      r.sealed_at AS sealed_at
    FROM parcel AS r
    LEFT JOIN shipment AS h ON h.site = r.site AND h.id = r.shipment
    LEFT JOIN merchant AS m ON m.site = 0 AND m.id = h.owner
    {conditions.where} ORDER BY r.id LIMIT :limit"""  # noqa: S608 - our own parts.
    found = read_rows(connection, sql, conditions.values | {"limit": limit + 1})
    rows = [
        PackedRow(
            **{name: row[name] for name in row if name not in {"id", "sealed_at"}},
            sealed_at=time_of(row["sealed_at"]),
        )
        for row in found
    ]
    return as_page(rows, [(row["id"],) for row in found], limit)


def work_done(
    connection: sa.Connection, site: int, *, after: str | None = None, limit: int = LIMIT
) -> Page[WorkRow]:
    """The steps of added value that were done at a site, in the order in which they came in."""
    limit = within_limit(limit)
    conditions = Conditions()
    conditions.ask("w.site = :site", site=site)
    conditions.beyond(("w.id",), read_cursor(after, (int,)))
    sql = f"""SELECT w.id AS work, w.step AS step, w.quantity AS quantity,
      coalesce(m.code, '') AS owner, coalesce(h.number, '') AS number,
      coalesce(u.code, '') AS unit, w.occurred_at AS occurred_at
    FROM work_done AS w
    LEFT JOIN shipment AS h ON h.site = w.site AND h.id = w.shipment
    LEFT JOIN unit AS u ON u.site = w.site AND u.id = w.unit
    LEFT JOIN merchant AS m ON m.site = 0 AND m.id = w.owner
    {conditions.where} ORDER BY w.id LIMIT :limit"""  # noqa: S608 - our own parts.
    found = read_rows(connection, sql, conditions.values | {"limit": limit + 1})
    rows = [told(WorkRow, row, "occurred_at") for row in found]
    return as_page(rows, [(row.work,) for row in rows], limit)
