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
from server.record import Key, Record, shape

RECENT = "c.site = f.site AND c.latest >= f.since"
"""Commits that can hold what moved since a point."""
OF_COMMIT = (
    "t.site = c.site AND t.number >= c.first_movement AND t.number < c.first_movement + c.movements"
)


def moved(index: str) -> Listing:
    """Movements of the wanted places, each from its own point on.

    What moved since the first of these points is read once, however many places are wanted.
    """
    (_, side) = Movement.INDEXES[index].fields
    place_of = shape(Movement).getters[index]

    def read(connection: sa.Connection, wanted: dict[Key, int]) -> list[Record]:
        columns = statements(Movement, connection.dialect.name).columns
        keys = [(*place, bound) for place, bound in wanted.items()]
        if connection.dialect.name == "sqlite":
            parts = ", ".join(f"json_extract(j.value, '$[{n}]')" for n in range(3))
            source = f"SELECT {parts} FROM json_each(?) AS j"  # noqa: S608 - as below.
            read_in_turn = f"book_commit AS c ON {RECENT} CROSS JOIN movement AS t ON {OF_COMMIT}"
        else:
            source = "SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[])"
            # Left to choose, PostgreSQL reads all movements there are.
            read_in_turn = (
                f"LATERAL (SELECT * FROM book_commit AS c WHERE {RECENT} OFFSET 0) AS c CROSS JOIN "  # noqa: S608 - as below.
                f"LATERAL (SELECT * FROM movement AS t WHERE {OF_COMMIT} OFFSET 0) AS t"
            )
        sql = (
            f"WITH wanted(site, place, since) AS MATERIALIZED ({source}), "  # noqa: S608 - names come from the record alone.
            "first AS MATERIALIZED (SELECT site, min(since) AS since FROM wanted GROUP BY site) "
            f"SELECT {columns} FROM first AS f CROSS JOIN {read_in_turn} "
            "WHERE t.occurred_at >= f.since "
            f"AND (t.site, t.{side}) IN (SELECT site, place FROM wanted)"
        )
        rows: Any = connection.exec_driver_sql(sql, keys_of(connection, keys))
        found = (Movement(*row) for row in rows)
        return [each for each in found if each.occurred_at >= wanted[place_of(each)]]

    return read


LISTINGS: dict[tuple[type[Record], str], Listing] = {
    (Movement, "from_place"): moved("from_place"),
    (Movement, "to_place"): moved("to_place"),
}
