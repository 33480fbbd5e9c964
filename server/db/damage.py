"""What SQLite itself finds wrong with its file: asked where something odd was found in a book.

Reading may go on over a page that is torn, and give rows that nobody wrote. So an error that nobody
foresaw is first of all a question to the file. PostgreSQL looks after its own pages.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from server.config import ConfigError
from server.db.engine import Database
from server.db.faults import damaged
from server.errors import TotebookError

NAMED_MAX = 20
"""Pages and rows that are named; there may be many more."""
TREE = re.compile(r"^Tree (\d+)")
KINDS = {"INTEGER": "integer", "BIGINT": "integer", "TEXT": "text", "BLOB": "blob"}
"""What SQLite stores in a column of each type that we declare."""
_ROOTS = "SELECT rootpage, type || ' ' || name FROM sqlite_schema WHERE rootpage > 0"
_COLUMNS = """SELECT t.name, c.name, c.type FROM sqlite_schema AS t JOIN pragma_table_info(t.name)
  AS c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' ORDER BY t.name, c.cid"""


def torn_pages(connection: sa.Connection) -> list[str]:
    """What is wrong with the pages of a SQLite file, in SQLite's words; nothing if all is well."""
    if connection.dialect.name != "sqlite":
        return []
    found: list[str] = []
    roots: dict[int, str] = {}
    # What hinders it ends it, and the driver then forgets what it named: so one at least.
    for named_max in (NAMED_MAX, 1):
        try:
            roots = dict(connection.exec_driver_sql(_ROOTS).fetchall())
            asked = connection.exec_driver_sql(f"PRAGMA quick_check({named_max})").scalars()
            found = [line for told in asked for line in told.splitlines()]
            break
        except (DBAPIError, UnicodeDecodeError) as error:
            found = [said(error)]
    return [_named(line, roots) for line in found if line != "ok" and not line.startswith("***")]


def wrong_values(connection: sa.Connection) -> list[str]:
    """Columns of a SQLite file in which there is what can't be there, as a text among numbers."""
    if connection.dialect.name != "sqlite":
        return []
    found = []
    try:
        columns = connection.exec_driver_sql(_COLUMNS).fetchall()
        for table, column, declared in columns:
            kind = KINDS.get(declared.partition("(")[0], "text")
            count = connection.exec_driver_sql(
                f'SELECT count(*) FROM "{table}" '  # noqa: S608 - the names that stand in the file.
                f"WHERE typeof(\"{column}\") NOT IN ('null', '{kind}')"
            ).scalar_one()
            if count:
                found.append(f"table {table}: {count} rows have no {kind} in {column}")
    except (DBAPIError, UnicodeDecodeError) as error:
        found.append(said(error))
    return found[:NAMED_MAX]


def lacking(connection: sa.Connection, tables: Iterable[sa.Table]) -> list[str]:
    """What a SQLite file whose schema is said to be ours has not: a bit makes another name."""
    if connection.dialect.name != "sqlite":
        return []
    try:
        there = {(table, column) for table, column, _ in connection.exec_driver_sql(_COLUMNS)}
    except (DBAPIError, UnicodeDecodeError) as error:
        return [said(error)]
    found = [
        f"table {table.name} has no column {column.name}"
        for table in tables
        for column in table.columns
        if (table.name, column.name) not in there
    ]
    return found[:NAMED_MAX]


@contextmanager
def damage_told(database: Database, tables: Iterable[sa.Table] = ()) -> Iterator[None]:
    """Raise UnavailableError for an error that nobody foresaw where the file proves damaged.

    It is, too, where one of the tables is not there.
    """
    try:
        yield
    except (ConfigError, TotebookError):
        raise
    except Exception as error:
        with database.reading() as connection:
            found = torn_pages(connection) or lacking(connection, tables)
            found = found or wrong_values(connection)
            # Nothing was written, and a commit would tell of a torn page once more.
            connection.rollback()
        if not found:
            raise
        raise damaged(database.place, found[0]) from error


def said(error: Exception) -> str:
    """What went wrong, in the words of the database's driver where it was there."""
    if isinstance(error, UnicodeDecodeError):
        return "there is a text that is none"
    return str(getattr(error, "orig", None) or error)


def _named(line: str, roots: dict[int, str]) -> str:
    """The name of a table or an index for the page with which it begins."""
    return TREE.sub(lambda found: roots.get(int(found[1]), found[0]), line)
