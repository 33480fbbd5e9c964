"""Fixtures of terminals: on SQLite, for what need not be shown on both databases."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.db.engine import Database, open_database
from tests.sync.yard import yard_on
from tests.terminals.depot import CASE, Depot, Terminals


@pytest.fixture
def sqlite_database(tmp_path: Path, sqlite_template: Path) -> Iterator[Database]:
    """Give an open SQLite database with all tables and no rows."""
    path = tmp_path / "totebook.sqlite3"
    shutil.copyfile(sqlite_template, path)
    opened = open_database(f"sqlite:///{path}")
    yield opened
    opened.close()


@pytest.fixture
def depot(sqlite_database: Database) -> Iterator[Depot]:
    """Give a depot on SQLite."""
    with yard_on(sqlite_database, Depot) as opened:
        assert isinstance(opened, Depot)
        yield opened
        assert opened.findings() == []


@pytest.fixture
def thin(depot: Depot) -> Terminals:
    """Give a terminal at which goods are being received: a quantity is asked."""
    thin = Terminals(depot)
    thin.begin("receive")
    thin.all("D-1", CASE)
    assert thin.shows == "receive.quantity"
    return thin
