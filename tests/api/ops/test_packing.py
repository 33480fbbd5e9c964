"""Cartons, steps of added value and what packing used, over HTTP."""

from typing import Any

import pytest
from litestar.testing import TestClient
from msgspec.structs import replace

from device_protocol.handling import WorkStep
from device_protocol.operations import PackItem, Seal
from server.core import Core
from tests.api.desks import Desk, an_order
from tests.api.ops.test_floor_work import stocked
from tests.api.warehouse import Warehouse

CARTON: dict[str, Any] = {
    "code": "S",
    "length_mm": 200,
    "width_mm": 150,
    "height_mm": 100,
    "weight_g_max": 5_000,
    "own_g": 80,
}
SSCC = "340400000000000017"


def test_carton_is_put_listed_and_retired(supervisor: Desk) -> None:
    said = supervisor.say("PUT", "/sites/1/cartons", CARTON)
    assert said["grant"] == {"code": "S"}

    assert supervisor.get("/sites/1/cartons") == [CARTON | {"state": "open"}]
    supervisor.say("PUT", "/sites/1/cartons", CARTON | {"state": "retired"})
    assert supervisor.get("/sites/1/cartons")[0]["state"] == "retired"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"length_mm": 0}, (400, "malformed", "")),
        ({"own_g": -1}, (400, "malformed", "")),
        ({"colour": "brown"}, (400, "malformed", "")),
        ({"code": " S"}, (422, "desk.invalid", "bad_code")),
        ({"weight_g_max": 0}, (422, "desk.invalid", "bad_weight_g_max")),
    ],
)
def test_carton_that_cannot_be_is_refused(
    supervisor: Desk, changes: dict[str, Any], told: tuple[int, str, str]
) -> None:
    assert supervisor.refusal("PUT", "/sites/1/cartons", CARTON | changes) == told


def test_cartons_of_a_site_that_is_none_are_not_found(supervisor: Desk) -> None:
    assert supervisor.refusal("GET", "/sites/77/cartons")[:2] == (404, "not_found")
    assert supervisor.refusal("PUT", "/sites/77/cartons", CARTON)[:2] == (404, "not_found")


def test_steps_are_asked_for_done_and_listed_for_billing(
    supervisor: Desk, warehouse: Warehouse, client: TestClient[Any], core: Core
) -> None:
    caller = stocked(warehouse, client)
    supervisor.say("PUT", "/sites/1/cartons", CARTON)
    sides = {"weight_g": 100, "length_mm": 50, "width_mm": 50, "height_mm": 50}
    supervisor.say("PUT", "/items", {"owner": "ACME", "sku": "A1"} | sides)
    supervisor.say("POST", "/orders?owner=ACME", an_order() | {"steps": ["gift_wrap"]})
    core.drain()
    number = supervisor.get("/sites/1/shipments", waiting="open")["rows"][0]["shipment"]
    path = f"/sites/1/shipments/{number}/steps"
    supervisor.say("POST", path, {"step": "gift_message", "note": "For Ana, from Bo"})

    packed = PackItem(
        quantity=2, source="A-01", unit=SSCC, shipment=number, owner="ACME", item="A1"
    )
    caller.write(replace(packed, ended=2_000))
    caller.write(WorkStep(step="gift_wrap", unit=SSCC, ended=2_100))
    caller.write(
        Seal(unit=SSCC, shipment=number, at="P-1", packaging="S", measured_g=300, ended=2_200)
    )
    assert caller.push().status_code == 200

    assert supervisor.get(path) == [
        {"step": "gift_message", "asked": 1, "done": 0, "text": "For Ana, from Bo"},
        {"step": "gift_wrap", "asked": 1, "done": 1, "text": ""},
    ]
    [parcel] = supervisor.get("/sites/1/packed")["rows"]
    assert (parcel["sscc"], parcel["packaging"], parcel["suggested"]) == (SSCC, "S", "S")
    assert (parcel["measured_g"], parcel["expected_g"]) == (300, 280)
    [work] = supervisor.get("/sites/1/work_done")["rows"]
    assert (work["step"], work["quantity"], work["owner"]) == ("gift_wrap", 1, "ACME")
    assert (work["number"], work["unit"]) == ("N1", SSCC)
    with core.database.reading() as connection:
        lines = connection.exec_driver_sql("SELECT line FROM operation").scalars()
        assert not [line for line in lines if b"For Ana" in bytes(line)]


def test_step_of_no_shipment_is_not_found(supervisor: Desk) -> None:
    told = supervisor.refusal("POST", "/sites/1/shipments/77/steps", {"step": "gift_wrap"})

    assert told[:2] == (404, "not_found")
    assert supervisor.get("/sites/1/shipments/77/steps") == []


def test_order_with_too_many_steps_is_refused(supervisor: Desk) -> None:
    body = an_order() | {"steps": ["insert"] * 51}

    assert supervisor.refusal("POST", "/orders?owner=ACME", body)[:2] == (400, "malformed")
