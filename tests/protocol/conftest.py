"""Fixtures of the protocol's hard cases: a warehouse at work, on each database."""

from collections.abc import Iterator

import pytest
from litestar.testing import TestClient

from server.clock import FixedClock
from server.config import Settings
from server.core import Core
from server.db.engine import open_database
from server.ids import SeededRandomness
from server.main import app_over
from tests.api.conftest import SESSION_KEY
from tests.protocol.shop import Shop


@pytest.fixture
def shop(database_url: str, clock: FixedClock, randomness: SeededRandomness) -> Iterator[Shop]:
    """Give a warehouse whose server runs."""
    core = Core.over(
        open_database(database_url),
        Settings(database=database_url, secret_key=SESSION_KEY),
        clock=clock,
        randomness=randomness,
    )
    with TestClient(app_over(core)) as client:
        yield Shop(core, client, clock)
