"""`GET /metrics`: what calls leave there, and who may read it."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from device_protocol.operations import Receive
from server.api.metrics import is_loopback, observed_requests
from server.clock import FixedClock
from server.config import Settings
from server.core import Core
from server.db.engine import open_database
from server.ids import SeededRandomness
from server.main import app_over
from tests.api.conftest import SESSION_KEY
from tests.api.device.callers import Caller, problem
from tests.api.warehouse import Warehouse
from tests.observing.reading import value

TOKEN = "a token of metrics for tests alone"  # noqa: S105 - it opens nothing.
HERE = ("127.0.0.1", 50_000)
ELSEWHERE = ("192.0.2.7", 50_000)


@pytest.fixture(params=[""])
def observed(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    sqlite_template: Path,
    clock: FixedClock,
    randomness: SeededRandomness,
) -> Iterator[Core]:
    """Give a core that keeps figures, with the token that the test names."""
    path = tmp_path / "totebook.sqlite3"
    shutil.copyfile(sqlite_template, path)
    url = f"sqlite:///{path}"
    settings = Settings(
        database=url,
        secret_key=SESSION_KEY,
        metrics_token=request.param,
        stranger_calls_per_s=1,
        stranger_calls_burst=2,
    )
    opened = Core.over(
        open_database(url), settings, clock=clock, randomness=randomness, observed=True
    )
    yield opened
    opened.close()


def client_of(core: Core, address: tuple[str, int] = HERE) -> TestClient[Any]:
    """A client that calls from an address."""
    app = app_over(core)

    async def from_there(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401
        if scope["type"] == "http":
            scope["client"] = address
        await app(scope, receive, send)

    return TestClient(from_there, raise_server_exceptions=False)


def test_calls_operations_and_statements_are_counted(observed: Core) -> None:
    warehouse = Warehouse(observed)
    with client_of(observed) as client:
        caller = Caller(warehouse, client)
        caller.write(Receive(quantity=1, owner="ACME", item="A1", to="A-01", ended=1_000))
        assert caller.push().status_code == 200
        assert client.get("/merchant/v1/stock").status_code == 401
        assert client.post("/device/v1/pull", content=b"{}").status_code == 401
        # Soon strangers have called as often as they may, and are turned away before they are read.
        strange = {client.post("/device/v1/enrol", content=b"{}").status_code for _ in range(5)}
        assert 429 in strange

        answer = client.get("/metrics")

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    told = answer.content
    assert value(told, "totebook_operations_total", kind="receive", outcome="applied") == 1
    assert value(told, "totebook_commits", site="1") >= 1
    assert value(told, "totebook_database_up") == 1
    for route, status in (
        ("/device/v1/push", "200"),
        ("/merchant/v1/stock", "401"),
        ("/device/v1/pull", "401"),
        ("/device/v1/enrol", "200"),
        ("/device/v1/enrol", "429"),
    ):
        found = value(told, "totebook_http_answers_total", route=route, status=status)
        assert found >= 1, route
    assert value(told, "totebook_http_seconds_count", route="/device/v1/push") == 1


def test_without_a_token_only_this_machine_reads(observed: Core) -> None:
    with client_of(observed, ELSEWHERE) as client:
        assert problem(client.get("/metrics")) == (403, "forbidden")
    with client_of(observed) as client:
        forwarded = client.get("/metrics", headers={"X-Forwarded-For": "192.0.2.7"})
        assert problem(forwarded) == (403, "forbidden")


@pytest.mark.parametrize("observed", [TOKEN], indirect=True)
def test_with_a_token_its_bearer_reads_from_anywhere(observed: Core) -> None:
    with client_of(observed, ELSEWHERE) as client:
        good = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        wrong = client.get("/metrics", headers={"Authorization": "Bearer another"})
    with client_of(observed) as client:
        none = client.get("/metrics")

    assert good.status_code == 200
    assert problem(wrong) == (401, "unauthorized")
    assert problem(none) == (401, "unauthorized")


def test_what_is_no_call_is_not_counted() -> None:
    seen: list[Any] = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:  # noqa: ANN401
        seen.append(scope["type"])

    asyncio.run(observed_requests(app)({"type": "lifespan"}, None, None))  # type: ignore[arg-type]

    assert seen == ["lifespan"]
    assert not is_loopback("testclient")
