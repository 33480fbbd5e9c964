"""Returns as they were announced and as they came, and what was said of goods on the floor."""

import msgspec
import sqlalchemy as sa

from server.clock import to_rfc3339
from server.reports.reading import (
    LIMIT,
    Conditions,
    Page,
    as_page,
    read_cursor,
    read_rows,
    told,
    within_limit,
)


class ReturnRow(msgspec.Struct, frozen=True):
    """One announced line of a return, and how many of its units came, at whatever sites."""

    owner: str
    channel: str
    number: str
    position: int
    sku: str
    quantity: int
    received: int
    expected_at: str


class VerdictRow(msgspec.Struct, frozen=True):
    """What a person said of goods: they came back, are of another condition, left for good."""

    site: int
    operation: str
    kind: str
    """returned, graded, discarded."""
    occurred_at: str
    recorded_at: str
    place: str
    owner: str
    sku: str
    """Or the raw scan of what nobody knows."""
    lot: str
    serial: str
    quantity: int
    condition: str
    before: str
    disposition: str
    step: str
    reason: str
    liable: str
    channel: str
    number: str
    """Of the return, as it was said; empty where none was."""
    parcel: str
    order: int | None
    """Order of the parcel in which the goods came, if that is one of ours."""


class VerdictFilter(msgspec.Struct, frozen=True):
    """Which verdicts are asked for; None asks nothing."""

    site: int | None = None
    kind: str | None = None
    owner: int | None = None
    number: str | None = None
    since: int | None = None
    until: int | None = None


class DamageRow(msgspec.Struct, frozen=True):
    """Units that were good and are not any more, by step, reason and who is liable."""

    step: str
    reason: str
    liable: str
    condition: str
    cases: int
    units: int


def returns(
    connection: sa.Connection,
    *,
    owner: int | None = None,
    number: str | None = None,
    open_only: bool = False,
    after: str | None = None,
    limit: int = LIMIT,
) -> Page[ReturnRow]:
    """Announced returns by owner, channel and number; `open_only` are those not whole yet."""
    limit = within_limit(limit)
    conditions = Conditions()
    conditions.ask("r.site = 0")
    conditions.ask("r.owner = :owner", owner=owner)
    conditions.ask("r.number = :number", number=number)
    if open_only:
        conditions.ask("r.received < r.quantity")
    keyed = ("r.owner", "r.channel", "r.number", "r.position")
    conditions.beyond(keyed, read_cursor(after, (int, str, str, int)))
    sql = f"""SELECT r.owner AS owner_id, coalesce(m.code, '') AS owner, r.channel AS channel,
      r.number AS number, r.position AS position, coalesce(i.sku, '') AS sku,
      r.quantity AS quantity, r.received AS received, r.expected_at AS expected_at
    FROM expected_return AS r LEFT JOIN merchant AS m ON m.site = 0 AND m.id = r.owner
    LEFT JOIN item AS i ON i.site = 0 AND i.id = r.item
    {conditions.where} ORDER BY {", ".join(keyed)} LIMIT :limit"""  # noqa: S608 - our own parts.
    found = read_rows(connection, sql, conditions.values | {"limit": limit + 1})
    keys = [(row["owner_id"], row["channel"], row["number"], row["position"]) for row in found]
    rows = [
        ReturnRow(
            **{name: row[name] for name in row if name not in {"owner_id", "expected_at"}},
            expected_at=to_rfc3339(row["expected_at"]),
        )
        for row in found
    ]
    return as_page(rows, keys, limit)


ORDER_OF = """(SELECT h.order_id FROM site AS t
      JOIN place AS c ON c.site = t.id AND c.code = v.parcel
      JOIN parcel AS b ON b.site = c.site AND b.id = c.id
      JOIN shipment AS h ON h.site = b.site AND h.id = b.shipment
      WHERE t.site = 0 AND v.parcel <> '' ORDER BY t.id LIMIT 1)"""
"""Parcels keep their code at every site, so the order is found wherever its parcel was packed."""


def verdicts(
    connection: sa.Connection,
    asked: VerdictFilter,
    *,
    after: str | None = None,
    limit: int = LIMIT,
) -> Page[VerdictRow]:
    """What was said of goods, by site and time; what was undone is left out."""
    limit = within_limit(limit)
    conditions = Conditions()
    conditions.ask("v.state = 'live'")
    conditions.ask("v.site = :site", site=asked.site)
    conditions.ask("v.kind = :kind", kind=asked.kind)
    conditions.ask("v.owner = :owner", owner=asked.owner)
    conditions.ask("v.announced = :number", number=asked.number)
    conditions.ask("v.occurred_at >= :since", since=asked.since)
    conditions.ask("v.occurred_at < :until", until=asked.until)
    keyed = ("v.site", "v.occurred_at", "v.operation")
    conditions.beyond(keyed, read_cursor(after, (int, int, str)))
    sql = f"""SELECT v.site AS site, v.operation AS operation, v.kind AS kind,
      v.occurred_at AS occurred_at, v.recorded_at AS recorded_at, coalesce(p.code, '') AS place,
      coalesce(m.code, '') AS owner, coalesce(i.sku, s.raw) AS sku, s.lot AS lot,
      s.serial AS serial, v.quantity AS quantity, v.condition AS condition,
      v.before AS before, v.disposition AS disposition, v.step AS step, v.reason AS reason,
      v.liable AS liable, v.channel AS channel, v.announced AS number, v.parcel AS parcel,
      {ORDER_OF} AS "order"
    FROM verdict AS v JOIN stock AS s ON s.site = v.site AND s.id = v.stock
    LEFT JOIN place AS p ON p.site = v.site AND p.id = v.place
    LEFT JOIN item AS i ON i.site = 0 AND i.id = s.item
    LEFT JOIN merchant AS m ON m.site = 0 AND m.id = v.owner
    {conditions.where} ORDER BY {", ".join(keyed)} LIMIT :limit"""  # noqa: S608 - our own parts.
    found = read_rows(connection, sql, conditions.values | {"limit": limit + 1})
    keys = [(row["site"], row["occurred_at"], row["operation"]) for row in found]
    rows = [told(VerdictRow, row, "occurred_at", "recorded_at") for row in found]
    return as_page(rows, keys, limit)


def damage(connection: sa.Connection, site: int, since: int, until: int) -> list[DamageRow]:
    """What was damaged at a site from `since` until before `until`, ms, most units first."""
    sql = """SELECT v.step AS step, v.reason AS reason, v.liable AS liable,
      v.condition AS condition, count(*) AS cases, CAST(sum(v.quantity) AS BIGINT) AS units
    FROM verdict AS v WHERE v.site = :site AND v.kind = 'graded' AND v.state = 'live'
      AND v.before = 'good' AND v.occurred_at >= :since AND v.occurred_at < :until
    GROUP BY v.step, v.reason, v.liable, v.condition
    ORDER BY units DESC, v.step, v.reason, v.liable, v.condition"""
    values = {"site": site, "since": since, "until": until}
    return [DamageRow(**row) for row in read_rows(connection, sql, values)]
