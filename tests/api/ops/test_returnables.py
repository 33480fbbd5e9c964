"""Returnable units over HTTP: types, partners, vouchers, and what a scan and a voucher come to."""

from typing import Any

import pytest
from litestar.testing import TestClient

from device_protocol.operations import Move
from tests.api.desks import Desk
from tests.api.device.callers import Caller
from tests.api.warehouse import Warehouse

TYPE = {"code": "CAGE", "owner": "ACME", "sku": "A1", "begins": "CART-"}
PARTNER = {"code": "PARCELS", "partner_kind": "carrier"}
VOUCHER = {"partner": "PARCELS", "unit_type": "CAGE", "voucher": "V-1"}


def test_scans_and_vouchers_come_to_who_owes_how_many(
    supervisor: Desk, warehouse: Warehouse, client: TestClient[Any]
) -> None:
    supervisor.say("PUT", "/unit_types", TYPE)
    supervisor.say("PUT", "/sites/1/partners", PARTNER)
    caller = Caller(warehouse, client)
    goods: dict[str, Any] = {"owner": "ACME", "item": "A1"}
    caller.write(Move(quantity=12, source="A-01", to="PARCELS", ended=1_000, **goods))
    assert caller.push().status_code == 200

    supervisor.say("POST", "/sites/1/exchanges", VOUCHER | {"gave": 3, "took": 5})
    supervisor.say("POST", "/sites/1/exchanges", VOUCHER | {"voucher": "V-2", "took": 1})
    cancelled = {"partner": "PARCELS", "voucher": "V-2"}
    supervisor.say("POST", "/sites/1/exchanges/cancel", cancelled)

    [row] = supervisor.get("/sites/1/returnables")
    assert (row["partner"], row["unit_type"], row["out"], row["back"], row["owed"]) == (
        "PARCELS",
        "CAGE",
        15,
        5,
        10,
    )
    assert supervisor.get("/sites/1/returnables", unit_type="BOX") == []
    assert supervisor.get("/unit_types") == [TYPE | {"unit_kind": "", "state": "open"}]
    assert supervisor.get("/sites/1/partners") == [PARTNER | {"owner": "", "state": "open"}]


@pytest.mark.parametrize(
    ("method", "path", "body", "told"),
    [
        ("PUT", "/sites/1/partners", {"code": "A-01", "partner_kind": "site"}, (409, "code_taken")),
        ("PUT", "/sites/1/partners", {"code": "P", "partner_kind": "friend"}, (400, "")),
        ("PUT", "/sites/77/partners", PARTNER, (404, "")),
        ("PUT", "/unit_types", TYPE | {"sku": "NONE"}, (422, "unknown_item")),
        ("POST", "/sites/1/exchanges", VOUCHER | {"gave": 1}, (422, "unknown_partner")),
        ("POST", "/sites/1/exchanges", VOUCHER | {"gave": -1}, (400, "")),
        (
            "POST",
            "/sites/1/exchanges/cancel",
            {"partner": "PARCELS", "voucher": "V-1"},
            (404, ""),
        ),
        ("GET", "/sites/77/partners", None, (404, "")),
        ("GET", "/sites/77/returnables", None, (404, "")),
    ],
)
def test_what_cannot_be_is_refused(
    supervisor: Desk, method: str, path: str, body: dict[str, Any] | None, told: tuple[int, str]
) -> None:
    status, _, reason = supervisor.refusal(method, path, body)

    assert (status, reason if status != 404 else "") == told
