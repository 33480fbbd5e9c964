"""What SQL must keep to, so that sites can be spread over the nodes of a distributed PostgreSQL.

A table of a site leads with the site in its key and in every index, and a statement names the site
of every table that it touches: then each statement goes to the one node that has the site.
"""

import re
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from server.db.engine import Database
from tests.architecture.sources import Source

KNOWN_INDEXES = {
    "ix_evidence_hash": "erasing looks for what a hash stands for at all sites, once per request",
    "ix_evidence_unit": "an order's parcels are looked for at all sites when it is erased or shown",
}
"""Indexes that do not lead with the site, and why they need not."""
KNOWN_WORDS = {
    "server/db/postgresql.py": "who changes the schema takes turns; two at once would only fail",
    "server/fleet/alarms.py": "who raises an alarm takes turns; outside the book",
    "server/printing/queue.py": "print jobs take turns; outside the book, and no job is lost by it",
}
"""Files with words that not every distributed PostgreSQL runs, and why they may."""

_WORDS = re.compile(
    r"\bLOCK TABLE\b|\bpg_(?:try_)?advisory|\bnextval\b|\bEXCLUDE USING\b|\bsa\.Sequence\b"
    r"|\bsa\.Identity\b|\bForeignKey\b|\bREFERENCES \w+ \(|\"(?:UN)?LISTEN |\"NOTIFY "
)
_TABLE = re.compile(
    r"\b(?:FROM|JOIN|USING|UPDATE|INTO)\s+\"?(?P<table>[a-z_]+)\"?(?:\s+(?:AS\s+)?(?P<alias>\w+))?",
    re.IGNORECASE,
)
_SQL_WORDS = frozenset(
    (
        *("where", "on", "set", "join", "inner", "left", "cross", "order", "group"),
        *("limit", "for", "values", "using", "as", "select"),
    )
)


def undistributed_tables(metadata: sa.MetaData) -> Iterator[str]:
    """Find keys and indexes without the site in front, and what ties tables or nodes together."""
    for table in metadata.sorted_tables:
        key = [column.name for column in table.primary_key.columns]
        if key[0] != "site":
            yield f"{table.name}: its key does not lead with the site"
        for index in table.indexes:
            first = next(iter(index.columns)).name
            if first != "site" and (index.unique or index.name not in KNOWN_INDEXES):
                yield f"{index.name}: it does not lead with the site"
        for constraint in table.constraints:
            allowed = isinstance(constraint, sa.PrimaryKeyConstraint | sa.CheckConstraint)
            if isinstance(constraint, sa.UniqueConstraint):
                allowed = next(iter(constraint.columns)).name == "site"
            if not allowed:
                yield f"{table.name}: {type(constraint).__name__}"
        for column in table.columns:
            if column.identity is not None or column.autoincrement is True:
                yield f"{table.name}.{column.name}: numbers come from the lane, not from a sequence"


def undistributed_words(files: Iterable[Source]) -> Iterator[str]:
    """Find SQL on which no order and no correctness may depend."""
    for source in files:
        if source.path not in KNOWN_WORDS:
            for found in _WORDS.finditer(source.text):
                yield f"{source.path}: {found.group()}"


def spread(statement: str, tables: frozenset[str]) -> Iterator[str]:
    """Find tables of a statement whose site it does not name."""
    for matched in _TABLE.finditer(statement):
        table, alias = matched["table"], matched["alias"]
        if table not in tables:
            continue
        if statement.lstrip().upper().startswith("INSERT") and f"INTO {table} (" in statement:
            if '"site"' not in statement and "(site" not in statement:
                yield table
            continue
        name = table if alias is None or alias.lower() in _SQL_WORDS else alias
        if not _names_site(statement, name):
            yield f"{table} AS {name}"


def _names_site(statement: str, name: str) -> bool:
    """Whether a condition ties the site of a table to a value, or to another table's site."""
    own = rf"(?:\b{name}\.|(?<![\w.]))\"?site\"?"
    by_value = rf"{own}\s*(?:=|IN\b)"
    by_other = rf"=\s*\b{name}\.\"?site\"?"
    by_tuple = rf"\([^()]*\b{name}\.site\b[^()]*\)\s*(?:=|IN\b)"
    tied = f"{by_value}|{by_other}|{by_tuple}"
    return re.search(tied, statement, re.IGNORECASE) is not None


@contextmanager
def asked_in(database: Database, *threads: str) -> Iterator[set[str]]:
    """Collect what is asked by threads whose names begin so, while the block lasts."""
    asked: set[str] = set()

    def heard(_connection: Any, _cursor: Any, statement: str, *_rest: object) -> None:  # noqa: ANN401
        if threading.current_thread().name.startswith(threads):
            asked.add(statement)

    engines = list(database.pools().values())
    for engine in engines:
        sa.event.listen(engine, "before_cursor_execute", heard)
    try:
        yield asked
    finally:
        for engine in engines:
            sa.event.remove(engine, "before_cursor_execute", heard)
