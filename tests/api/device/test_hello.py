"""Hello over HTTP."""

from typing import Any

import pytest
from litestar.testing import TestClient
from msgspec.structs import replace

from device_protocol import keys
from device_protocol.messages import HELLO_PATH
from device_protocol.operations import Clock, Receive
from server.identity.messages import CommandDevice
from server.tasks.devices import SetDeviceState
from tests.api.device.callers import Caller, problem
from tests.api.warehouse import PIN, SITE, Warehouse
from tests.conftest import MORNING_MS
from tests.device_protocol.doubles import seeded

CLOCK = Clock(server=MORNING_MS, ended=1)


def test_hello_says_where_the_server_stands(caller: Caller) -> None:
    caller.write(CLOCK, CLOCK)
    caller.push(1, 1)

    answer = caller.call(HELLO_PATH, caller.hello())

    told = answer.json()
    assert answer.status_code == 200
    assert (told["next"], told["head"], told["durable"]) == (2, caller.hashes[1].hex(), 1)
    assert (told["protocol"], told["generation"], told["server_time"]) == (1, 1, MORNING_MS)
    assert told["limits"]["batch_operations"] == 500
    assert caller.own_scope() in told["scopes"]
    assert "upgrade" not in told


@pytest.mark.spec("DP-VER-2")
def test_device_of_another_age_is_told_to_upgrade(caller: Caller) -> None:
    asked = replace(caller.hello(), protocol_min=7, protocol_max=9)

    assert caller.call(HELLO_PATH, asked).json()["upgrade"] == "needed"


def test_call_without_a_signature_is_anonymous(caller: Caller) -> None:
    assert problem(caller.client.post(HELLO_PATH, content=b"{}")) == (401, "unauthorized")


def test_wrong_signature_is_refused(caller: Caller) -> None:
    other = keys.generate(seeded(98))

    assert problem(caller.call(HELLO_PATH, caller.hello(), private=other)) == (
        401,
        "unauthorized",
    )


@pytest.mark.spec("DP-CALL-2")
def test_device_speaks_for_itself_alone(caller: Caller) -> None:
    asked = replace(caller.hello(), device=caller.device + 1)

    assert problem(caller.call(HELLO_PATH, asked)) == (401, "unauthorized")


def test_unknown_device_is_told_so(caller: Caller) -> None:
    assert problem(caller.call(HELLO_PATH, caller.hello(), device=1_000_999)) == (
        404,
        "sync.unknown_device",
    )


def test_invited_device_is_not_there_yet(caller: Caller, warehouse: Warehouse) -> None:
    warehouse.invite()

    assert problem(caller.call(HELLO_PATH, caller.hello(), device=caller.device + 1)) == (
        404,
        "sync.unknown_device",
    )


def test_unknown_epoch_is_told_so(caller: Caller) -> None:
    asked = replace(caller.hello(), epoch=9)

    assert problem(caller.call(HELLO_PATH, asked)) == (409, "sync.epoch_closed")


def test_malformed_hello_is_pointed_at(caller: Caller) -> None:
    answer = caller.call(HELLO_PATH, {"device": caller.device, "epoch": "one"})

    assert problem(answer) == (400, "malformed")
    assert answer.json()["errors"][0]["pointer"] == "/epoch"


def test_revoked_device_is_to_upload_and_wipe(caller: Caller, warehouse: Warehouse) -> None:
    warehouse.tell(SITE, SetDeviceState(device=caller.device, state="revoked"))

    told = caller.call(HELLO_PATH, caller.hello()).json()

    assert told["commands"] == ["upload_then_wipe"]
    assert "scopes" not in told


@pytest.mark.parametrize("command", ["rotate_key", "wipe", "upload_then_wipe"])
def test_command_is_told_until_it_is_done_or_taken_back(
    caller: Caller, warehouse: Warehouse, command: str
) -> None:
    warehouse.tell(SITE, CommandDevice(device=caller.device, command=command))

    for _ in range(2):
        assert caller.call(HELLO_PATH, caller.hello()).json()["commands"] == [command]
    warehouse.tell(SITE, CommandDevice(device=caller.device, command="none"))
    assert "commands" not in caller.call(HELLO_PATH, caller.hello()).json()


@pytest.mark.parametrize(
    ("command", "told"), [("wipe", "wipe"), ("rotate_key", "upload_then_wipe")]
)
def test_revoked_device_is_wiped_one_way_or_the_other(
    caller: Caller, warehouse: Warehouse, command: str, told: str
) -> None:
    warehouse.tell(SITE, CommandDevice(device=caller.device, command=command))
    warehouse.tell(SITE, SetDeviceState(device=caller.device, state="revoked"))

    assert caller.call(HELLO_PATH, caller.hello()).json()["commands"] == [told]


def test_revoked_reference_device_uploads_all_and_is_nobody_then(
    warehouse: Warehouse, client: TestClient[Any]
) -> None:
    handheld = warehouse.device(client)
    handheld.sign_in("operator", PIN)
    handheld.sync()
    number = handheld.device.outbox.identity.device
    handheld.device.record(Receive(quantity=3, owner="ACME", item="A1", to="D-1"))
    handheld.device.personal.keep("A. Lovelace")
    warehouse.tell(SITE, SetDeviceState(device=number, state="revoked"))

    report = handheld.sync()

    assert (report.wiped, handheld.session) == (True, "")
    assert not handheld.device.outbox.enrolled
    handheld.enrol(warehouse.invite())
    assert handheld.device.outbox.identity.device == number + 1
    assert handheld.sync().commands == ()


def test_device_that_speaks_the_first_protocol_is_understood(caller: Caller) -> None:
    told = caller.call(HELLO_PATH, caller.hello()).json()

    assert told["protocol"] == 1
    asked = replace(caller.hello(), protocol_max=2)
    assert caller.call(HELLO_PATH, asked).json()["protocol"] == 2
