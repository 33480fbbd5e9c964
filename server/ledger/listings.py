"""Listings that SQL reads in a way of its own: what moved at a place since a point in time.

Movements carry no index by place, so that writing them stays cheap. The commits know the latest
point of the floor order among their movements, so only those that can hold a later one are read,
whenever they were recorded.
"""

from typing import Any

import sqlalchemy as sa

from server.db.bulk import keys_of, statements
from server.lane.store import Listing
from server.ledger.records import Movement
from server.record import Key, Record


def moved(side: str) -> Listing:
    """Movements whose `side` (source or target) is one of the wanted places, from a point on."""

    def read(connection: sa.Connection, wanted: dict[Key, int]) -> list[Record]:
        columns = statements(Movement, connection.dialect.name).columns
        keys = [(*place, bound) for place, bound in wanted.items()]
        if connection.dialect.name == "sqlite":
            source = "json_each(?) AS j"
            part = [f"json_extract(j.value, '$[{n}]')" for n in range(3)]
            join = "CROSS JOIN"
        else:
            source = "unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS j(k0, k1, k2)"
            part = ["j.k0", "j.k1", "j.k2"]
            join = "JOIN"
        sql = (
            f"SELECT {columns} FROM {source} "  # noqa: S608 - names come from the record alone.
            f"{join} book_commit AS c ON c.site = {part[0]} AND c.latest >= {part[2]} "
            f"{join} movement AS t ON t.site = c.site AND t.number >= c.first_movement "
            f"AND t.number < c.first_movement + c.movements "
            f"AND t.{side} = {part[1]} AND t.occurred_at >= {part[2]}"
        )
        rows: Any = connection.exec_driver_sql(sql, keys_of(connection, keys))
        return [Movement(*row) for row in rows]

    return read


LISTINGS: dict[tuple[type[Record], str], Listing] = {
    (Movement, "from_place"): moved("source"),
    (Movement, "to_place"): moved("target"),
}
