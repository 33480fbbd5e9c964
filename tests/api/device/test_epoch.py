"""New epochs over HTTP."""

from typing import Any

import httpx
import msgspec
import pytest

from device_protocol import chain, keys, signatures
from device_protocol.messages import EPOCH_PATH
from device_protocol.operations import Clock
from server.tasks.devices import SetDeviceState
from tests.api.desks import Desk
from tests.api.device.callers import Caller, problem
from tests.api.warehouse import SITE, Warehouse
from tests.conftest import MORNING_MS


def open_epoch(
    caller: Caller,
    attempt: str = "a1",
    bent: dict[str, Any] | None = None,
    held: tuple[int, int, int] = (0, 0, 0),
) -> httpx.Response:
    """Ask for an epoch; what is `bent` is changed after signing."""
    reason = "fork"
    first, last, epoch = held
    signed = signatures.epoch_bytes(caller.device, attempt, reason, first, last, epoch)
    signature = keys.write(keys.sign(caller.private, signed))
    body: dict[str, Any] = {
        "device": caller.device,
        "attempt": attempt,
        "reason": reason,
        "signature": signature,
        "first": first,
        "last": last,
        "epoch": epoch,
    }
    return caller.client.post(EPOCH_PATH, content=msgspec.json.encode(body | (bent or {})))


def test_new_epoch_takes_lines_and_the_old_one_stays_open(caller: Caller) -> None:
    caller.write(Clock(server=MORNING_MS, ended=1))
    old = caller.body(1, 1)

    told = open_epoch(caller).json()

    assert told["epoch"] == 2
    caller.epoch, caller.lines = 2, []
    caller.hashes = [chain.start(caller.device, 2, bytes.fromhex(told["nonce"]))]
    caller.write(Clock(server=MORNING_MS, ended=1))
    assert caller.push().json()["next"] == 2
    assert caller.send(old).json()["next"] == 2


def test_same_attempt_gets_the_same_answer(caller: Caller) -> None:
    assert open_epoch(caller).content == open_epoch(caller).content
    assert open_epoch(caller, "a2").json()["epoch"] == 3


def test_wrong_signature_opens_nothing(caller: Caller) -> None:
    caller.private = bytes(32)

    assert problem(open_epoch(caller)) == (401, "unauthorized")


def test_signature_covers_the_reason(caller: Caller) -> None:
    assert problem(open_epoch(caller, bent={"reason": "gap"})) == (401, "unauthorized")


def test_supervisor_is_told_which_lines_are_lost(caller: Caller, supervisor: Desk) -> None:
    caller.write(Clock(server=MORNING_MS, ended=1))
    caller.push()

    open_epoch(caller, held=(12, 40, 1))

    [incident] = supervisor.get("/exceptions", subject="incident")["rows"]
    assert incident["kind"] == "gap"
    assert "lines 2 to 11 of epoch 1 are lost" in incident["note"]


@pytest.mark.parametrize("name", ["first", "last", "epoch"])
def test_signature_covers_what_is_held(caller: Caller, name: str) -> None:
    bent = open_epoch(caller, bent={name: 7}, held=(12, 40, 1))

    assert problem(bent) == (401, "unauthorized")


def test_unknown_device_is_told_so(caller: Caller) -> None:
    caller.device = 1_000_999

    assert problem(open_epoch(caller)) == (404, "sync.unknown_device")


def test_revoked_device_opens_no_epoch(caller: Caller, warehouse: Warehouse) -> None:
    warehouse.tell(SITE, SetDeviceState(device=caller.device, state="revoked"))

    assert problem(open_epoch(caller)) == (409, "epoch.refused")


@pytest.mark.parametrize("reason", ["boredom", 7])
def test_reason_must_be_one(caller: Caller, reason: str | int) -> None:
    answer = caller.client.post(
        EPOCH_PATH,
        content=msgspec.json.encode(
            {"device": caller.device, "attempt": "a", "reason": reason, "signature": ""}
        ),
    )

    assert problem(answer) == (400, "malformed")
    assert answer.json()["errors"][0]["pointer"] == "/reason"
