"""Fixtures of the device's API: one that is enrolled."""

from typing import Any

import pytest
from litestar.testing import TestClient

from tests.api.device.callers import Caller
from tests.api.warehouse import Warehouse


@pytest.fixture
def caller(warehouse: Warehouse, client: TestClient[Any]) -> Caller:
    """Give an enrolled handheld with nothing in its stream."""
    return Caller(warehouse, client)
