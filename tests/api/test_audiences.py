"""Every address of ops and merchants: who may call it, and what its examples come to."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import httpx
import pytest
from litestar.testing import TestClient

from server.api.merchant import MERCHANT_HANDLERS
from server.api.ops import OPS_HANDLERS
from tests.api.desks import Desk

OPEN = {"/ops/v1/sign_in"}
ADMINS = {
    ("PUT", "/ops/v1/people"),
    ("PUT", "/ops/v1/sites/{site}/workstations/{name}"),
    ("POST", "/ops/v1/people/{person}/disable"),
    ("POST", "/ops/v1/keys"),
    ("POST", "/ops/v1/personal/erase"),
    ("DELETE", "/ops/v1/keys/{key}"),
}


class Address(NamedTuple):
    """One operation of the OpenAPI document."""

    method: str
    path: str
    told: dict[str, Any]

    @property
    def filled(self) -> str:
        """The path with something in every place."""
        samples = {"kind": "items", "sscc": "3" * 18}
        return re.sub(r"{(\w+)}", lambda place: samples.get(place[1], "1"), self.path)

    @property
    def body(self) -> Any:  # noqa: ANN401 - any JSON.
        """The example of the body, if there is one."""
        content = self.told.get("requestBody", {}).get("content", {})
        examples = content.get("application/json", {}).get("schema", {}).get("examples", [])
        return examples[0] if examples else None


def addresses(client: TestClient[Any]) -> Iterator[Address]:
    """Every operation that is not the devices'."""
    document = client.get("/schema/openapi.json").json()
    for path, item in document["paths"].items():
        if path.startswith(("/ops/", "/merchant/")):
            for method, told in item.items():
                yield Address(method.upper(), path, told)


def call(client: TestClient[Any], address: Address, token: str) -> httpx.Response:
    """Call an address as its example says."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    asked = [each["name"] for each in address.told.get("parameters", []) if each.get("required")]
    samples = {"owner": "ACME", "code": "A1"}
    params = {name: samples[name] for name in asked if name in samples}
    return client.request(
        address.method, address.filled, headers=headers, json=address.body, params=params
    )


def wrong(answer: httpx.Response, status: int, code: str) -> bool:
    """Whether an answer is not this problem."""
    return (
        answer.status_code != status
        or answer.headers["Content-Type"] != "application/problem+json"
        or answer.json()["code"] != code
    )


def test_there_are_addresses(client: TestClient[Any]) -> None:
    found = list(addresses(client))

    assert len(found) > 55
    assert len(OPS_HANDLERS) + len(MERCHANT_HANDLERS) == 3


def test_nobody_anonymous_gets_in(client: TestClient[Any]) -> None:
    let_in = [
        (address.method, address.path)
        for address in addresses(client)
        if address.path not in OPEN and wrong(call(client, address, ""), 401, "unauthorized")
    ]

    assert let_in == []


@pytest.mark.usefixtures("owners")
def test_nobody_of_another_audience_gets_in(
    client: TestClient[Any], supervisor: Desk, acme: Desk
) -> None:
    tokens = {"/ops": acme.token, "/merchant": supervisor.token}
    let_in = [
        (address.method, address.path)
        for address in addresses(client)
        if address.path not in OPEN
        and wrong(call(client, address, tokens["/" + address.path.split("/")[1]]), 403, "forbidden")
    ]

    assert let_in == []


def test_what_only_admins_may_is_refused_to_supervisors(
    client: TestClient[Any], supervisor: Desk
) -> None:
    refused = {
        (address.method, address.path)
        for address in addresses(client)
        if address.path.startswith("/ops/")
        and call(client, address, supervisor.token).status_code == 403
    }

    assert refused == ADMINS


def test_everything_is_described_with_an_example(client: TestClient[Any]) -> None:
    poor = [
        (address.method, address.path)
        for address in addresses(client)
        if not (
            address.told.get("summary")
            and address.told.get("description")
            and '"example' in repr(address.told).replace("'", '"')
        )
    ]

    assert poor == []


@pytest.mark.usefixtures("owners")
def test_examples_have_the_shape_that_is_asked(
    client: TestClient[Any], admin: Desk, acme: Desk
) -> None:
    tokens = {"/ops": admin.token, "/merchant": acme.token}
    misshapen = []
    for address in addresses(client):
        answer = call(client, address, tokens["/" + address.path.split("/")[1]])
        multipart = address.path.endswith("/orders/import")
        if answer.status_code >= 500 or (answer.status_code == 400 and not multipart):
            misshapen.append((address.method, address.path, answer.status_code, answer.text))

    assert misshapen == []


@pytest.mark.parametrize(
    ("path", "pointer"),
    [
        ("/stock?limit=0", "/limit"),
        ("/stock?limit=many", "/limit"),
        ("/stock?after=nonsense", "/after"),
        ("/orders?placed_from=yesterday", "/placed_from"),
        ("/exceptions?subject=weather", "/subject"),
        ("/sites/1/figures?since=2010-12-02T00:00:00Z&until=2010-12-01T00:00:00Z", "/until"),
        ("/sites/100000/zones", "/site"),
    ],
)
def test_what_cannot_be_asked_is_pointed_at(supervisor: Desk, path: str, pointer: str) -> None:
    answer = supervisor.call("GET", path)

    assert answer.status_code in (400, 422)
    assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize(
    "path",
    [
        "/sites/77/zones",
        "/sites/77/holds",
        "/sites/77/devices",
        "/sites/77/freshness",
        "/sites/77/figures",
        "/sites/77/waves/1/packages",
        "/orders/77",
        "/operations/1000001/1/77",
        "/parcels/333333333333333333/label.png",
        "/items?owner=NOBODY",
        "/stock?owner=NOBODY",
    ],
)
def test_what_does_not_exist_is_not_found(supervisor: Desk, path: str) -> None:
    assert supervisor.refusal("GET", path) == (404, "not_found", "")


def test_a_wrong_site_begins_no_book(supervisor: Desk) -> None:
    told = supervisor.refusal("POST", "/sites/77/holds", {"reason": "x", "lot": "L"})

    assert told == (404, "not_found", "")
    assert [row["site"] for row in supervisor.get("/sites")] == [1]


def test_text_that_no_database_can_be_asked_for_is_refused(supervisor: Desk) -> None:
    assert supervisor.refusal("GET", "/stock?place=A%00")[:2] == (422, "invalid")
