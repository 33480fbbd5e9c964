"""A server of an older program, which does not know yet what a move is."""

import pytest
from litestar import Litestar

from server.lane import reading
from server.main import app_from_environment
from tests.older import blind_to

UNKNOWN = "move"


def app() -> Litestar:
    """Make the application of a process that is older as long as it lives."""
    pytest.MonkeyPatch().setattr(reading, "decode_line", blind_to(UNKNOWN))
    return app_from_environment()
