"""The handling-unit tree: what stands in what now, and where the outermost stands.

The tree follows balances: a unit is in a place if the book has its own stock key there. It begins
at any place, so a van's tree is what it carries.
"""

import msgspec
import sqlalchemy as sa

from server.errors import InvalidError
from server.reports.reading import read_rows

DEPTH_MAX = 16
"""Units that stand in each other in a circle are cut off here."""
ROWS_MAX = 20_000


class Contents(msgspec.Struct, frozen=True):
    """Units of one stock key in a place."""

    owner: str
    sku: str
    lot: str
    serial: str
    condition: str
    raw: str
    """The scan, where nobody knows the item."""
    stock: int
    quantity: int


class UnitNode(msgspec.Struct):
    """A place or unit with what is in it."""

    code: str
    kind: str
    quantity: int
    """1; more, or less, where the book has the unit in two places, or owes it."""
    shipment: int | None
    goods: list[Contents]
    units: list["UnitNode"]
    cut: bool = False
    """Whether what is in it is left out: it stands in itself, or too deep."""


class UnitTree(msgspec.Struct, frozen=True):
    """A place with all that is in it, and in what it stands, innermost first."""

    site: int
    within: list[str]
    root: UnitNode


def unit_tree(connection: sa.Connection, site: int, code: str) -> UnitTree | None:
    """The tree of a place by its code; None where the site has no such place."""
    sql = """SELECT p.id AS id, p.code AS code, p.kind AS kind, u.shipment AS shipment
    FROM place AS p LEFT JOIN unit AS u ON u.site = p.site AND u.id = p.id
    WHERE p.site = :site AND p.code = :code ORDER BY p.id LIMIT 1"""
    found = read_rows(connection, sql, {"site": site, "code": code})
    if not found:
        return None
    [row] = found
    rows = below(connection, site, row["id"])
    by_place: dict[int, list[sa.RowMapping]] = {}
    for each in rows:
        by_place.setdefault(each["place"], []).append(each)
    root = UnitNode(row["code"], row["kind"], 1, row["shipment"], [], [])
    fill(root, row["id"], by_place, (row["id"],))
    return UnitTree(site, above(connection, site, row["id"]), root)


def below(connection: sa.Connection, site: int, root: int) -> list[sa.RowMapping]:
    """Every balance in a place and in the units below it, each once."""
    sql = f"""WITH RECURSIVE inside(place, depth) AS (
      SELECT CAST(:root AS BIGINT), 0
      UNION
      SELECT s.unit, i.depth + 1 FROM inside AS i
      JOIN balance AS b ON b.site = :site AND b.place = i.place AND b.quantity <> 0
      JOIN stock AS s ON s.site = b.site AND s.id = b.stock AND s.unit IS NOT NULL
      WHERE i.depth < {DEPTH_MAX}
    )
    SELECT b.place AS place, b.stock AS stock, b.quantity AS quantity, s.unit AS unit,
      s.lot AS lot, s.serial AS serial, s.condition AS condition, s.raw AS raw,
      coalesce(u.code, '') AS code, coalesce(u.kind, '') AS kind, u.shipment AS shipment,
      coalesce(i.sku, '') AS sku, coalesce(m.code, '') AS owner
    FROM (SELECT DISTINCT place FROM inside) AS n
    JOIN balance AS b ON b.site = :site AND b.place = n.place AND b.quantity <> 0
    JOIN stock AS s ON s.site = b.site AND s.id = b.stock
    LEFT JOIN unit AS u ON u.site = s.site AND u.id = s.unit
    LEFT JOIN item AS i ON i.site = 0 AND i.id = s.item
    LEFT JOIN merchant AS m ON m.site = 0 AND m.id = s.owner
    ORDER BY b.place, b.stock LIMIT {ROWS_MAX + 1}"""  # noqa: S608 - our own parts.
    rows = list(read_rows(connection, sql, {"site": site, "root": root}))
    if len(rows) > ROWS_MAX:
        raise InvalidError(
            f"More than {ROWS_MAX:,} rows stand there: ask for a unit in it.",
            pointers=[("/code", "holds too much")],
        )
    return rows


def above(connection: sa.Connection, site: int, root: int) -> list[str]:
    """The places in which a unit stands, innermost first; of two at once, both are told."""
    sql = f"""WITH RECURSIVE around(place, depth) AS (
      SELECT b.place, 1 FROM unit AS u
      JOIN balance AS b ON b.site = u.site AND b.listed = u.stock AND b.quantity > 0
      WHERE u.site = :site AND u.id = :root
      UNION
      SELECT b.place, a.depth + 1 FROM around AS a
      JOIN unit AS u ON u.site = :site AND u.id = a.place
      JOIN balance AS b ON b.site = u.site AND b.listed = u.stock AND b.quantity > 0
      WHERE a.depth < {DEPTH_MAX}
    )
    SELECT p.code AS code FROM (
      SELECT place, min(depth) AS depth FROM around WHERE place <> :root GROUP BY place
    ) AS a JOIN place AS p ON p.site = :site AND p.id = a.place ORDER BY a.depth, p.code"""  # noqa: S608
    return [row["code"] for row in read_rows(connection, sql, {"site": site, "root": root})]


def fill(
    node: UnitNode, place: int, rows: dict[int, list[sa.RowMapping]], path: tuple[int, ...]
) -> None:
    """Put goods and units into a node, and what is in those units into them."""
    for row in rows.get(place, ()):
        if row["unit"] is None:
            names = [name for name in Contents.__struct_fields__ if name in row]
            node.goods.append(Contents(**{name: row[name] for name in names}))
            continue
        child = UnitNode(row["code"], row["kind"], row["quantity"], row["shipment"], [], [])
        node.units.append(child)
        if row["unit"] in path or len(path) > DEPTH_MAX:
            child.cut = True
        else:
            fill(child, row["unit"], rows, (*path, row["unit"]))
