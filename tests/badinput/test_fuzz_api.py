"""Every address with random bodies and parameters: no fault of ours, and errors are problems."""

import collections
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import httpx
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from litestar.testing import TestClient

from server.identity.messages import PutApiKey
from server.identity.secrets import hash_code
from server.lane.activity import NETWORK
from tests.api.test_audiences import Address, addresses
from tests.api.warehouse import Warehouse
from tests.badinput.wild import ID, Schema, values

SEEN = collections.Counter()
ACME = 1_000_001
import os

EXAMPLES = int(os.environ.get("EX", "30"))
quickly = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize="EX" not in os.environ,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def must_be_clear(answer: httpx.Response) -> None:
    """An answer is of a right shape, or a problem that is the caller's."""
    SEEN[(answer.request.method, answer.status_code)] += 1
    assert answer.status_code < 500, (str(answer.request.url), answer.request.content, answer.text)
    if answer.status_code >= 400:
        assert answer.headers["Content-Type"] == "application/problem+json", answer.text
        assert answer.json()["detail"]


def place(name: str, drawn: SearchStrategy[Any]) -> SearchStrategy[Any]:
    """What stands in the address: mostly something that may be there."""
    there = {"site": st.just(1), "sscc": st.just("340063810000000017")}
    known = there.get(name, st.sampled_from(range(ID, ID + 20)))
    return known | known | known | drawn


def fuzz(address: Address, parts: dict[str, Schema], send: Callable[..., httpx.Response]) -> bool:
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
        each["name"]: place(each["name"], values(each["schema"], parts))
        for each in told.get("parameters", [])
        if each["in"] == "path"
    }

    taken: list[int] = []

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
        answer = send(address.method, filled, params=texts, content=sent)
        must_be_clear(answer)
        if answer.is_success:
            taken.append(answer.status_code)

    call()
    return bool(taken)


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


def test_desks_get_a_clear_answer_to_anything(
    client: TestClient[Any], warehouse: Warehouse
) -> None:
    parts = client.get("/schema/openapi.json").json()["components"]["schemas"]
    let_in = set()
    for address in addresses(client):
        if "multipart/form-data" in address.told.get("requestBody", {}).get("content", {}):
            continue
        token = key(warehouse, address)

        def send(method: str, path: str, token: str = token, **rest: Any) -> httpx.Response:  # noqa: ANN401
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            return client.request(method, path, headers=headers, **rest)

        taken = fuzz(address, parts, send)
        let_in |= {address.path} if taken else set()
    print(SEEN)
    print([x.path for x in addresses(client) if x.path not in let_in])
