"""The application as a whole: health, readiness, the OpenAPI document."""

import asyncio
from typing import Any

from litestar.testing import TestClient

from server.core import Core
from server.main import named_requests
from tests.api.device.callers import problem


def test_health_and_readiness(client: TestClient[Any]) -> None:
    assert client.get("/health").json()["status"] == "ok"
    assert client.get("/ready").json()["database"].startswith("SQLite")


def test_readiness_fails_with_the_database(core: Core, client: TestClient[Any]) -> None:
    core.database._reader.dispose()
    path = core.settings.database.removeprefix("sqlite:///")
    for name in (path, f"{path}-wal"):
        with open(name, "r+b") as file:  # noqa: PTH123 - a file damaged on purpose
            file.write(b"no database at all " * 1_000)

    assert problem(client.get("/ready"))[0] == 503
    assert client.get("/health").status_code == 200


def test_unknown_address_is_a_problem(client: TestClient[Any]) -> None:
    assert problem(client.get("/nowhere")) == (404, "not_found")


def test_schema_describes_calls_with_examples(client: TestClient[Any]) -> None:
    paths = client.get("/schema").json()["paths"]

    for call in ("enrol", "epoch", "hello", "push", "pull", "sign_in"):
        operation = paths[f"/device/v1/{call}"]["post"]
        [content] = operation["requestBody"]["content"].values()
        assert content["examples"]["example"]["value"]
        assert content["schema"]["properties"]
        answer = operation["responses"]["200"]["content"]["application/json"]
        assert answer["schema"]["properties"]
        assert "application/problem+json" in operation["responses"]["default"]["content"]


def test_what_is_no_request_passes_unnamed() -> None:
    seen: list[Any] = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:  # noqa: ANN401
        seen.append(scope)

    scope: Any = {"type": "websocket"}
    asyncio.run(named_requests(app)(scope, None, None))  # type: ignore[arg-type]

    assert seen == [scope]


def test_core_closes_once(core: Core) -> None:
    core.close()
    core.close()
