"""Exports without end: whoever asks for many at once waits, and keeps nobody else from working."""

from typing import Any

import pytest
from litestar.testing import TestClient

from server.core import Core
from tests.api.desks import Desk
from tests.badinput.calling import Call, answers

EXPORTS = ("export/epcis", "export/stock.csv", "export/exceptions.csv", "sites/1/accuracy.csv")
AT_ONCE = 24


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_more_exports_than_connections_and_threads_all_end(
    core: Core, client: TestClient[Any], admin: Desk
) -> None:
    assert core.database.limits.pool_size < AT_ONCE
    for path in EXPORTS:
        calls = [Call("GET", f"/ops/v1/{path}", {}, {}, b"") for _ in range(AT_ONCE)]

        found = answers(client, admin.token, calls)

        assert {each.status for each in found} == {200}
        assert all(each.content for each in found)
