"""Counting the statements that a database is asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from server.db.engine import Database


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """Collect every statement that any connection runs while the block lasts."""
    asked: list[str] = []

    def heard(_connection: Any, _cursor: Any, statement: str, *_rest: object) -> None:  # noqa: ANN401
        asked.append(statement)

    engines = [each for each in (database._writer, database._reader) if each is not None]
    for engine in engines:
        sa.event.listen(engine, "before_cursor_execute", heard)
    try:
        yield asked
    finally:
        for engine in engines:
            sa.event.remove(engine, "before_cursor_execute", heard)
