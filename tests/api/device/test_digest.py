"""Digest over HTTP: who may, what is repaired, and what is refused."""

from typing import Any

import httpx
import pytest
from litestar.testing import TestClient
from msgspec.structs import replace

from device_protocol.client import DeviceClient
from device_protocol.messages import DIGEST_PATH, DigestRequest
from device_protocol.store import StoredDocument
from device_protocol.version import PROTOCOL
from server.tasks.devices import SetDeviceState
from tests.api.device.callers import Caller, problem
from tests.api.warehouse import PIN, SITE, Warehouse

NOTHING = "0" * 32 * 256
ZONE = f"{SITE}/zone/0"


def ask(
    caller: Caller, *, bent: dict[str, Any] | None = None, token: str | None = None
) -> httpx.Response:
    """Ask what differs from nothing in the zone of what stands in none."""
    asked = DigestRequest(caller.device, ZONE, NOTHING, protocol=2)
    return caller.call(DIGEST_PATH, replace(asked, **(bent or {})), token=token)


def test_who_holds_nothing_is_given_all(caller: Caller) -> None:
    caller.sign_in()

    told = ask(caller).json()

    codes = {each["body"]["code"] for each in told["page"]["documents"]}
    assert codes == {"D-1", "P-1"}
    assert told["page"]["checkpoint"]["count"] == len(told["buckets"]) == 2


def test_reference_device_repairs_what_rotted(
    warehouse: Warehouse, client: TestClient[Any]
) -> None:
    handheld: DeviceClient = warehouse.device(client)
    handheld.sign_in("operator", PIN)
    handheld.sync()
    store = handheld.device._store
    [first, *_] = list(store.documents(ZONE))
    store.put_document(ZONE, StoredDocument(first.key, first.version, b"[]"))
    store.put_document(ZONE, StoredDocument("place/9", 1, b"{}"))

    assert handheld.audit() == (ZONE,)

    assert store.document(ZONE, first.key) == first
    assert store.document(ZONE, "place/9") is None
    assert handheld.audit() == ()
    assert handheld.device.replica.alarms() == 1


def test_digest_needs_a_device_and_a_person(caller: Caller) -> None:
    assert problem(caller.client.post(DIGEST_PATH, content=b"{}")) == (401, "unauthorized")
    assert problem(ask(caller)) == (401, "unauthorized")


def test_session_of_another_device_is_not_enough(
    caller: Caller, warehouse: Warehouse, client: TestClient[Any]
) -> None:
    other = Caller(warehouse, client)
    other.sign_in()

    assert problem(ask(caller, token=other.token)) == (403, "forbidden")


def test_suspended_device_repairs_nothing(caller: Caller, warehouse: Warehouse) -> None:
    caller.sign_in()
    warehouse.tell(SITE, SetDeviceState(device=caller.device, state="suspended"))

    assert problem(ask(caller)) == (403, "forbidden")


@pytest.mark.parametrize(
    ("bent", "told"),
    [
        ({"scope": f"{SITE}/device/1000999"}, (404, "sync.scope_not_followed")),
        ({"scope": "2/zone/0"}, (404, "sync.scope_not_followed")),
        ({"buckets": "0"}, (400, "malformed")),
        ({"protocol": 0}, (426, "protocol.upgrade_needed")),
        ({"protocol": PROTOCOL + 1}, (426, "protocol.upgrade_needed")),
    ],
)
def test_what_can_not_be_is_refused(
    caller: Caller, bent: dict[str, Any], told: tuple[int, str]
) -> None:
    caller.sign_in()

    assert problem(ask(caller, bent=bent)) == told
