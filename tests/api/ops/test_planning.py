"""Wave rules, work rules, packages that go on with others, and the workload, over HTTP."""

from typing import Any
from xml.etree import ElementTree as ET

import pytest
from litestar.testing import TestClient

from device_protocol.operations import Receive
from server.clock import FixedClock
from server.core import Core
from server.planning.timers import Tick
from tests.api.desks import Desk, an_order
from tests.api.device.callers import Caller
from tests.api.warehouse import Warehouse

RULE = {"name": "NOON", "cut_off": "14:00", "destinations": ["Germany"], "owners": ["ACME"]}


def ordered(
    warehouse: Warehouse, client: TestClient[Any], supervisor: Desk, *orders: dict[str, Any]
) -> Caller:
    """A device that has received lamps, and orders for some."""
    caller = Caller(warehouse, client)
    caller.write(Receive(quantity=100, owner="ACME", item="A1", to="A-03", ended=1_000))
    assert caller.push().status_code == 200
    for order in orders:
        supervisor.say("POST", "/orders?owner=ACME", order)
    warehouse.core.drain()
    return caller


def test_wave_rule_is_put_listed_and_previewed(
    supervisor: Desk, warehouse: Warehouse, client: TestClient[Any]
) -> None:
    ordered(
        warehouse,
        client,
        supervisor,
        an_order("N1"),
        an_order("N2", promised_at="2010-12-02T09:00:00Z"),
        an_order("N3", destination="France"),
    )

    supervisor.say("PUT", "/sites/1/wave_rules", RULE | {"shipments_max": 1})
    told = supervisor.get("/sites/1/wave_rules/NOON/preview")

    # 12:00 in Berlin is 11:00 UTC.
    [row] = supervisor.get("/sites/1/wave_rules")
    assert row == told["rule"]
    assert (row["name"], row["state"], row["owners"]) == ("NOON", "open", ["ACME"])
    assert (row["release_at"], row["cut_off_at"]) == (
        "2010-12-01T11:00:00.000Z",
        "2010-12-01T13:00:00.000Z",
    )
    shipments = {
        each["number"]: each["shipment"] for each in supervisor.get("/sites/1/shipments")["rows"]
    }
    assert told["shipments"] == [shipments["N2"]]
    assert (told["lines"], told["destinations"], told["over"]) == (1, {"Germany": 1}, 1)
    wave = {"name": "by hand", "shipments": told["shipments"]}
    assert supervisor.say("POST", "/sites/1/waves", wave)["grant"]["shipments"] == 1


def test_carrier_of_an_order_is_shown_and_waves_go_by_it(
    supervisor: Desk, warehouse: Warehouse, client: TestClient[Any]
) -> None:
    ordered(warehouse, client, supervisor, an_order("N1", carrier="PARCELS"), an_order("N2"))

    supervisor.say("PUT", "/sites/1/wave_rules", RULE | {"carriers": ["-", "PARCELS"]})
    told = supervisor.get("/sites/1/wave_rules/NOON/preview")
    wave = supervisor.say("POST", "/sites/1/waves", {"carriers": ["PARCELS"]})

    assert (told["rule"]["carriers"], told["carriers"]) == (
        ["-", "PARCELS"],
        {"-": 1, "PARCELS": 1},
    )
    assert wave["grant"]["shipments"] == 1
    rows = supervisor.get("/sites/1/shipments")["rows"]
    assert {row["carrier"]: row["wave"] for row in rows} == {
        "PARCELS": wave["grant"]["wave"],
        "": None,
    }
    carriers = [row["carrier"] for row in supervisor.get("/orders")["rows"]]
    assert sorted(carriers) == ["", "PARCELS"]


def test_timer_releases_by_the_rule(
    supervisor: Desk, warehouse: Warehouse, client: TestClient[Any], clock: FixedClock, core: Core
) -> None:
    supervisor.say("PUT", "/sites/1/wave_rules", RULE)
    ordered(warehouse, client, supervisor, an_order("N1"), an_order("N2", destination="France"))
    clock.advance(4 * 3_600_000)

    core.lanes.say(1, 3, Tick()).result()
    core.drain()

    [row] = supervisor.get("/sites/1/waves")["rows"]
    assert (row["name"], row["shipments"], row["lines_left"]) == ("NOON", 1, 1)


def test_closed_rule_has_no_next_release(supervisor: Desk) -> None:
    supervisor.say("PUT", "/sites/1/wave_rules", RULE | {"state": "closed", "owners": []})

    [row] = supervisor.get("/sites/1/wave_rules")

    assert (row["state"], row["release_at"], row["cut_off_at"]) == ("closed", None, None)
    assert (row["destinations"], row["channels"], row["owners"]) == (["Germany"], [], [])


