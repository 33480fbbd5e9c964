"""Master records over HTTP, one by one."""

import pytest

from tests.api.desks import Desk


def test_site_is_put_with_its_zones_and_locations(supervisor: Desk) -> None:
    site = supervisor.say(
        "PUT", "/sites", {"code": "LON", "name": "London", "time_zone": "Europe/London"}
    )["grant"]["id"]
    path = f"/sites/{site}"

    supervisor.say("PUT", f"{path}/zones", {"code": "A", "name": "Aisle A"})
    supervisor.say(
        "PUT",
        f"{path}/locations",
        {"code": "A-01", "place_kind": "bin", "zone": "A", "walk": 3, "owner": "ACME"},
    )

    assert [row["code"] for row in supervisor.get("/sites")] == ["BER", "LON"]
    assert [row["code"] for row in supervisor.get(f"{path}/zones")] == ["A"]
    [place] = supervisor.get(f"{path}/locations")["rows"]
    assert {name: place[name] for name in ("code", "kind", "zone", "walk", "owner", "state")} == {
        "code": "A-01",
        "kind": "bin",
        "zone": "A",
        "walk": 3,
        "owner": "ACME",
        "state": "open",
    }


def test_merchant_and_item_are_put(supervisor: Desk) -> None:
    supervisor.say("PUT", "/merchants", {"code": "GAMMA", "name": "Gamma"})
    supervisor.say("PUT", "/items", {"owner": "GAMMA", "sku": "G1", "lot_capture": "receipt"})
    supervisor.say("PUT", "/item_codes", {"owner": "GAMMA", "sku": "G1", "code": "4006381333931"})

    assert [row["code"] for row in supervisor.get("/merchants")] == ["ACME", "BETA", "GAMMA"]
    [item] = supervisor.get("/items", owner="GAMMA")["rows"]
    assert (item["sku"], item["lot_capture"], item["codes"]) == (
        "G1",
        "receipt",
        ["04006381333931"],
    )
    assert len(supervisor.get("/items", limit=2)["rows"]) == 2


@pytest.mark.parametrize(
    ("path", "body", "reason"),
    [
        ("/sites", {"code": "X", "name": "X", "time_zone": "Moon/Base"}, "bad_time_zone"),
        ("/sites/1/locations", {"code": "Q", "place_kind": "bin", "zone": "Q"}, "unknown_zone"),
        ("/items", {"owner": "NONE", "sku": "A"}, "unknown_owner"),
        ("/item_codes", {"owner": "ACME", "sku": "NONE", "code": "1"}, "unknown_item"),
    ],
)
def test_master_that_cannot_be_is_refused_with_the_reason(
    supervisor: Desk, path: str, body: dict[str, str], reason: str
) -> None:
    assert supervisor.refusal("PUT", path, body) == (422, "desk.invalid", reason)


def test_number_of_a_site_is_fixed(supervisor: Desk) -> None:
    body = {"code": "BER", "name": "Berlin", "time_zone": "Europe/Berlin", "number": 7}

    assert supervisor.refusal("PUT", "/sites", body) == (409, "desk.refused", "number_fixed")


def test_unknown_fields_are_refused(supervisor: Desk) -> None:
    body = {"code": "GAMMA", "name": "Gamma", "nmae": "typo"}

    assert supervisor.refusal("PUT", "/merchants", body)[:2] == (400, "malformed")
