"""Conflicts of orders: the same number came again with other content, and both can be read.

What stands in the order came first. What came later stands only in its operation, as it was said.
"""

import msgspec
import sqlalchemy as sa

from server.orders.messages import PlacedLine
from server.reports.reading import Conditions, read_rows, time_of


class OrderedUnits(msgspec.Struct, frozen=True):
    """So many units of a SKU."""

    sku: str
    quantity: int


class ConflictRow(msgspec.Struct, frozen=True):
    """An open conflict: the order as it stands, and what came under its number later."""

    conflict: int
    order: int
    channel: str
    number: str
    state: str
    came_at: str | None
    kept: list[OrderedUnits]
    came: list[OrderedUnits]
    """The same as `kept` where they differ in something else, as the address."""


class _Said(msgspec.Struct, frozen=True):
    lines: tuple[PlacedLine, ...] = ()


SHOWN_MAX = 200
"""Conflicts that are shown at once; the next follow when these are answered."""


def conflicts(
    connection: sa.Connection, owner: int, conflict: int | None = None
) -> list[ConflictRow]:
    """The open conflicts of an owner's orders, or one of them, the oldest first."""
    conditions = Conditions()
    conditions.ask("x.site = 0")
    conditions.ask("x.open = 1")
    conditions.ask("q.owner = :owner", owner=owner)
    conditions.ask("x.id = :conflict", conflict=conflict)
    sql = f"""SELECT x.id AS conflict, q.id AS "order", q.channel AS channel, q.number AS number,
      q.state AS state, x.came_at AS came_at, x.operation AS operation
    FROM order_conflict AS x JOIN customer_order AS q ON q.site = x.site AND q.id = x.order_id
    {conditions.where} ORDER BY x.came_at, x.id LIMIT {SHOWN_MAX}"""  # noqa: S608 - our own parts.
    rows = read_rows(connection, sql, conditions.values)
    stands = kept(connection, [row["order"] for row in rows])
    said = came(connection, [row["operation"] for row in rows])
    return [
        ConflictRow(
            conflict=row["conflict"],
            order=row["order"],
            channel=row["channel"],
            number=row["number"],
            state=row["state"],
            came_at=time_of(row["came_at"]),
            kept=stands.get(row["order"], []),
            came=said.get(row["operation"], []),
        )
        for row in rows
    ]


def kept(connection: sa.Connection, orders: list[int]) -> dict[int, list[OrderedUnits]]:
    """The lines of orders as they were ordered."""
    sql = """SELECT l.order_id AS "order", i.sku AS sku, l.quantity AS quantity
    FROM order_line AS l JOIN item AS i ON i.site = 0 AND i.id = l.item
    WHERE l.site = 0 AND l.order_id IN :orders ORDER BY l.order_id, l.position"""
    statement = sa.text(sql).bindparams(sa.bindparam("orders", expanding=True))
    found: dict[int, list[OrderedUnits]] = {}
    for row in connection.execute(statement, {"orders": orders}).mappings():
        found.setdefault(row["order"], []).append(OrderedUnits(row["sku"], row["quantity"]))
    return found


def came(connection: sa.Connection, operations: list[str]) -> dict[str, list[OrderedUnits]]:
    """The lines that operations of the network, stream/epoch/seq, ordered."""
    if not operations:
        # SQLite can't compare several columns with an empty list.
        return {}
    sql = """SELECT o.stream AS stream, o.epoch AS epoch, o.seq AS seq, o.line AS line
    FROM operation AS o WHERE o.site = 0 AND (o.stream, o.epoch, o.seq) IN :names"""
    statement = sa.text(sql).bindparams(sa.bindparam("names", expanding=True))
    names = [tuple(int(part) for part in name.split("/")) for name in operations]
    found: dict[str, list[OrderedUnits]] = {}
    for row in connection.execute(statement, {"names": names}).mappings():
        said = msgspec.json.decode(bytes(row["line"]), type=_Said)
        name = f"{row['stream']}/{row['epoch']}/{row['seq']}"
        found[name] = [OrderedUnits(line.sku, line.quantity) for line in said.lines]
    return found
