"""Every address of desks with random content: no fault of ours, and every error is a problem."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from litestar.testing import TestClient

from server.core import Core
from server.identity.messages import PutApiKey
from server.identity.secrets import hash_code
from server.lane.activity import NETWORK
from tests.api.test_audiences import Address, addresses
from tests.api.warehouse import Warehouse
from tests.badinput.books import book_is_clean
from tests.badinput.wild import ID, Schema, values

ACME = ID
EXAMPLES = 15
REACHED_MIN = 40
"""Of so many addresses at least one example gets through to what they are for."""
Send = Callable[..., httpx.Response]

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
    asked = answer.request
    assert answer.status_code < 500, (asked.method, asked.url, asked.content, answer.text)
    if answer.status_code >= 400:
        assert answer.headers["Content-Type"] == "application/problem+json", answer.text
        assert answer.json()["detail"]


def place(name: str, drawn: SearchStrategy[Any]) -> SearchStrategy[Any]:
    """What stands in the address: mostly something that may be there."""
    there = {"site": st.just(1), "sscc": st.just("340063810000000017"), "kind": st.just("items")}
    known = there.get(name, st.sampled_from(range(ID, ID + 20)))
    return known | known | known | drawn


def fuzz(address: Address, parts: dict[str, Schema], send: Send) -> bool:
    """Call an address some times; answer whether anything got through."""
    told = address.told
    content = told.get("requestBody", {}).get("content", {})
    body = values(content["application/json"]["schema"], parts) if content else st.none()
    asked: dict[str, dict[str, SearchStrategy[Any]]] = {"query": {}, "path": {}}
    for each in told.get("parameters", []):
        asked[each["in"]][each["name"]] = values(each["schema"], parts)
    places = {name: place(name, drawn) for name, drawn in asked["path"].items()}
    through: list[int] = []

    @quickly
    @given(
        body=body,
        params=st.fixed_dictionaries({}, optional=asked["query"]),
        path=st.fixed_dictionaries(places),
    )
    def call(body: Any, params: dict[str, Any], path: dict[str, Any]) -> None:  # noqa: ANN401
        filled = address.path
        for name, value in path.items():
            filled = filled.replace(f"{{{name}}}", quote(str(value), safe="") or "1")
        texts = {name: str(value) for name, value in params.items() if value is not None}
        sent = json.dumps(body).encode() if content else b"owner,sku\nACME,A1\n"
        answer = send(address.method, filled, params=texts, content=sent)
        must_be_clear(answer)
        through.extend([answer.status_code] if answer.status_code in (200, 201, 409) else [])

    call()
    return bool(through)


def key(warehouse: Warehouse, address: Address) -> str:
    """An API key for an address, for what is called may revoke those that were made before."""
    token = f"{address.method} {address.path}".replace(".", "-")
    is_merchants = address.path.startswith("/merchant")
    message = PutApiKey(
        hash=hash_code(token),
        name="fuzz",
        role="merchant" if is_merchants else "admin",
        owner=ACME if is_merchants else None,
    )
    assert warehouse.tell(NETWORK, message)
    return token


def sender(client: TestClient[Any], token: str) -> Send:
    """Calls in the name of a key."""

    def send(method: str, path: str, **rest: Any) -> httpx.Response:  # noqa: ANN401 - httpx's.
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        return client.request(method, path, headers=headers, **rest)

    return send


# PostgreSQL is the one that refuses what SQLite swallows.
@pytest.mark.parametrize("dialect", ["postgresql"])
def test_desks_get_a_clear_answer_to_anything(
    core: Core, client: TestClient[Any], warehouse: Warehouse
) -> None:
    parts = client.get("/schema/openapi.json").json()["components"]["schemas"]
    reached = [
        address.path
        for address in addresses(client)
        if "multipart/form-data" not in address.told.get("requestBody", {}).get("content", {})
        and fuzz(address, parts, sender(client, key(warehouse, address)))
    ]

    assert len(reached) >= REACHED_MIN, reached
    assert book_is_clean(core)
