"""The fleet over HTTP: from a device's hello to a supervisor's list."""

from typing import Any

import pytest
from litestar.testing import TestClient
from msgspec.structs import replace

from device_protocol.messages import HELLO_PATH
from device_protocol.operations import Clock
from server.clock import FixedClock, to_rfc3339
from server.core import Core
from server.fleet.watching import LOOK_MS
from tests.api.desks import Desk
from tests.api.device.callers import Caller
from tests.api.warehouse import Warehouse
from tests.conftest import MORNING_MS


@pytest.fixture
def caller(warehouse: Warehouse, client: TestClient[Any]) -> Caller:
    """Give an enrolled handheld that said how it is doing, and was looked at."""
    made = Caller(warehouse, client)
    made.write(Clock(server=MORNING_MS, ended=1))
    made.push()
    told = replace(made.hello(), held=4, battery=7, uploads=1, problem="HTTP 502")
    assert made.call(HELLO_PATH, told).status_code == 200
    return made


def looked(core: Core, clock: FixedClock) -> None:
    """Let the fleet be looked at."""
    clock.advance(LOOK_MS)
    core.watch.by_the_clock()


def test_hello_reaches_the_supervisor(
    core: Core, clock: FixedClock, caller: Caller, supervisor: Desk
) -> None:
    looked(core, clock)

    [row] = supervisor.get("/sites/1/fleet")["rows"]
    assert (row["device"], row["stored"], row["unsynced"]) == (caller.device, 1, 4)
    assert (row["battery"], row["uploads"], row["problem"]) == (7, 1, "HTTP 502")
    assert row["last_contact"] == row["unsynced_since"] == to_rfc3339(MORNING_MS)
    assert row["alarms"] == ["battery", "old_app"]
    [old] = supervisor.get("/sites/1/fleet", alarm="old_app")["rows"]
    assert old == row
    assert supervisor.get("/sites/1/fleet", alarm="stuck")["rows"] == []


def test_alarm_events_can_be_followed(
    core: Core, clock: FixedClock, caller: Caller, supervisor: Desk
) -> None:
    looked(core, clock)
    caller.call(HELLO_PATH, replace(caller.hello(), battery=70))
    looked(core, clock)

    first = supervisor.get("/sites/1/fleet/events", limit=2)
    rest = supervisor.get("/sites/1/fleet/events", after=first["next"])

    told = [(row["number"], row["what"], row["kind"]) for row in first["rows"] + rest["rows"]]
    assert told == [(1, "raised", "battery"), (2, "raised", "old_app"), (3, "cleared", "battery")]
    assert rest["next"] is None


def test_device_has_a_page(core: Core, clock: FixedClock, caller: Caller, supervisor: Desk) -> None:
    caller.write(b'{"kind":"teleport"}')
    caller.push(2)
    looked(core, clock)

    page = supervisor.get(f"/sites/1/fleet/{caller.device}")

    assert [row["kind"] for row in page["alarms"]] == ["battery", "old_app", "quarantine"]
    assert [row["operation"] for row in page["parked"]] == [f"{caller.device}/1/2"]
    assert page["device"]["parked"] == 1
    assert page["streams"][0]["stored"] == 2


@pytest.mark.parametrize(
    "path",
    [
        "/sites/77/fleet",
        "/sites/77/fleet/events",
        "/sites/77/fleet/77000001",
        "/sites/1/fleet/1000900",
        "/sites/1/fleet/2000001",
    ],
)
def test_what_does_not_exist_is_not_found(supervisor: Desk, path: str) -> None:
    assert supervisor.refusal("GET", path) == (404, "not_found", "")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/sites/1/fleet?alarm=weather", 400, "malformed"),
        ("/sites/1/fleet?after=nonsense", 422, "invalid"),
        ("/sites/1/fleet?limit=0", 400, "malformed"),
        ("/sites/1/fleet/events?after=-1", 400, "malformed"),
        ("/sites/1/fleet/events?after=x", 400, "malformed"),
    ],
)
def test_what_cannot_be_asked_is_a_problem(
    supervisor: Desk, path: str, status: int, code: str
) -> None:
    assert supervisor.refusal("GET", path)[:2] == (status, code)


def test_fleet_is_for_supervisors_alone(client: TestClient[Any], acme: Desk) -> None:
    for path in ("/sites/1/fleet", "/sites/1/fleet/events", "/sites/1/fleet/1000001"):
        assert Desk(client, "/ops/v1").refusal("GET", path)[:2] == (401, "unauthorized")
        assert Desk(client, "/ops/v1", acme.token).refusal("GET", path)[:2] == (403, "forbidden")


def test_a_stopping_server_writes_what_it_heard(core: Core, caller: Caller) -> None:
    assert caller.device
    assert len(core.watch.contacts) == 1
    core.close()

    assert len(core.watch.contacts) == 0
