"""Kits at desks over HTTP."""

from typing import Any

from litestar.testing import TestClient

from device_protocol.handling import Assemble
from device_protocol.operations import Clock
from server.catalog.messages import PutItem
from server.core import Core
from server.lane.activity import NETWORK
from server.sync.verify import verify
from tests.api.desks import Desk
from tests.api.device.callers import Caller
from tests.api.warehouse import Warehouse
from tests.conftest import MORNING_MS


def test_kits_are_said_ordered_and_made(
    warehouse: Warehouse, supervisor: Desk, client: TestClient[Any], core: Core
) -> None:
    warehouse.tell(NETWORK, PutItem(owner="ACME", sku="SET", description="Two lamps"))
    kit = {"owner": "ACME", "sku": "SET", "parts": [{"sku": "A1", "quantity": 2}]}
    supervisor.say("PUT", "/kits", kit)
    supervisor.say(
        "PUT", "/kits", {"owner": "ACME", "sku": "SET", "valid_from": "2090-01-01T00:00:00Z"}
    )

    grant = supervisor.say(
        "POST",
        "/sites/1/kits",
        {"owner": "ACME", "item": "SET", "quantity": 2, "place": "P-1"},
    )["grant"]
    caller = Caller(warehouse, client)
    made = Assemble(quantity=2, owner="ACME", item="SET", at="P-1", task=grant["task"], ended=1_000)
    caller.write(Clock(server=MORNING_MS - 60_000, round_trip=0, ended=0), made)
    assert caller.push().status_code == 200

    assert grant["missing"] == 4
    kits = supervisor.get("/kits", owner="ACME")
    assert [(row["valid_from"], row["part"], row["quantity"]) for row in kits] == [
        (None, "A1", 2),
        ("2090-01-01T00:00:00.000Z", "", 0),
    ]
    stood = {row["sku"]: row["on_hand"] for row in supervisor.get("/stock", place="P-1")["rows"]}
    assert stood == {"A1": -4, "SET": 2}
    assert "assemble" not in {row["kind"] for row in supervisor.get("/exceptions")["rows"]}
    assert verify(core.database, core.rules).findings == []


def test_what_is_no_kit_is_refused(supervisor: Desk) -> None:
    itself = {"owner": "ACME", "sku": "A1", "parts": [{"sku": "A1", "quantity": 1}]}
    order = {"owner": "ACME", "item": "A1", "quantity": 1}

    assert supervisor.refusal("PUT", "/kits", itself) == (422, "desk.invalid", "bad_parts")
    assert supervisor.refusal("POST", "/sites/1/kits", order) == (
        409,
        "desk.refused",
        "no_recipe",
    )
    bad = supervisor.call("PUT", "/kits", json={"owner": "ACME", "sku": "A1", "valid_from": "x"})
    assert bad.status_code == 422
