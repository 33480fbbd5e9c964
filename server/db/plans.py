"""What SQLite's planner is told of the tables: which columns leave few rows.

Knowing nothing, SQLite takes "of this site" by a table's key for as good as any index, and reads
everything that a site ever had. What `ANALYZE` finds out would change with the book, and plans with
it, unseen. So every book is told the same, derived from its indexes alone: all rows are of one
site, and each further column of an index parts them, the last of a key down to one row.
"""

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter

from sqlalchemy.engine import Connection

ROWS = 1_000_000
"""Of a table that grows without bound; of all tables, because any may."""
LISTED = 10_000
"""Entries of an index that leaves rows out: what is open, parked, waiting."""
SAME = 10
"""Rows that are alike in all columns of an index that is not unique."""
INDEXES = """SELECT t.name, CASE l.origin WHEN 'pk' THEN t.name ELSE l.name END, l."unique",
    l.partial, i.name
  FROM sqlite_schema AS t JOIN pragma_index_list(t.name) AS l JOIN pragma_index_info(l.name) AS i
  WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' ORDER BY t.name, 2, i.seqno"""

Told = set[tuple[str, str, str]]
"""Table, index and its figures, as `sqlite_stat1` holds them."""


def tell_planner(connection: Connection) -> bool:
    """Write what the planner is to go by, unless it stands there; answer whether it was written."""
    figures = estimates(connection.exec_driver_sql(INDEXES).fetchall())
    known = connection.exec_driver_sql(
        "SELECT count(*) FROM sqlite_schema WHERE name = 'sqlite_stat1'"
    ).scalar_one()
    if known:
        told = connection.exec_driver_sql("SELECT tbl, idx, stat FROM sqlite_stat1").fetchall()
        if {tuple(row) for row in told} == figures:
            return False
    elif not figures:
        return False
    else:
        # Only this makes the table; of a book that is there it would read all, so but a little.
        connection.exec_driver_sql("PRAGMA analysis_limit = 1")
        connection.exec_driver_sql(f'ANALYZE "{min(figures)[0]}"')
    connection.exec_driver_sql("DELETE FROM sqlite_stat1")
    connection.exec_driver_sql("INSERT INTO sqlite_stat1 VALUES (?, ?, ?)", sorted(figures))
    connection.exec_driver_sql("ANALYZE sqlite_schema")
    return True


def estimates(columns: Iterable[tuple[str, str, int, int, str]]) -> Told:
    """Figures of each index, from rows of (table, index, unique, partial, column) in order."""
    figures = set()
    for (table, index, unique, partial), own in groupby(columns, itemgetter(0, 1, 2, 3)):
        names = [row[4] for row in own]
        counts = parted(names, LISTED if partial else ROWS, 1 if unique else SAME)
        figures.add((table, index, " ".join(map(str, counts))))
    return figures


def parted(names: list[str], rows: int, last: int) -> list[int]:
    """Entries of an index, then how many are alike in its first column, its first two, and so on.

    The site parts nothing; the others part evenly.
    """
    blind = 1 if names[0] == "site" else 0
    steps = len(names) - blind
    counts = [rows] * (1 + blind)
    counts += [max(last, round(rows ** (1 - step / steps))) for step in range(1, steps)]
    return counts + [last] * (steps > 0)
