"""A day that was lived through, to tamper with."""

from collections.abc import Iterator

import pytest
import structlog

from server.simulation.evidence import Evidence
from server.simulation.world import World

SEED = 12


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """Undo what the command says about logs: tests after these listen to them."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.fixture(scope="session")
def lived() -> World:
    """Give a world after its day."""
    world = World(SEED)
    world.run()
    return world


@pytest.fixture(scope="session")
def evidence(lived: World) -> Evidence:
    """Give what its book holds; tests replace whole lists of it and change none."""
    return Evidence.of(lived.house.book)
