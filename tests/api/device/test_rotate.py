"""Rotation over HTTP: one key counts, whatever answer is lost."""

from typing import Any

import httpx
import pytest
from litestar.testing import TestClient

from device_protocol import keys, signatures
from device_protocol.client import UnreachableError
from device_protocol.messages import HELLO_PATH, ROTATE_PATH, RotateRequest
from device_protocol.operations import Receive
from server.core import Core
from server.identity.messages import CommandDevice
from server.tasks.devices import SetDeviceState
from tests.api.device.callers import Caller, problem
from tests.api.warehouse import SITE, Warehouse
from tests.device_protocol.doubles import seeded

NEXT = keys.generate(seeded(77))
RECEIVED = Receive(quantity=10, owner="ACME", item="A1", to="D-1")


def rotation(caller: Caller, private: bytes = NEXT) -> RotateRequest:
    """The call that makes another key count."""
    public = keys.write(keys.public_key(private))
    proof = keys.sign(private, signatures.rotate_bytes(caller.device, public))
    return RotateRequest(caller.device, public, keys.write(proof))


def test_next_key_counts_and_the_former_does_not(caller: Caller) -> None:
    asked = rotation(caller)

    told = caller.call(ROTATE_PATH, asked)

    assert told.json() == {"public_key": asked.public_key}
    assert problem(caller.call(HELLO_PATH, caller.hello())) == (401, "unauthorized")
    assert caller.call(HELLO_PATH, caller.hello(), private=NEXT).status_code == 200
    again = caller.call(ROTATE_PATH, asked, private=NEXT)
    assert again.content == told.content
    assert problem(caller.call(ROTATE_PATH, asked)) == (401, "unauthorized")


def test_batches_are_signed_by_the_next_key(caller: Caller) -> None:
    caller.write(RECEIVED)
    caller.call(ROTATE_PATH, rotation(caller))

    assert problem(caller.push()) == (401, "sync.bad_signature")
    caller.private = NEXT
    assert caller.push().json()["next"] == 2


def test_key_of_somebody_else_is_not_taken(caller: Caller) -> None:
    asked = rotation(caller)
    other = keys.write(keys.public_key(keys.generate(seeded(78))))

    answer = caller.call(ROTATE_PATH, RotateRequest(caller.device, other, asked.proof))

    assert problem(answer) == (422, "invalid")
    assert caller.call(HELLO_PATH, caller.hello()).status_code == 200


def test_rotation_needs_the_key_that_counts(caller: Caller) -> None:
    assert problem(caller.client.post(ROTATE_PATH, content=b"{}")) == (401, "unauthorized")
    assert problem(caller.call(ROTATE_PATH, rotation(caller), private=NEXT)) == (
        401,
        "unauthorized",
    )


def test_revoked_device_keeps_its_key(caller: Caller, warehouse: Warehouse) -> None:
    warehouse.tell(SITE, SetDeviceState(device=caller.device, state="revoked"))

    assert problem(caller.call(ROTATE_PATH, rotation(caller))) == (409, "rotate.refused")


class LosingAnswers(httpx.BaseTransport):
    """The way to a server on which the answers to rotate are lost so often."""

    def __init__(self, client: TestClient[Any], times: int) -> None:
        """Lose the first of them."""
        self.client = client
        self.times = times

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Carry a request."""
        answer = self.client.request(
            request.method, str(request.url), content=request.read(), headers=request.headers
        )
        if request.url.path == ROTATE_PATH and self.times:
            self.times -= 1
            raise httpx.ReadTimeout("lost", request=request)
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


@pytest.mark.parametrize("lost", [0, 1, 8, 9])
def test_reference_device_that_is_told_to_rotates_whatever_is_lost(
    warehouse: Warehouse, client: TestClient[Any], core: Core, lost: int
) -> None:
    handheld = warehouse.device(client)
    number = handheld.device.outbox.identity.device
    warehouse.tell(SITE, CommandDevice(device=number, command="rotate_key"))
    road = LosingAnswers(client, lost)
    handheld._http = httpx.Client(base_url=str(client.base_url), transport=road)
    handheld.device.record(RECEIVED)

    while True:
        try:
            report = handheld.sync()
            break
        except UnreachableError:
            continue

    assert handheld.device.pending() == 0
    assert report.commands == (("rotate_key",) if lost < 8 else ())
    assert handheld.sync().commands == ()
    with core.database.reading() as connection:
        [(public,)] = connection.exec_driver_sql("SELECT public_key FROM device").all()
    assert keys.public_key(handheld.device.outbox.identity.private) == public
