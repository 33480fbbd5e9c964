"""From a code to what may be traced by it: a serial, a lot, a unit, an item, an unnamed scan."""

from collections.abc import Iterable

import msgspec
import sqlalchemy as sa

from device_protocol.scan import has_check_digit, parse
from server.errors import InvalidError
from server.reports.custody import Key
from server.reports.reading import Conditions, read_rows

SSCC_DIGITS = 18
KINDS = ("unit", "serial", "lot", "item", "unidentified")


class Traced(msgspec.Struct, frozen=True, order=True):
    """What a code may mean; asking again with these parts means this one."""

    kind: str
    """unit, serial, lot, item, unidentified."""
    code: str
    owner: str = ""
    item: str = ""
    """SKU."""
    site: int | None = None
    """Where codes are a site's own, as those of totes are."""
    what: str = ""
    """Of a unit: tote, parcel, pallet …"""


class Asked(msgspec.Struct, frozen=True):
    """A code and whatever else is known; `own` is the merchant whose goods alone may be seen."""

    code: str
    owner: str | None = None
    item: str | None = None
    site: int | None = None
    kind: str | None = None
    own: int | None = None


class Subject(msgspec.Struct):
    """What is traced, with its stock keys and, of a unit, its places."""

    traced: Traced
    keys: set[Key]
    places: set[Key]


def find_subjects(connection: sa.Connection, asked: Asked) -> list[Subject]:
    """Everything that the code may mean, in a fixed order."""
    if asked.kind is not None and asked.kind not in KINDS:
        raise InvalidError(
            f"{asked.kind!r} can't be traced.", pointers=[("/kind", f"one of {', '.join(KINDS)}")]
        )
    found: dict[Traced, Subject] = {}
    units = list(unit_rows(connection, asked))
    everywhere = any(is_worldwide(row["code"], row["what"]) for row in units)
    for row in (*units, *goods_rows(connection, asked)):
        traced = traced_of(row, everywhere=everywhere)
        if asked.kind not in (None, traced.kind):
            continue
        subject = found.setdefault(traced, Subject(traced, set(), set()))
        subject.keys.add((row["site"], row["stock"]))
        if row["place"] is not None:
            subject.places.add((row["site"], row["place"]))
    return [found[each] for each in sorted(found, key=lambda each: (each.kind, str(each)))]


def traced_of(row: sa.RowMapping, *, everywhere: bool) -> Traced:
    """What a row is an instance of; `everywhere` says that a unit is one at all sites."""
    kind = row["kind"]
    if kind != "unit":
        return Traced(kind, row["code"], row["owner"], row["sku"])
    if everywhere:
        # A site that heard of the parcel by another scan first may have taken it for a tote.
        return Traced(kind, row["code"], what="parcel")
    return Traced(kind, row["code"], site=row["site"], what=row["what"])


def is_worldwide(code: str, kind: str) -> bool:
    """Whether a unit's code is its own at every site: parcels', and SSCCs (3.3.1)."""
    return kind == "parcel" or is_sscc(code)


def is_sscc(code: str) -> bool:
    """Whether a code is a Serial Shipping Container Code.

    >>> is_sscc("340123450000000017"), is_sscc("T-1")
    (True, False)
    """
    return len(code) == SSCC_DIGITS and code.isascii() and code.isdigit() and has_check_digit(code)


OWN_PARCEL = """EXISTS (SELECT 1 FROM site AS x
      JOIN place AS y ON y.site = x.id AND y.code = p.code
      JOIN parcel AS r ON r.site = y.site AND r.id = y.id
      JOIN shipment AS h ON h.site = r.site AND h.id = r.shipment
      WHERE x.site = 0 AND h.owner = :own)"""
"""Whether a merchant's shipment has the parcel, at whatever site; totes serve many merchants."""


def unit_rows(connection: sa.Connection, asked: Asked) -> Iterable[sa.RowMapping]:
    """The units with this code, at every site."""
    conditions = Conditions()
    conditions.ask("t.site = 0")
    conditions.ask("p.code = :code", code=parse(asked.code).sscc or asked.code)
    conditions.ask("t.id = :site", site=asked.site)
    conditions.ask(OWN_PARCEL, own=asked.own)
    sql = f"""SELECT 'unit' AS kind, p.code AS code, '' AS owner, '' AS sku, u.kind AS what,
      u.site AS site, u.stock AS stock, u.id AS place
    FROM site AS t JOIN place AS p ON p.site = t.id
    JOIN unit AS u ON u.site = p.site AND u.id = p.id {conditions.where}"""  # noqa: S608 - our own parts.
    if asked.owner is not None or asked.item is not None:
        return ()
    return read_rows(connection, sql, conditions.values)


def goods_rows(connection: sa.Connection, asked: Asked) -> Iterable[sa.RowMapping]:
    """The stock keys with this serial, lot, item or scan, at every site."""
    scanned = parse(asked.code)
    gtin = scanned.gtin or ""
    lot, serial = scanned.lot or "", scanned.serial or ""
    plain = not (gtin and (lot or serial))
    conditions = Conditions()
    conditions.ask("s.unit IS NULL")
    conditions.ask("s.site = :site", site=asked.site)
    conditions.ask("s.owner = :own", own=asked.own)
    conditions.ask("m.code = :owner", owner=asked.owner)
    conditions.ask("i.sku = :item", item=asked.item)
    values = {
        "serial": asked.code if plain else serial,
        "lot": asked.code if plain else lot,
        "raw": f"unidentified:{asked.code}",
        "sku": asked.code if plain else "",
        "gtin": gtin,
    }
    named = "s.item IN (SELECT c.item FROM item_code AS c WHERE c.site = 0 AND c.code = :gtin)"
    if plain:
        # A number that is scanned alone names the item itself.
        conditions.ask(
            f"(s.serial = :serial OR s.lot = :lot OR s.raw = :raw OR i.sku = :sku OR {named})",
            **values,
        )
    else:
        part = "s.serial = :serial" if serial else "s.lot = :lot"
        conditions.ask(f"{part} AND {named}", **values)
    sql = f"""SELECT CASE WHEN s.serial <> '' AND s.serial = :serial THEN 'serial'
        WHEN s.lot <> '' AND s.lot = :lot THEN 'lot'
        WHEN s.item = 0 THEN 'unidentified' ELSE 'item' END AS kind,
      CASE WHEN s.serial <> '' AND s.serial = :serial THEN s.serial
        WHEN s.lot <> '' AND s.lot = :lot THEN s.lot
        WHEN s.item = 0 THEN s.raw ELSE coalesce(i.sku, '') END AS code,
      coalesce(m.code, '') AS owner, coalesce(i.sku, '') AS sku, '' AS what,
      s.site AS site, s.id AS stock, NULL AS place
    FROM stock AS s LEFT JOIN item AS i ON i.site = 0 AND i.id = s.item
    LEFT JOIN merchant AS m ON m.site = 0 AND m.id = s.owner {conditions.where}"""  # noqa: S608 - our own parts.
    return read_rows(connection, sql, conditions.values)
