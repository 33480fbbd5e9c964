"""Master records as desks see them: sites, zones, locations, merchants, items, people, API keys."""

import msgspec
import sqlalchemy as sa

from server.catalog.resolve import normal_code
from server.ledger.records import LOCATION_KINDS
from server.reports.reading import (
    LIMIT,
    Conditions,
    Page,
    as_page,
    read_cursor,
    read_rows,
    read_tuples,
    within_limit,
)


class SiteRow(msgspec.Struct, frozen=True):
    """A warehouse, store or depot."""

    site: int
    code: str
    name: str
    time_zone: str
    company_prefix: str
    state: str


class ZoneRow(msgspec.Struct, frozen=True):
    """A part of a site."""

    zone: int
    code: str
    name: str


class LocationRow(msgspec.Struct, frozen=True):
    """A bin, dock, bench, staging place or van."""

    place: int
    code: str
    kind: str
    zone: str
    walk: int
    state: str
    owner: str
    use: str
    size: str
    units_max: int
    mixing: str


class MerchantRow(msgspec.Struct, frozen=True):
    """An owner of goods."""

    owner: int
    code: str
    name: str
    company_prefix: str
    state: str


class ItemRow(msgspec.Struct, frozen=True):
    """An item with its barcodes."""

    item: int
    owner: str
    sku: str
    description: str
    lot_capture: str
    serial_capture: str
    base_unit: str
    verify: str
    weight_g: int | None
    length_mm: int | None
    width_mm: int | None
    height_mm: int | None
    state: str
    expiry_capture: str
    rotation: str
    min_days: int
    velocity: str
    hazard: str
    codes: list[str]


class PersonRow(msgspec.Struct, frozen=True):
    """A member of staff or of a merchant, by pseudonymous code."""

    person: int
    code: str
    role: str
    home: int
    owner: str
    state: str


class KeyRow(msgspec.Struct, frozen=True):
    """An API key; the key itself is shown once, when it is made."""

    key: int
    name: str
    role: str
    owner: str
    state: str


def sites(connection: sa.Connection, number: int | None = None) -> list[SiteRow]:
    """All sites, or one, by number."""
    conditions = Conditions()
    conditions.ask("t.site = 0")
    conditions.ask("t.id = :id", id=number)
    sql = f"""SELECT t.id AS site, t.code AS code, t.name AS name, t.time_zone AS time_zone,
      t.company_prefix AS company_prefix, t.state AS state
    FROM site AS t {conditions.where} ORDER BY t.id"""  # noqa: S608 - our own parts.
    return [SiteRow(**row) for row in read_rows(connection, sql, conditions.values)]


def site_numbers(connection: sa.Connection) -> list[int]:
    """The numbers of all sites: many tables are read by them, because every index begins so."""
    sql = "SELECT t.id FROM site AS t WHERE t.site = 0 ORDER BY t.id"
    return [number for (number,) in read_tuples(connection, sql, {})]


def zones(connection: sa.Connection, site: int) -> list[ZoneRow]:
    """The zones of a site by id."""
    sql = """SELECT t.id AS zone, t.code AS code, t.name AS name FROM zone AS t
    WHERE t.site = :site ORDER BY t.id"""
    return [ZoneRow(**row) for row in read_rows(connection, sql, {"site": site})]


def locations(
    connection: sa.Connection,
    site: int,
    *,
    kind: str | None = None,
    after: str | None = None,
    limit: int = LIMIT,
) -> Page[LocationRow]:
    """The locations of a site by id, of one kind or all; handling units are none."""
    limit = within_limit(limit)
    conditions = Conditions()
    conditions.ask("t.site = :site", site=site)
    kinds = ", ".join(f"'{kind}'" for kind in LOCATION_KINDS)
    conditions.ask(f"t.kind IN ({kinds})")
    conditions.ask("t.kind = :kind", kind=kind)
    conditions.beyond(("t.id",), read_cursor(after, (int,)))
    sql = f"""SELECT t.id AS place, t.code AS code, t.kind AS kind, coalesce(z.code, '') AS zone,
      t.walk AS walk, t.state AS state, coalesce(m.code, '') AS owner,
      t.use AS use, t.size AS size, t.units_max AS units_max, t.mixing AS mixing
    FROM place AS t LEFT JOIN zone AS z ON z.site = t.site AND z.id = t.zone
    LEFT JOIN merchant AS m ON m.site = 0 AND m.id = t.owner
    {conditions.where} ORDER BY t.id LIMIT :limit"""  # noqa: S608 - our own parts.
    found = read_rows(connection, sql, conditions.values | {"limit": limit + 1})
    rows = [LocationRow(**row) for row in found]
    return as_page(rows, [(row.place,) for row in rows], limit)


