"""Pull over HTTP: who may, and what comes."""

from typing import Any

import pytest
from litestar.testing import TestClient

from device_protocol.messages import PULL_PATH, PullRequest
from device_protocol.operations import Clock
from device_protocol.version import PROTOCOL
from server.clock import FixedClock
from server.identity.messages import DisablePerson, PutApiKey
from server.identity.secrets import hash_code
from server.lane.activity import NETWORK
from server.tasks.devices import SetDeviceState
from tests.api.device.callers import Caller, problem
from tests.api.warehouse import SITE, Warehouse
from tests.conftest import MORNING_MS

MADE_UP = "made.up"
API_KEY = "a-key"


def pull(caller: Caller, **other: Any) -> Any:  # noqa: ANN401 - an answer
    """Pull from nothing."""
    return caller.call(PULL_PATH, PullRequest(caller.device), **other)


def test_pull_brings_places_and_catalog(caller: Caller) -> None:
    caller.sign_in()

    told = pull(caller).json()

    documents = {
        each["body"].get("code") or each["body"].get("sku")
        for page in told["pages"]
        for each in page.get("documents", ())
        if each["key"].startswith(("place/", "item/"))
    }
    assert documents == {"A-01", "A-02", "A-03", "D-1", "P-1", "A1", "B1"}
    assert all("checkpoint" in page for page in told["pages"])
    assert told.get("more", False) is False


@pytest.mark.spec("DP-PULL-8")
def test_courier_sees_neither_shelves_nor_catalogs(
    warehouse: Warehouse, client: TestClient[Any]
) -> None:
    caller = Caller(warehouse, client, role="courier")
    caller.sign_in("courier")

    pages = pull(caller).json()["pages"]

    assert {page["scope"].split("/")[1] for page in pages} == {"device", "person", "site"}
    kinds = {each["key"].split("/")[0] for page in pages for each in page.get("documents", ())}
    assert kinds.isdisjoint({"place", "item", "task", "package"})


def test_pull_needs_a_device(caller: Caller) -> None:
    caller.sign_in()
    headers = {"Authorization": f"Bearer {caller.token}"}

    answer = caller.client.post(PULL_PATH, content=b"{}", headers=headers)

    assert problem(answer) == (401, "unauthorized")


def test_pull_needs_a_person(caller: Caller) -> None:
    assert problem(pull(caller)) == (401, "unauthorized")
    assert problem(pull(caller, token=MADE_UP)) == (401, "unauthorized")


@pytest.mark.spec("DP-SIGN-3")
def test_session_is_good_on_its_own_device_only(
    caller: Caller, warehouse: Warehouse, client: TestClient[Any]
) -> None:
    other = Caller(warehouse, client)
    other.sign_in()

    assert problem(pull(caller, token=other.token)) == (403, "forbidden")


def test_keys_of_programs_are_not_for_devices(caller: Caller, warehouse: Warehouse) -> None:
    message = PutApiKey(hash=hash_code(API_KEY), name="import", role="supervisor")
    warehouse.tell(NETWORK, message)

    assert problem(pull(caller, token=API_KEY)) == (403, "forbidden")


def test_ended_session_pulls_nothing(caller: Caller, clock: FixedClock) -> None:
    caller.sign_in()
    clock.advance(12 * 3_600_000)

    assert problem(pull(caller)) == (401, "unauthorized")


def test_who_left_pulls_nothing(caller: Caller, warehouse: Warehouse) -> None:
    caller.sign_in()
    warehouse.tell(NETWORK, DisablePerson(person=warehouse.people["operator"]))

    assert problem(pull(caller)) == (401, "unauthorized")


def test_suspended_device_pulls_nothing(caller: Caller, warehouse: Warehouse) -> None:
    caller.sign_in()
    warehouse.tell(SITE, SetDeviceState(device=caller.device, state="suspended"))

    assert problem(pull(caller)) == (403, "forbidden")


def test_malformed_cursor_is_pointed_at(caller: Caller) -> None:
    caller.sign_in()
    cursors = {"1/zone/0": {"n": "many", "generation": 1, "hash": ""}}

    answer = caller.call(PULL_PATH, {"device": caller.device, "cursors": cursors})

    assert problem(answer) == (400, "malformed")


@pytest.mark.parametrize("protocol", [0, PROTOCOL + 1])
def test_app_of_another_age_pulls_nothing_and_pushes_on(caller: Caller, protocol: int) -> None:
    caller.sign_in()
    caller.write(Clock(server=MORNING_MS, ended=1))

    answer = caller.call(PULL_PATH, PullRequest(caller.device, protocol=protocol))

    assert problem(answer) == (426, "protocol.upgrade_needed")
    assert caller.push().json()["next"] == 2


def test_app_of_the_first_protocol_pulls(caller: Caller) -> None:
    caller.sign_in()

    assert caller.call(PULL_PATH, {"device": caller.device}).json()["pages"]
