"""Fixtures of the API's tests.

A core on SQLite, a client without a network, a warehouse to call.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from server.clock import FixedClock
from server.config import Settings
from server.core import Core
from server.db.engine import open_database
from server.ids import SeededRandomness
from server.main import app_over
from tests.api.desks import Desk, add_merchants, sign_in
from tests.api.warehouse import Warehouse

SESSION_KEY = "a key of sessions for tests alone"


@pytest.fixture
def core(
    tmp_path: Path, sqlite_template: Path, clock: FixedClock, randomness: SeededRandomness
) -> Iterator[Core]:
    """Give a core on an empty book."""
    path = tmp_path / "totebook.sqlite3"
    shutil.copyfile(sqlite_template, path)
    settings = Settings(database=f"sqlite:///{path}", secret_key=SESSION_KEY)
    opened = Core.over(
        open_database(settings.database), settings, clock=clock, randomness=randomness
    )
    yield opened
    opened.close()


@pytest.fixture
def client(core: Core) -> Iterator[TestClient[Any]]:
    """Give a client of the whole application."""
    with TestClient(app_over(core), raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture
def warehouse(core: Core) -> Warehouse:
    """Give a warehouse that is set up."""
    return Warehouse(core)


@pytest.fixture
def supervisor(client: TestClient[Any], warehouse: Warehouse) -> Desk:
    """Give a supervisor who is signed in."""
    assert warehouse.people["supervisor"]
    return sign_in(client, "supervisor")


@pytest.fixture
def admin(client: TestClient[Any], warehouse: Warehouse) -> Desk:
    """Give an admin who is signed in."""
    assert warehouse.people["admin"]
    return sign_in(client, "admin")


@pytest.fixture
def owners(warehouse: Warehouse, supervisor: Desk) -> dict[str, int]:
    """Give the ids of ACME and BETA, which have a person each."""
    return add_merchants(warehouse, supervisor)


@pytest.fixture
def acme(client: TestClient[Any], owners: dict[str, int]) -> Desk:
    """Give ACME's person, signed in."""
    assert owners["ACME"]
    return sign_in(client, "ACME", "/merchant/v1")


@pytest.fixture
def beta(client: TestClient[Any], owners: dict[str, int]) -> Desk:
    """Give BETA's person, signed in."""
    assert owners["BETA"]
    return sign_in(client, "BETA", "/merchant/v1")
