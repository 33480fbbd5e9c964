"""A day that was lived through, to tamper with."""

import pytest

from server.simulation.evidence import Evidence
from server.simulation.world import World

SEED = 12


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
