"""Who asks for what is not theirs: nothing is shown, and nobody learns that it exists."""

from typing import Any

from litestar.testing import TestClient

from server.core import Core
from server.identity.messages import DisablePerson, PutApiKey
from server.identity.secrets import hash_code
from server.lane.activity import NETWORK
from tests.api.desks import Desk, an_order
from tests.api.device.callers import Caller, problem
from tests.api.warehouse import SITE, Warehouse


def test_merchant_who_guesses_ids_finds_nothing(core: Core, acme: Desk, beta: Desk) -> None:
    order = acme.say("POST", "/orders", an_order())["grant"]["order"]
    core.drain()

    for number in (*range(order - 3, order + 4), 1, 2**53 - 1):
        assert beta.refusal("GET", f"/orders/{number}")[:2] == (404, "not_found")
        cancelled = beta.refusal("POST", f"/orders/{number}/cancel", {"reason": "mine"})
        assert cancelled[:2] == (404, "not_found")
    unsigned = beta.refusal("GET", f"/orders/{order}")
    assert unsigned == beta.refusal("GET", f"/orders/{order + 999}")
    for path in ("/orders", "/parcels", "/stock", "/stock/items"):
        assert beta.get(path)["rows"] == []
    assert acme.get(f"/orders/{order}")["order"]["state"] != "cancelled"


def test_key_of_another_owner_sees_that_owners_goods_alone(
    client: TestClient[Any], warehouse: Warehouse, acme: Desk
) -> None:
    acme.say("POST", "/orders", an_order())
    owners = {"acme-key": 1_000_001, "beta-key": 1_000_002, "nobodys-key": None}
    for token, owner in owners.items():
        message = PutApiKey(hash=hash_code(token), name=token, role="merchant", owner=owner)
        [made] = warehouse.core.lanes.say(NETWORK, 1, message).result().outcomes
        assert (b"applied" in made) == (owner is not None)

    seen = {
        token: client.get("/merchant/v1/orders", headers={"Authorization": f"Bearer {token}"})
        for token in owners
    }

    assert len(seen["acme-key"].json()["rows"]) == 1
    assert seen["beta-key"].json()["rows"] == []
    assert problem(seen["nobodys-key"]) == (401, "unauthorized")


def test_session_of_a_disabled_person_is_good_for_nothing(
    client: TestClient[Any], warehouse: Warehouse, caller: Caller, admin: Desk
) -> None:
    caller.sign_in("operator")
    token = caller.token
    for role in ("operator", "admin"):
        warehouse.tell(NETWORK, DisablePerson(person=warehouse.people[role], sites=(SITE,)))
    warehouse.core.drain()

    pulled = caller.call("/device/v1/pull", {"device": caller.device}, token=token)

    assert problem(pulled) == (401, "unauthorized")
    assert problem(caller.sign_in("operator")) == (403, "forbidden")
    assert admin.refusal("GET", "/sites")[:2] == (401, "unauthorized")
    signed_in = client.post("/ops/v1/sign_in", json={"person": "admin", "password": "4711"})
    assert problem(signed_in) == (403, "forbidden")


def test_bent_tokens_are_nobodys(client: TestClient[Any], admin: Desk) -> None:
    body, _, signature = admin.token.partition(".")
    bent = [
        body,
        f"{body}.",
        f".{signature}",
        f"{body}.{signature}x",
        f"{signature}.{body}",
        f"{body}.{signature}.{signature}",
        "x" * 100_000,
        "\x01\x02",
        "eyJhbGciOiJub25lIn0.e30.",
    ]

    for token in bent:
        headers = [(b"Authorization", f"Bearer {token}".encode())]
        answer = client.get("/ops/v1/sites", headers=headers)
        assert problem(answer) == (401, "unauthorized"), token[:80]
