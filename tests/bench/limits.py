"""Limits: what the database's bare driver does with the very same rows in the very same groups."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from server.db.engine import Database

Written = list[list[tuple[str, Any]]]
"""Per transaction, its writing statements with their parameters."""
VERBS = ("INSERT", "UPDATE", "DELETE")


@contextmanager
def captured(database: Database) -> Iterator[Written]:
    """Keep what is written meanwhile, transaction by transaction."""
    engine: sa.Engine = database._writer or database._reader
    transactions: Written = []
    current: list[tuple[str, Any]] = []

    def executed(
        _connection: object, _cursor: object, statement: str, parameters: object, *_rest: object
    ) -> None:
        if statement.startswith(VERBS):
            current.append((statement, parameters))

    def committed(_connection: object) -> None:
        if current:
            transactions.append(current.copy())
            current.clear()

    event.listen(engine, "before_cursor_execute", executed)
    event.listen(engine, "commit", committed)
    try:
        yield transactions
    finally:
        event.remove(engine, "before_cursor_execute", executed)
        event.remove(engine, "commit", committed)


def written_again(database: Database, transactions: Written) -> float:
    """Seconds that the bare driver takes to write all of it again, in the same transactions."""
    engine: sa.Engine = database._writer or database._reader
    raw = engine.raw_connection()
    connection = raw.driver_connection
    if connection is None:
        raise RuntimeError
    cursor = connection.cursor()
    sqlite = database.dialect == "sqlite"
    began = time.perf_counter()
    for transaction in transactions:
        cursor.execute("BEGIN IMMEDIATE" if sqlite else "BEGIN")
        for statement, parameters in transaction:
            if sqlite and isinstance(parameters, list):
                cursor.executemany(statement, parameters)
            else:
                cursor.execute(statement, parameters)
        cursor.execute("COMMIT")
    elapsed = time.perf_counter() - began
    raw.close()
    return elapsed


def single_rows(database: Database, seconds: float) -> float:
    """Lf: durable transactions of one row a second, by the bare driver."""
    engine: sa.Engine = database._writer or database._reader
    raw = engine.raw_connection()
    connection = raw.driver_connection
    if connection is None:
        raise RuntimeError
    cursor = connection.cursor()
    cursor.execute("CREATE TABLE IF NOT EXISTS bench_row (n BIGINT)")
    if database.dialect != "sqlite":
        cursor.execute("COMMIT")
    count = 0
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        cursor.execute("BEGIN IMMEDIATE" if database.dialect == "sqlite" else "BEGIN")
        cursor.execute(f"INSERT INTO bench_row VALUES ({count})")  # noqa: S608 - a number of ours.
        cursor.execute("COMMIT")
        count += 1
    elapsed = time.perf_counter() - began
    raw.close()
    return count / elapsed
