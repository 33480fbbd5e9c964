"""Holds, waves, rounds and devices at desks over HTTP."""

from typing import Any

import pytest
from litestar.testing import TestClient

from device_protocol.operations import Receive
from server.clock import FixedClock
from server.core import Core
from tests.api.desks import Desk, an_order
from tests.api.device.callers import Caller
from tests.api.warehouse import Warehouse

HOUR_MS = 3_600_000


def stocked(warehouse: Warehouse, client: TestClient[Any], units: int = 10) -> Caller:
    """A device that has received lamps."""
    caller = Caller(warehouse, client)
    caller.write(Receive(quantity=units, owner="ACME", item="A1", to="A-01", ended=1_000))
    assert caller.push().status_code == 200
    return caller


def test_hold_is_put_listed_and_lifted(
    supervisor: Desk, warehouse: Warehouse, client: TestClient[Any]
) -> None:
    stocked(warehouse, client)
    body = {"reason": "recall", "owner": "ACME", "item": "A1"}

    hold = supervisor.say("POST", "/sites/1/holds", body)["grant"]["hold"]

    [row] = supervisor.get("/sites/1/holds")
    assert (row["hold"], row["sku"], row["reason"]) == (hold, "A1", "recall")
    [stock] = supervisor.get("/stock")["rows"]
    assert (stock["on_hand"], stock["held"], stock["available"]) == (10, 10, 0)
    supervisor.say("DELETE", f"/sites/1/holds/{hold}")
    assert supervisor.get("/sites/1/holds") == []
    assert supervisor.refusal("DELETE", f"/sites/1/holds/{hold}") == (
        409,
        "desk.refused",
        "already_closed",
    )
    assert supervisor.refusal("DELETE", "/sites/1/holds/77")[:2] == (404, "not_found")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"reason": "x"}, (409, "desk.refused", "selects_everything")),
        ({"reason": "x", "owner": "NONE"}, (422, "desk.invalid", "unknown")),
        ({"reason": "", "lot": "L"}, (400, "malformed", "")),
        ({"reason": "x\u0000", "lot": "L"}, (400, "malformed", "")),
    ],
)
def test_hold_that_cannot_be_is_refused(
    supervisor: Desk, body: dict[str, str], told: tuple[int, str, str]
) -> None:
    assert supervisor.refusal("POST", "/sites/1/holds", body) == told


def test_free_text_stays_out_of_the_book(
    supervisor: Desk, warehouse: Warehouse, client: TestClient[Any], core: Core
) -> None:
    stocked(warehouse, client)
    body = {"reason": "Ana Maria saw it leak", "owner": "ACME", "item": "A1"}

    supervisor.say("POST", "/sites/1/holds", body)

    assert supervisor.get("/sites/1/holds")[0]["reason"] == "Ana Maria saw it leak"
    with core.database.reading() as connection:
        lines = connection.exec_driver_sql("SELECT line FROM operation").scalars()
        assert not [line for line in lines if b"Ana Maria" in bytes(line)]


def test_wave_is_released_and_followed(
    supervisor: Desk, warehouse: Warehouse, client: TestClient[Any], core: Core
) -> None:
    stocked(warehouse, client)
    supervisor.say("POST", "/orders?owner=ACME", an_order())
    core.drain()

    [waiting] = supervisor.get("/sites/1/shipments", waiting="open")["rows"]
    wave = supervisor.say("POST", "/sites/1/waves", {"name": "morning"})["grant"]["wave"]
    core.drain()

    assert (waiting["number"], waiting["lines"]) == ("N1", 1)
    [row] = supervisor.get("/sites/1/waves")["rows"]
    assert (row["wave"], row["name"], row["shipments"], row["lines_left"]) == (
        wave,
        "morning",
        1,
        1,
    )
    [package] = supervisor.get(f"/sites/1/waves/{wave}/packages")
    assert (package["state"], package["lines"], package["left"]) == ("ready", 1, 1)
    [shipment] = supervisor.get("/sites/1/shipments", wave=wave)["rows"]
    assert shipment["state"] == "released"
    assert supervisor.refusal("POST", "/sites/1/waves", {}) == (
        409,
        "desk.refused",
        "nothing_to_release",
    )


