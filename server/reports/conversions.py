"""What owners said of their goods: what kits are made of, and what becomes of which condition."""

import msgspec
import sqlalchemy as sa

from server.reports.reading import Conditions, read_rows, time_of


class KitRow(msgspec.Struct, frozen=True):
    """One part of a kit from a time on; without a part it is no kit any more from then on."""

    owner: str
    sku: str
    valid_from: str | None
    """Empty is always."""
    part: str
    quantity: int


class DispositionRow(msgspec.Struct, frozen=True):
    """What becomes of an owner's goods of a condition, and where they are brought."""

    owner: str
    condition: str
    way: str
    place: str


def kits(connection: sa.Connection, owner: int | None = None) -> list[KitRow]:
    """Kits with their parts, by owner, SKU and time."""
    conditions = Conditions()
    conditions.ask("k.site = 0")
    conditions.ask("i.owner = :owner", owner=owner)
    sql = f"""SELECT m.code AS owner, i.sku AS sku, k.valid_from AS valid_from,
      coalesce(p.sku, '') AS part, k.quantity AS quantity
    FROM kit_part AS k JOIN item AS i ON i.site = 0 AND i.id = k.kit
    JOIN merchant AS m ON m.site = 0 AND m.id = i.owner
    LEFT JOIN item AS p ON p.site = 0 AND p.id = k.item
    {conditions.where} ORDER BY m.id, i.sku, k.valid_from, k.item"""  # noqa: S608 - our own parts.
    found = read_rows(connection, sql, conditions.values)
    return [
        KitRow(**(dict(row) | {"valid_from": time_of(row["valid_from"] or None)})) for row in found
    ]


def dispositions(connection: sa.Connection, owner: int | None = None) -> list[DispositionRow]:
    """Rules by owner and condition."""
    conditions = Conditions()
    conditions.ask("d.site = 0")
    conditions.ask("d.owner = :owner", owner=owner)
    sql = f"""SELECT m.code AS owner, d.condition AS condition, d.way AS way, d.place AS place
    FROM disposition AS d JOIN merchant AS m ON m.site = 0 AND m.id = d.owner
    {conditions.where} ORDER BY m.id, d.condition"""  # noqa: S608 - our own parts.
    return [DispositionRow(**row) for row in read_rows(connection, sql, conditions.values)]