def merchants(connection: sa.Connection) -> list[MerchantRow]:
    """All merchants by id."""
    sql = """SELECT t.id AS owner, t.code AS code, t.name AS name,
      t.company_prefix AS company_prefix, t.state AS state
    FROM merchant AS t WHERE t.site = 0 ORDER BY t.id"""
    return [MerchantRow(**row) for row in read_rows(connection, sql, {})]


SEARCHED = """(lower(t.sku) LIKE :pattern ESCAPE '!'
      OR lower(t.description) LIKE :pattern ESCAPE '!'
      OR t.id IN (SELECT c.item FROM item_code AS c WHERE c.site = 0 AND c.code = :code))"""


def items(
    connection: sa.Connection,
    *,
    owner: int | None = None,
    sku: str | None = None,
    search: str | None = None,
    after: str | None = None,
    limit: int = LIMIT,
) -> Page[ItemRow]:
    """Items by id, of one owner or of all.

    `search` is a part of SKU or description, whatever the case of its letters, or a barcode.
    """
    limit = within_limit(limit)
    conditions = Conditions()
    conditions.ask("t.site = 0")
    conditions.ask("t.owner = :owner", owner=owner)
    conditions.ask("t.sku = :sku", sku=sku)
    if search:
        pattern = "".join(f"!{sign}" if sign in "!%_" else sign for sign in search.lower())
        conditions.ask(SEARCHED, pattern=f"%{pattern}%", code=normal_code(search))
    conditions.beyond(("t.id",), read_cursor(after, (int,)))
    sql = f"""SELECT t.id AS item, coalesce(m.code, '') AS owner, t.sku AS sku,
      t.description AS description, t.lot_capture AS lot_capture,
      t.serial_capture AS serial_capture, t.base_unit AS base_unit, t.verify AS verify,
      t.weight_g AS weight_g, t.length_mm AS length_mm, t.width_mm AS width_mm,
      t.height_mm AS height_mm, t.state AS state, t.expiry_capture AS expiry_capture,
      t.rotation AS rotation, t.min_days AS min_days,
      t.velocity AS velocity, t.hazard AS hazard
    FROM item AS t LEFT JOIN merchant AS m ON m.site = 0 AND m.id = t.owner
    {conditions.where} ORDER BY t.id LIMIT :limit"""  # noqa: S608 - our own parts.
    found = read_rows(connection, sql, conditions.values | {"limit": limit + 1})
    codes = item_codes(connection, [row["item"] for row in found[:limit]])
    rows = [ItemRow(**row, codes=codes.get(row["item"], [])) for row in found]
    return as_page(rows, [(row.item,) for row in rows], limit)


def item_codes(connection: sa.Connection, numbers: list[int]) -> dict[int, list[str]]:
    """The barcodes of some items, each with its pack level."""
    if not numbers:
        return {}
    names = {f"item_{place}": number for place, number in enumerate(numbers)}
    marks = ", ".join(f":{name}" for name in names)
    sql = f"""SELECT c.item AS item, c.code AS code FROM item_code AS c
    WHERE c.site = 0 AND c.item IN ({marks}) ORDER BY c.item, c.factor, c.code"""  # noqa: S608 - our own parts.
    codes: dict[int, list[str]] = {}
    for row in read_rows(connection, sql, names):
        codes.setdefault(row["item"], []).append(row["code"])
    return codes


def people(
    connection: sa.Connection,
    *,
    number: int | None = None,
    after: str | None = None,
    limit: int = LIMIT,
) -> Page[PersonRow]:
    """People by id; never their secrets."""
    limit = within_limit(limit)
    conditions = Conditions()
    conditions.ask("t.site = 0")
    conditions.ask("t.id = :id", id=number)
    conditions.beyond(("t.id",), read_cursor(after, (int,)))
    sql = f"""SELECT t.id AS person, t.code AS code, t.role AS role, t.home AS home,
      coalesce(m.code, '') AS owner, t.state AS state
    FROM person AS t LEFT JOIN merchant AS m ON m.site = 0 AND m.id = t.owner
    {conditions.where} ORDER BY t.id LIMIT :limit"""  # noqa: S608 - our own parts.
    found = read_rows(connection, sql, conditions.values | {"limit": limit + 1})
    rows = [PersonRow(**row) for row in found]
    return as_page(rows, [(row.person,) for row in rows], limit)


def api_keys(connection: sa.Connection) -> list[KeyRow]:
    """API keys by id; never the keys themselves."""
    sql = """SELECT t.id AS "key", t.name AS name, t.role AS role, coalesce(m.code, '') AS owner,
      t.state AS state
    FROM api_key AS t LEFT JOIN merchant AS m ON m.site = 0 AND m.id = t.owner
    WHERE t.site = 0 ORDER BY t.id"""
    return [KeyRow(**row) for row in read_rows(connection, sql, {})]
