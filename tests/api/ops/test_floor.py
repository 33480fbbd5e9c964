"""The floor at a glance over HTTP."""

from typing import Any

from litestar.testing import TestClient

from device_protocol.operations import Move
from tests.api.desks import Desk
from tests.api.device.callers import Caller
from tests.api.warehouse import Warehouse


def test_who_signed_in_is_on_the_floor(
    client: TestClient[Any], warehouse: Warehouse, supervisor: Desk
) -> None:
    device = warehouse.device(client)
    device.sign_in("operator", "4711")

    told = supervisor.get("/sites/1/floor")

    assert [(row["person"], row["name"]) for row in told["people"]] == [("operator", "handheld 1")]
    assert told["work"] == told["discrepancies"] == told["unsynced"] == []
    assert supervisor.refusal("GET", "/sites/9/floor")[:2] == (404, "not_found")


def test_a_discrepancy_is_told_with_the_operation_that_opened_it(
    client: TestClient[Any], warehouse: Warehouse, supervisor: Desk
) -> None:
    caller = Caller(warehouse, client)
    caller.write(Move(quantity=3, owner="ACME", item="A1", source="A-01", to="A-02", ended=1))
    caller.push()
    [listed] = supervisor.get("/sites/1/discrepancies")["rows"]

    told = supervisor.get(f"/sites/1/discrepancies/{listed['discrepancy']}")

    assert told == listed
    assert (told["kind"], told["opened_by"]) == ("negative", f"{caller.device}/1/1")
    assert supervisor.get("/sites/1/floor")["discrepancies"][0]["count"] == 1
    for path in ("/sites/1/discrepancies/77", f"/sites/9/discrepancies/{listed['discrepancy']}"):
        assert supervisor.refusal("GET", path)[:2] == (404, "not_found")


def test_an_invitation_opens_the_app_with_its_code(supervisor: Desk) -> None:
    told = supervisor.say("POST", "/sites/1/devices", {"name": "H1"})

    assert told["url"].endswith(f"/app/#enrol?code={told['code']}")
