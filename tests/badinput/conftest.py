"""Fixtures of bad input: a whole server without a network, on each database."""

from collections.abc import Iterator
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
from tests.api.device.callers import Caller
from tests.api.warehouse import Warehouse

SESSION_KEY = "a key of sessions for tests alone"


@pytest.fixture
def core(database_url: str, clock: FixedClock, randomness: SeededRandomness) -> Iterator[Core]:
    """Give a core on an empty book."""
    # What is wrong comes by the thousand here, and each must get its own answer.
    settings = Settings(
        database=database_url,
        secret_key=SESSION_KEY,
        stranger_calls_per_s=0,
        device_calls_per_s=0,
    )
    opened = Core.over(open_database(database_url), settings, clock=clock, randomness=randomness)
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
def caller(warehouse: Warehouse, client: TestClient[Any]) -> Caller:
    """Give an enrolled handheld with nothing in its stream."""
    return Caller(warehouse, client)


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
def acme(client: TestClient[Any], warehouse: Warehouse, admin: Desk) -> Desk:
    """Give ACME's person, signed in; BETA has one, too."""
    add_merchants(warehouse, admin)
    return sign_in(client, "ACME", "/merchant/v1")


@pytest.fixture
def beta(client: TestClient[Any], acme: Desk) -> Desk:
    """Give BETA's person, signed in."""
    assert acme.token
    return sign_in(client, "BETA", "/merchant/v1")
