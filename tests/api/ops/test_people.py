"""Signing in at desks, people and API keys over HTTP."""

from typing import Any

import pytest
from litestar.testing import TestClient

from server.clock import FixedClock
from tests.api.desks import Desk, sign_in
from tests.api.warehouse import PIN, Warehouse

QUARTER_HOUR_MS = 15 * 60_000


def signing_in(client: TestClient[Any], person: str, password: str) -> tuple[int, str]:
    """Status and code of a sign-in that fails, or its role."""
    answer = client.post("/ops/v1/sign_in", json={"person": person, "password": password})
    told = answer.json()
    return answer.status_code, told.get("code") or told["role"]


def test_supervisor_gets_a_session(client: TestClient[Any], warehouse: Warehouse) -> None:
    body = {"person": "supervisor", "password": PIN}

    told = client.post("/ops/v1/sign_in", json=body).json()

    assert (told["person"], told["role"]) == (warehouse.people["supervisor"], "supervisor")
    assert (told["owner"], told["expires"]) == (None, "2010-12-01T20:00:00.000Z")
    assert Desk(client, "/ops/v1", told["token"]).get("/sites")[0]["code"] == "BER"


@pytest.mark.usefixtures("warehouse")
@pytest.mark.parametrize(
    ("person", "password", "told"),
    [
        ("supervisor", "0000", (401, "sign_in.wrong")),
        ("nobody", PIN, (401, "sign_in.wrong")),
        ("", "", (401, "sign_in.wrong")),
        ("operator", PIN, (403, "forbidden")),
    ],
)
def test_who_may_not_sign_in_at_a_desk(
    client: TestClient[Any], person: str, password: str, told: tuple[int, str]
) -> None:
    assert signing_in(client, person, password) == told


@pytest.mark.usefixtures("warehouse")
def test_five_wrong_passwords_lock_for_a_while(client: TestClient[Any], clock: FixedClock) -> None:
    for _ in range(5):
        assert signing_in(client, "admin", "0000") == (401, "sign_in.wrong")

    assert signing_in(client, "admin", PIN) == (429, "locked")
    assert signing_in(client, "supervisor", PIN) == (200, "supervisor")
    clock.advance(QUARTER_HOUR_MS)
    assert signing_in(client, "admin", PIN) == (200, "admin")


def test_person_is_put_and_signs_in(client: TestClient[Any], admin: Desk) -> None:
    body = {"code": "anna", "role": "supervisor", "password": PIN, "home": 1}

    made = admin.say("PUT", "/people", body)
    again = admin.say("PUT", "/people", body | {"password": None})

    assert again["grant"] == {"id": made["grant"]["id"], "unchanged": True}
    assert sign_in(client, "anna").get("/people")["rows"][-1] == {
        "person": made["grant"]["id"],
        "code": "anna",
        "role": "supervisor",
        "home": 1,
        "owner": "",
        "state": "active",
    }


def test_merchants_person_needs_a_merchant(admin: Desk) -> None:
    body = {"code": "mia", "role": "merchant", "password": PIN}

    assert admin.refusal("PUT", "/people", body) == (422, "desk.invalid", "bad_owner")
    assert admin.refusal("PUT", "/people", body | {"owner": "NONE"})[:2] == (404, "not_found")
    assert admin.refusal("PUT", "/people", body | {"role": "king"})[:2] == (400, "malformed")
    assert admin.say("PUT", "/people", body | {"owner": "ACME"})["outcome"] == "applied"


def test_disabled_person_is_out_at_once(
    client: TestClient[Any], admin: Desk, supervisor: Desk, warehouse: Warehouse, clock: FixedClock
) -> None:
    clock.advance(1)
    number = warehouse.people["supervisor"]

    admin.say("POST", f"/people/{number}/disable")

    assert supervisor.refusal("GET", "/sites")[:2] == (401, "unauthorized")
    assert signing_in(client, "supervisor", PIN) == (403, "forbidden")
    assert admin.refusal("POST", "/people/77/disable")[:2] == (404, "not_found")


def test_key_is_shown_once_and_revoked(client: TestClient[Any], admin: Desk) -> None:
    made = admin.say("POST", "/keys", {"name": "shop", "role": "merchant", "owner": "ACME"})
    shop = Desk(client, "/merchant/v1", made["token"])

    assert shop.get("/stock")["rows"] == []
    assert admin.get("/keys") == [
        {"key": made["key"], "name": "shop", "role": "merchant", "owner": "ACME", "state": "active"}
    ]
    admin.say("DELETE", f"/keys/{made['key']}")
    assert shop.refusal("GET", "/stock")[:2] == (401, "unauthorized")
    assert admin.refusal("DELETE", "/keys/77")[:2] == (404, "not_found")


def test_staff_key_may_what_its_role_may(client: TestClient[Any], admin: Desk) -> None:
    token = admin.say("POST", "/keys", {"name": "script", "role": "supervisor"})["token"]
    script = Desk(client, "/ops/v1", token)

    assert script.say("POST", "/sites/1/holds", {"reason": "x", "lot": "L"})["outcome"] == "applied"
    assert script.refusal("POST", "/keys", {"name": "x", "role": "admin"})[:2] == (403, "forbidden")
