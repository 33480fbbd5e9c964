"""Fixtures of the scenarios: a server of their own, and what a supervisor may do at it."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from server.conformance.office import Office
from server.conformance.world import SITE, World
from server.identity.messages import PutApiKey
from server.identity.secrets import hash_code
from server.lane.activity import NETWORK

KEY = "a key of a supervisor for these tests alone"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Give a server with a book of its own."""
    folder = tmp_path / "world"
    folder.mkdir()
    made = World(folder)
    made.tell(NETWORK, PutApiKey(name="conformance", hash=hash_code(KEY), role="supervisor"))
    yield made
    made.close()


@pytest.fixture
def http(world: World) -> Iterator[httpx.Client]:
    """Give a client of the server, over loopback."""
    with httpx.Client(base_url=world.front.url, timeout=30.0, trust_env=False) as client:
        yield client


@pytest.fixture
def office(http: httpx.Client) -> Office:
    """Give a supervisor's means."""
    return Office(http, KEY, SITE)
