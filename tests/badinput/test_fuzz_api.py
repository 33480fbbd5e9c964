"""Every address with random bodies and parameters: no fault of ours, and errors are problems."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import httpx
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from litestar.testing import TestClient

from server.identity.messages import PutApiKey
from server.identity.secrets import hash_code
from server.lane.activity import NETWORK
from tests.api.test_audiences import Address, addresses
from tests.api.warehouse import Warehouse
from tests.badinput.wild import Schema, values

import collections; SEEN=collections.Counter()
EXAMPLES = 30
quickly = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def must_be_clear(answer: httpx.Response) -> None:
    """An answer is of a right shape, or a problem that is the caller's."""
    SEEN[(answer.request.method,answer.status_code)]+=1
    assert answer.status_code < 500, (str(answer.request.url), answer.request.content, answer.text)
    if answer.status_code >= 400:
        assert answer.headers["Content-Type"] == "application/problem+json", answer.text
        assert answer.json()["detail"]


def fuzz(address: Address, parts: dict[str, Schema], send: Callable[..., httpx.Response]) -> None:
    """Call an address some times."""
    told = address.told
    content = told.get("requestBody", {}).get("content", {})
    body = values(content["application/json"]["schema"], parts) if content else st.none()
    asked = {
        each["name"]: values(each["schema"], parts)
        for each in told.get("parameters", [])
        if each["in"] == "query"
    }
    places = {
        each["name"]: values(each["schema"], parts, 20)
        for each in told.get("parameters", [])
        if each["in"] == "path"
    }

    @quickly
    @given(
        body=body,
        params=st.fixed_dictionaries({}, optional=asked),
        path=st.fixed_dictionaries(places),
    )
    def call(body: Any, params: dict[str, Any], path: dict[str, Any]) -> None:  # noqa: ANN401
        filled = address.path
        for name, value in path.items():
            filled = filled.replace(f"{{{name}}}", quote(str(value), safe="") or "1")
        texts = {name: str(value) for name, value in params.items() if value is not None}
        sent = json.dumps(body).encode() if content else None
        must_be_clear(send(address.method, filled, params=texts, content=sent))

    call()


def key(warehouse: Warehouse, role: str, owner: int | None = None) -> str:
    """An API key."""
    token = f"key of {role}"
    message = PutApiKey(hash=hash_code(token), name=role, role=role, owner=owner)
    assert warehouse.tell(NETWORK, message)
    return token


def test_desks_get_a_clear_answer_to_anything(
    client: TestClient[Any], warehouse: Warehouse
) -> None:
    tokens = {"/ops": key(warehouse, "admin"), "/merchant": key(warehouse, "merchant", 1_000_001)}
    parts = client.get("/schema/openapi.json").json()["components"]["schemas"]
    for address in addresses(client):
        content = address.told.get("requestBody", {}).get("content", {})
        if "multipart/form-data" in content or address.path.endswith("/disable"):
            continue
        token = tokens["/" + address.path.split("/")[1]]

        def send(method: str, path: str, token: str = token, **rest: Any) -> httpx.Response:  # noqa: ANN401
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            return client.request(method, path, headers=headers, **rest)

        fuzz(address, parts, send)
    for path, token in (("/ops/v1/sites", "/ops"), ("/merchant/v1/orders", "/merchant")):
        headers = {"Authorization": f"Bearer {tokens[token]}"}
        assert client.get(path, headers=headers).status_code == 200
    print(SEEN)