def test_round_is_made_assigned_and_listed(
    supervisor: Desk, warehouse: Warehouse, client: TestClient[Any], core: Core
) -> None:
    device = stocked(warehouse, client).device
    supervisor.say("PUT", "/sites/1/locations", {"code": "VAN-1", "place_kind": "van"})
    supervisor.say("POST", "/orders?owner=ACME", an_order())
    core.drain()
    [shipment] = supervisor.get("/sites/1/shipments")["rows"]
    body = {
        "name": "North",
        "date": "2010-12-01",
        "van": "VAN-1",
        "shipments": [shipment["shipment"]],
    }

    [made] = supervisor.say("POST", "/sites/1/rounds", body)["grant"]["rounds"]
    supervisor.say("POST", f"/sites/1/rounds/{made}/assign", {"device": device})

    [row] = supervisor.get("/sites/1/rounds", open_only=True)["rows"]
    assert (row["round"], row["van"], row["device"], row["stops"]) == (made, "VAN-1", device, 1)
    assert supervisor.refusal("POST", "/sites/1/rounds", body | {"van": "A-01"})[1:] == (
        "desk.invalid",
        "unknown_van",
    )
    grouped = {"date": "2010-12-01", "vans": ["VAN-1"]}
    # Nothing is packed yet.
    made_none = supervisor.say("POST", "/sites/1/rounds/by_destination", grouped)
    assert made_none["grant"] == {"rounds": []}
    bad_date = supervisor.refusal("POST", "/sites/1/rounds", body | {"date": "tomorrow"})
    assert bad_date[:2] == (400, "malformed")


def test_manifest_of_a_round_is_drawn(supervisor: Desk) -> None:
    supervisor.say("PUT", "/sites/1/locations", {"code": "VAN-1", "place_kind": "van"})
    body = {"name": "North", "date": "2010-12-01", "van": "VAN-1"}
    [number] = supervisor.say("POST", "/sites/1/rounds", body)["grant"]["rounds"]

    drawn = supervisor.call("GET", f"/sites/1/rounds/{number}/manifest.svg")

    assert (drawn.status_code, drawn.headers["Content-Type"]) == (200, "image/svg+xml")
    assert "Manifest North" in drawn.text
    assert supervisor.refusal("GET", "/sites/1/rounds/77/manifest.zpl")[:2] == (404, "not_found")


def test_device_is_invited_enrols_and_is_listed(
    supervisor: Desk, client: TestClient[Any], clock: FixedClock
) -> None:
    told = supervisor.say("POST", "/sites/1/devices", {"name": "handheld 7", "role": "courier"})

    assert told["label"].startswith("<svg")
    assert told["code"] in told["label"]
    assert told["expires"] == "2010-12-02T08:00:00.000Z"
    key = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    enrolled = client.post(
        "/device/v1/enrol", json={"code": told["code"], "public_key": key, "app": "test"}
    )
    assert enrolled.json()["device"] == told["device"]
    [row] = supervisor.get("/sites/1/devices")
    assert (row["name"], row["state"], row["known_until"]) == ("handheld 7", "active", None)
    clock.advance(HOUR_MS)
    again = supervisor.say("POST", f"/sites/1/devices/{told['device']}/enrol_again")
    assert (again["device"], again["code"] != told["code"]) == (told["device"], True)
    assert supervisor.refusal("POST", "/sites/1/devices/77/enrol_again")[0] == 404
    assert supervisor.refusal("POST", "/sites/77/devices", {"name": "x"})[0] == 404


def test_device_is_suspended_and_revoked(
    supervisor: Desk, warehouse: Warehouse, client: TestClient[Any]
) -> None:
    device = stocked(warehouse, client).device
    path = f"/sites/1/devices/{device}/state"

    for state in ("suspended", "active", "revoked"):
        supervisor.say("POST", path, {"state": state})
        assert supervisor.get("/sites/1/devices")[0]["state"] == state

    assert supervisor.refusal("POST", path, {"state": "active"}) == (
        409,
        "desk.refused",
        "revoked",
    )
    assert supervisor.refusal("POST", "/sites/1/devices/77/state", {"state": "active"})[0] == 404


def test_device_is_told_what_to_do(
    supervisor: Desk, warehouse: Warehouse, client: TestClient[Any]
) -> None:
    device = stocked(warehouse, client).device
    path = f"/sites/1/devices/{device}/command"

    for command in ("rotate_key", "upload_then_wipe", "wipe", "none"):
        assert supervisor.say("POST", path, {"command": command})["outcome"] == "applied"

    assert supervisor.refusal("POST", path, {"command": "dance"})[:2] == (400, "malformed")
    unknown = "/sites/1/devices/77/command"
    assert supervisor.refusal("POST", unknown, {"command": "wipe"})[0] == 404


def test_freshness_is_that_of_the_devices(
    supervisor: Desk, warehouse: Warehouse, client: TestClient[Any]
) -> None:
    stocked(warehouse, client)
    Caller(warehouse, client)

    told = supervisor.get("/sites/1/freshness")

    assert (told["devices"], told["silent"]) == (2, 1)
    assert told["pushed_at"] == "2010-12-01T08:00:00.000Z"
