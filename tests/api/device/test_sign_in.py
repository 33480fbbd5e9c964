"""Signing in on a device over HTTP."""

from typing import Any

import pytest
from litestar.testing import TestClient

from device_protocol.messages import PULL_PATH, SIGN_IN_PATH, PullRequest
from server.clock import FixedClock
from server.identity.messages import DisablePerson, PutPerson
from server.identity.records import Person
from server.identity.secrets import hash_secret
from server.identity.sessions import Sessions
from server.lane.activity import NETWORK
from server.tasks.devices import SetDeviceState
from tests.api.device.callers import Caller, problem
from tests.api.warehouse import PIN, SITE, Warehouse
from tests.conftest import MORNING_MS

QUARTER_HOUR_MS = 15 * 60_000


def test_person_gets_a_session_and_a_grant(caller: Caller, warehouse: Warehouse) -> None:
    told = caller.sign_in().json()

    assert told["person"] == warehouse.people["operator"]
    assert told["expires"] == MORNING_MS + 12 * 3_600_000
    answer = caller.call(PULL_PATH, PullRequest(caller.device)).json()
    own = next(page for page in answer["pages"] if page["scope"] == caller.own_scope())
    assert [each["key"] for each in own["documents"]] == [f"actor/{told['grant']}"]


@pytest.mark.parametrize(
    ("person", "pin"), [("operator", "0000"), ("nobody", PIN), ("", ""), ("operator", "")]
)
def test_wrong_code_or_pin_tells_nothing_of_which(caller: Caller, person: str, pin: str) -> None:
    assert problem(caller.sign_in(person, pin)) == (401, "sign_in.wrong")


@pytest.mark.spec("DP-SIGN-2")
def test_five_wrong_pins_lock_for_a_while(caller: Caller, clock: FixedClock) -> None:
    for _ in range(5):
        assert problem(caller.sign_in(pin="0000")) == (401, "sign_in.wrong")

    locked = caller.sign_in()

    assert problem(locked) == (429, "locked")
    assert int(locked.headers["Retry-After"]) * 1_000 == QUARTER_HOUR_MS
    assert caller.sign_in("supervisor").status_code == 200
    clock.advance(QUARTER_HOUR_MS)
    assert caller.sign_in().status_code == 200


def test_right_pin_forgives_the_wrong_ones(caller: Caller) -> None:
    for _ in range(2):
        for _ in range(4):
            caller.sign_in(pin="0000")
        assert caller.sign_in().status_code == 200


def test_call_without_a_signature_is_anonymous(client: TestClient[Any]) -> None:
    body = b'{"device":1000001,"person":"operator","pin":"4711"}'

    assert problem(client.post(SIGN_IN_PATH, content=body)) == (401, "unauthorized")


def test_merchants_people_do_not_work_on_the_floor(caller: Caller, warehouse: Warehouse) -> None:
    secret = hash_secret(PIN, warehouse.core.randomness)
    warehouse.tell(NETWORK, PutPerson(code="shop", role="merchant", secret=secret, owner=1))

    assert problem(caller.sign_in("shop")) == (403, "forbidden")


def test_who_left_can_not_sign_in(caller: Caller, warehouse: Warehouse) -> None:
    warehouse.tell(NETWORK, DisablePerson(person=warehouse.people["operator"]))

    assert problem(caller.sign_in()) == (403, "forbidden")


def test_suspended_device_takes_nobody(caller: Caller, warehouse: Warehouse) -> None:
    warehouse.tell(SITE, SetDeviceState(device=caller.device, state="suspended"))

    assert problem(caller.sign_in()) == (403, "forbidden")


def test_malformed_sign_in_is_told_so(caller: Caller) -> None:
    answer = caller.call(SIGN_IN_PATH, {"device": caller.device, "person": "operator"})

    assert problem(answer) == (400, "malformed")


def test_device_that_is_suspended_meanwhile_takes_nobody(
    caller: Caller, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue = Sessions.issue

    def suspend_first(self: Sessions, person: Person, lifetime_ms: int, device: int) -> Any:  # noqa: ANN401
        warehouse.tell(SITE, SetDeviceState(device=device, state="suspended"))
        return issue(self, person, lifetime_ms, device)

    monkeypatch.setattr(Sessions, "issue", suspend_first)

    assert problem(caller.sign_in()) == (403, "forbidden")