@pytest.mark.parametrize(
    ("method", "path", "body", "told"),
    [
        ("PUT", "/sites/1/wave_rules", RULE | {"cut_off": "25:00"}, (422, "bad_cut_off")),
        ("PUT", "/sites/1/wave_rules", RULE | {"cut_off": "noon"}, (400, "")),
        ("PUT", "/sites/1/wave_rules", RULE | {"days": "8"}, (400, "")),
        ("PUT", "/sites/1/wave_rules", RULE | {"owners": ["NONE"]}, (422, "unknown_merchant")),
        ("PUT", "/sites/77/wave_rules", RULE, (404, "")),
        ("GET", "/sites/1/wave_rules/NONE/preview", None, (404, "")),
        ("PUT", "/sites/1/work_rules", {"zone": "NONE"}, (422, "unknown_zone")),
        ("PUT", "/sites/1/work_rules", {"pickers": -1}, (400, "")),
        ("POST", "/sites/1/packages/recut", {}, (409, "nothing_to_recut")),
        ("POST", "/sites/1/packages/recut", {"people": 0}, (400, "")),
        ("POST", "/sites/1/packages/hand_over", {"to": 7, "device": 8}, (404, "unknown_device")),
        ("GET", "/sites/77/workload", None, (404, "")),
        ("GET", "/sites/77/workload.svg", None, (404, "")),
    ],
)
def test_what_cannot_be_is_refused(
    supervisor: Desk, method: str, path: str, body: dict[str, Any] | None, told: tuple[int, str]
) -> None:
    status, _, reason = supervisor.refusal(method, path, body)

    assert (status, reason if status != 404 else told[1]) == told


def test_package_is_cut_anew_and_handed_over(
    supervisor: Desk, warehouse: Warehouse, client: TestClient[Any], core: Core
) -> None:
    caller = ordered(
        warehouse, client, supervisor, *(an_order(number) for number in ("N1", "N2", "N3"))
    )
    wave = supervisor.say("POST", "/sites/1/waves", {})["grant"]["wave"]
    core.drain()
    [package] = supervisor.get(f"/sites/1/waves/{wave}/packages")

    named = {"packages": [package["package"]]}
    made = supervisor.say("POST", "/sites/1/packages/recut", named | {"people": 2})
    given = {"packages": made["grant"]["packages"], "to": caller.device}
    supervisor.say("POST", "/sites/1/packages/hand_over", given)

    rows = supervisor.get(f"/sites/1/waves/{wave}/packages")
    assert [(row["state"], row["left"], row["device"]) for row in rows] == [
        ("done", 0, None),
        ("leased", 2, caller.device),
        ("leased", 1, caller.device),
    ]
    [told] = supervisor.get("/sites/1/workload")["zones"]
    assert (told["packages"], told["packages_held"]) == (2, 2)


def test_workload_is_told_and_drawn(
    supervisor: Desk, warehouse: Warehouse, client: TestClient[Any], core: Core
) -> None:
    supervisor.say("PUT", "/sites/1/work_rules", {"zone": "A", "pickers": 2})
    ordered(
        warehouse,
        client,
        supervisor,
        an_order("N1", promised_at="2010-12-01T08:40:00Z"),
        an_order("N2"),
    )
    supervisor.say("POST", "/sites/1/waves", {})
    core.drain()
    supervisor.say("POST", "/orders?owner=ACME", an_order("N3"))
    core.drain()

    told = supervisor.get("/sites/1/workload")
    drawn = supervisor.call("GET", "/sites/1/workload.svg")

    [zone] = told["zones"]
    assert (zone["zone"], zone["hands"], zone["lines"], zone["units"]) == ("A", 2, 2, 4)
    assert [(hour["due"], hour["lines"]) for hour in zone["hours"]] == [
        ("2010-12-01T08:40:00.000Z", 1),
        (None, 1),
    ]
    assert told["waiting"] == [{"hour": None, "shipments": 1, "lines": 1}]
    assert drawn.headers["Content-Type"].startswith("image/svg+xml")
    root = ET.fromstring(drawn.text)  # noqa: S314 - our own picture.
    words = "\n".join(root.itertext())
    assert "2 lines left" in words
    assert "by 01.12. 09:40" in words
    assert "not released: 1 orders with 1 lines" in words
    assert supervisor.get("/sites/1/work_rules") == [
        {
            "zone": "A",
            "pickers": 2,
            "step_ms": 250,
            "line_ms": 6_000,
            "unit_ms": 1_500,
            "package_ms_min": 600_000,
        }
    ]
