"""The ledger as EPCIS 2.0 in JSON-LD, read in one snapshot and written as it is read.

The window is of the time at which movements were recorded, so that facts that come late fall
between no two exports. The order is the book's: by site, commit and movement.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from server.clock import to_rfc3339
from server.integrations.epcis_events import Event, Posting, Spot, declared, events_of
from server.integrations.epcis_names import Thing, urn, zone_of
from server.ledger.records import VIRTUAL_NAMES
from server.transport.cash import money_key

CONTEXT: tuple[str, dict[str, str]] = (
    "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
    {"totebook": "urn:totebook:"},
)
PORTION = 1_000
TRANSIT_NAME = "in transit"
EVER = 1 << 62
MONEY = money_key("").raw
"""Begins the stock keys of money."""


class Window(msgspec.Struct, frozen=True):
    """What is exported: recorded from `since` until before `until`, ms; None is without end."""

    since: int | None = None
    until: int | None = None
    site: int | None = None


class _Said(msgspec.Struct, frozen=True):
    kind: str = ""
    announced: str = ""
    way: str = "scrap"
    apart: bool = False


def thing_columns(prefix: str) -> str:
    """What is asked of a stock key under an alias."""
    s = prefix
    return f"""{s}.lot AS {s}_lot, {s}.serial AS {s}_serial, {s}.raw AS {s}_raw,
      {s}.condition AS {s}_condition, {s}u.code AS {s}_unit, {s}i.sku AS {s}_sku,
      {s}i.base_unit AS {s}_base_unit, {s}m.code AS {s}_owner,
      (SELECT min(c.code) FROM item_code AS c WHERE c.site = 0 AND c.item = {s}.item
        AND c.level = 'each' AND c.factor = 1 AND length(c.code) = 14) AS {s}_gtin"""  # noqa: S608 - our own parts.


def thing_joins(prefix: str, column: str) -> str:
    """The rows behind a stock key."""
    s = prefix
    return f"""JOIN stock AS {s} ON {s}.site = v.site AND {s}.id = v.{column}
    LEFT JOIN unit AS {s}u ON {s}u.site = {s}.site AND {s}u.id = {s}.unit
    LEFT JOIN item AS {s}i ON {s}i.site = 0 AND {s}i.id = {s}.item
    LEFT JOIN merchant AS {s}m ON {s}m.site = 0 AND {s}m.id = {s}.owner"""


COLUMNS = f"""v.site AS site, v.number AS number, v.cause AS cause, v.mends AS mends,
      v.quantity AS quantity, v.source AS source, v.target AS target, v.stream AS stream,
      v.epoch AS epoch, v.seq AS seq, v.occurred_at AS occurred_at, v.uncertainty AS uncertainty,
      o.line AS line, o.hash AS hash, t.code AS site_code,
      t.time_zone AS time_zone, f.code AS source_code, f.kind AS source_kind,
      g.code AS target_code, g.kind AS target_kind, h.number AS order_number,
      h.channel AS channel, hm.code AS order_owner, {thing_columns("s")}, {thing_columns("a")}"""
JOINS = f"""{thing_joins("s", "stock")} {thing_joins("a", "stock_to")}
    LEFT JOIN operation AS o ON o.site = v.site AND o.stream = v.stream AND o.epoch = v.epoch
      AND o.seq = v.seq
    LEFT JOIN site AS t ON t.site = 0 AND t.id = v.site
    LEFT JOIN place AS f ON f.site = v.site AND f.id = v.source
    LEFT JOIN place AS g ON g.site = v.site AND g.id = v.target
    LEFT JOIN parcel AS r ON r.site = v.site AND r.id = coalesce(a.unit, v.target)
    LEFT JOIN shipment AS h ON h.site = r.site AND h.id = r.shipment
    LEFT JOIN merchant AS hm ON hm.site = 0 AND hm.id = h.owner"""


def exported(connection: sa.Connection, window: Window) -> Iterator[list[Event]]:
    """The events of a window in portions."""
    cross = "CROSS JOIN" if connection.dialect.name == "sqlite" else "JOIN"
    only = "" if window.site is None else "AND b.site = :site "
    sql = f"""SELECT {COLUMNS}, b.recorded_at AS recorded_at FROM book_commit AS b
    {cross} movement AS v ON v.site = b.site AND v.number >= b.first_movement
      AND v.number < b.first_movement + b.movements
    {JOINS}
    WHERE b.movements > 0 AND b.recorded_at >= :since AND b.recorded_at < :until {only}
    ORDER BY b.site, b.number, v.number"""  # noqa: S608 - our own parts.
    values: dict[str, Any] = {"since": window.since or 0, "until": window.until or EVER}
    if window.site is not None:
        values["site"] = window.site
    streaming = connection.execution_options(stream_results=True, max_row_buffer=PORTION)
    result = streaming.execute(sa.text(sql), values)
    for rows in result.mappings().partitions(PORTION):
        postings = [posting_of(row) for row in rows]
        originals = mended(connection, postings)
        yield [event for posting in postings for event in told(posting, originals)]


def told(posting: Posting, originals: dict[tuple[int, int], Posting]) -> list[Event]:
    """The events of a movement; those of the original as errors, where it takes one back.

    Money on the road is stock of the book, and no object that EPCIS follows.
    """
    if posting.left.raw.startswith(MONEY):
        return []
    if posting.cause != "undo":
        return events_of(posting)
    original = originals.get((posting.site, posting.mends or 0))
    return [] if original is None else declared(original, posting)


def mended(
    connection: sa.Connection, postings: Sequence[Posting]
) -> dict[tuple[int, int], Posting]:
    """The movements that some take back, by site and number, as if recorded at 0."""
    wanted = {(posting.site, posting.mends or 0) for posting in postings if posting.cause == "undo"}
    found: dict[tuple[int, int], Posting] = {}
    for site in sorted({site for site, _ in wanted}):
        sql = sa.text(
            f"""SELECT {COLUMNS}, 0 AS recorded_at FROM movement AS v
            {JOINS} WHERE v.site = :site AND v.number IN :numbers"""  # noqa: S608 - our own parts.
        ).bindparams(sa.bindparam("numbers", expanding=True))
        numbers = [number for at, number in wanted if at == site]
        rows = connection.execute(sql, {"site": site, "numbers": numbers}).mappings()
        found |= {(site, row["number"]): posting_of(row) for row in rows}
    return found


def posting_of(row: sa.RowMapping) -> Posting:
    """A row as what its events say."""
    line = said(bytes(row["line"] or b""))
    order = row["order_number"]
    back = line.kind == "take_return"
    site = row["site_code"] or str(row["site"])
    return Posting(
        site=row["site"],
        site_code=site,
        zone=zone_of(row["time_zone"]),
        number=row["number"],
        cause=row["cause"],
        mends=row["mends"],
        did=did(line),
        operation=f"{row['stream']}/{row['epoch']}/{row['seq']}",
        operation_hash=bytes(row["hash"] or b""),
        occurred_at=row["occurred_at"],
        uncertainty=row["uncertainty"],
        recorded_at=row["recorded_at"],
        quantity=row["quantity"],
        source=spot_of(row, "source"),
        target=spot_of(row, "target"),
        left=thing_of(row, "s"),
        came=thing_of(row, "a"),
        order=urn("order", row["order_owner"] or "", row["channel"], order) if order else "",
        announced=urn("asn", line.announced) if line.announced and not back else "",
        returned=urn("return", line.announced) if line.announced and back else "",
    )


def did(line: _Said) -> str:
    """What was done, where a kind may be one of two things."""
    if line.kind == "discard":
        return "recycle" if line.way == "recycle" else "scrap"
    if line.kind == "assemble" and line.apart:
        return "take_apart"
    return line.kind


def said(line: bytes) -> _Said:
    """What kind a line is, and the notice of despatch that it names."""
    try:
        return msgspec.json.decode(line, type=_Said)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _Said()


def spot_of(row: sa.RowMapping, side: str) -> Spot:
    """One side of a movement."""
    place = row[side]
    code = row[f"{side}_code"] or VIRTUAL_NAMES.get(place, TRANSIT_NAME)
    return Spot(place, code, row[f"{side}_kind"] or "")


def thing_of(row: sa.RowMapping, prefix: str) -> Thing:
    """What moved, by one of its two stock keys."""
    return Thing(
        unit=row[f"{prefix}_unit"] or "",
        owner=row[f"{prefix}_owner"] or "",
        sku=row[f"{prefix}_sku"] or "",
        gtin=row[f"{prefix}_gtin"] or "",
        lot=row[f"{prefix}_lot"],
        serial=row[f"{prefix}_serial"],
        raw=row[f"{prefix}_raw"],
        grams=row[f"{prefix}_base_unit"] == "gram",
        condition=row[f"{prefix}_condition"],
    )


def document(portions: Iterator[list[Event]], created_at: int) -> Iterator[bytes]:
    """One EPCISDocument in portions; cut short, it is no JSON, so nobody takes it for whole."""
    head = {
        "@context": CONTEXT,
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": to_rfc3339(created_at),
    }
    yield msgspec.json.encode(head)[:-1] + b',"epcisBody":{"eventList":['
    parted = b""
    for events in portions:
        if events:
            yield parted + b",".join(map(msgspec.json.encode, events))
            parted = b","
    yield b"]}}\n"
