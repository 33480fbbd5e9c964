"""Signed batches of several devices, cut up and put together anew: nothing but what was meant."""

import itertools
from typing import Any

import msgspec
import pytest
from litestar.testing import TestClient

from device_protocol import chain, codec, keys, messages, signatures
from device_protocol.operations import Clock, Receive
from server.core import Core
from server.tasks.devices import SetDeviceState
from tests.api.device.callers import Caller, problem
from tests.api.warehouse import SITE, Warehouse
from tests.badinput.books import book_is_clean, on_hand
from tests.badinput.test_batches import joined, split
from tests.conftest import MORNING_MS

CLOCK = Clock(server=MORNING_MS, ended=1)
REFUSALS = {
    (400, "sync.malformed_batch"),
    (400, "sync.hash_mismatch"),
    (401, "sync.bad_signature"),
    (404, "sync.unknown_device"),
    (409, "sync.epoch_closed"),
    (409, "sync.gap"),
    (409, "sync.fork"),
}


def received(quantity: int) -> Receive:
    """Lamps of ACME at the dock, of a quantity that tells who said it."""
    return Receive(quantity=quantity, owner="ACME", item="A1", to="D-1", ended=quantity + 1)


@pytest.fixture
def other(warehouse: Warehouse, client: TestClient[Any]) -> Caller:
    """Give a second handheld."""
    return Caller(warehouse, client)


def bodies(caller: Caller, *quantities: int) -> list[bytes]:
    """Batches of two lines each: the first anchors the clock."""
    caller.write(CLOCK, *(received(quantity) for quantity in quantities))
    return [caller.body(first, first + 1) for first in range(1, len(caller.lines), 2)]


def must_be_refused(caller: Caller, body: bytes) -> None:
    """Push a body that nobody meant."""
    assert problem(caller.send(body)) in REFUSALS, body


def test_byte_flipped_anywhere_is_noticed(core: Core, caller: Caller) -> None:
    [body] = bodies(caller, 10)
    taken = 0

    for place, bit in itertools.product(range(len(body)), (0x01, 0x20)):
        bent = bytearray(body)
        bent[place] ^= bit
        answer = caller.send(bytes(bent))
        taken += answer.status_code == 200
        assert answer.status_code == 200 or problem(answer) in REFUSALS, (place, bit)

    # JSON and base64 say the same in more than one way; then it is the honest batch that was taken.
    assert taken <= 4
    assert on_hand(core) in ({}, {("D-1", "A1"): 10})
    assert caller.send(body).status_code == 200
    assert on_hand(core) == {("D-1", "A1"): 10}
    assert book_is_clean(core)


def test_body_cut_anywhere_is_noticed(core: Core, caller: Caller) -> None:
    [body] = bodies(caller, 10)

    for length in range(len(body)):
        must_be_refused(caller, body[:length])
        must_be_refused(caller, body[length:] + body[:length] if length else b"")

    assert on_hand(core) == {}
    assert caller.send(body).status_code == 200
    assert on_hand(core) == {("D-1", "A1"): 10}


def test_only_the_headers_own_lines_in_their_order_are_taken(
    core: Core, caller: Caller, other: Caller
) -> None:
    """Every header of two devices' batches over every row of up to two of their lines."""
    honest = bodies(caller, 1, 10, 100) + bodies(other, 1_000, 10_000, 100_000)
    pieces = [split(body) for body in honest]
    lines = [line for _, own in pieces for line in own]
    rows = [row for count in (0, 1, 2) for row in itertools.product(lines, repeat=count)]
    bent = [joined(header, *row) for header, _ in pieces for row in dict.fromkeys(rows)]

    refused = [body for body in dict.fromkeys(bent) if body not in honest]
    for body in refused:
        must_be_refused(caller, body)

    assert len(refused) > 200
    assert on_hand(core) == {}
    assert [caller.send(body).status_code for body in honest] == [200] * len(honest)
    for body in refused[::7]:
        must_be_refused(caller, body)
    assert on_hand(core) == {("D-1", "A1"): 111_111}
    assert book_is_clean(core)


def test_batches_run_together_are_no_batch(core: Core, caller: Caller, other: Caller) -> None:
    honest = bodies(caller, 1, 10, 100) + bodies(other, 1_000)

    for first, second in itertools.permutations(honest, 2):
        header, lines = split(first)
        must_be_refused(caller, first + second)
        must_be_refused(caller, joined(header, *lines, *split(second)[1]))
        must_be_refused(caller, joined(split(second)[0], header, *lines))

    assert on_hand(core) == {}
    assert book_is_clean(core)


def test_header_of_any_other_numbers_is_not_its_devices(
    core: Core, caller: Caller, other: Caller
) -> None:
    first, second = bodies(caller, 10, 20, 30)
    bodies(other, 500)
    told = msgspec.json.decode(split(first)[0])
    foreign = msgspec.json.decode(split(second)[0])
    bends: dict[str, list[Any]] = {
        "device": [other.device, caller.device + 10, 1],
        "epoch": [2, 7],
        "first": [2, 3, foreign["first"]],
        "prev": [foreign["prev"], "0" * 64],
        "head": [foreign["head"], "0" * 64],
        "signature": [foreign["signature"], "", "A" * 86],
    }

    for name, values in bends.items():
        for value in values:
            bent = msgspec.json.encode(told | {name: value})
            must_be_refused(caller, joined(bent, *split(first)[1]))

    assert on_hand(core) == {}
    assert [caller.send(body).status_code for body in (first, second)] == [200, 200]
    assert book_is_clean(core)


def opened(caller: Caller) -> None:
    """Open a new epoch and begin its stream."""
    attempt = f"attempt of {caller.device}"
    signed = keys.sign(caller.private, signatures.epoch_bytes(caller.device, attempt, "fork"))
    request = messages.EpochRequest(caller.device, attempt, "fork", keys.write(signed))
    answer = caller.client.post(messages.EPOCH_PATH, content=msgspec.json.encode(request))
    told = msgspec.json.decode(answer.content, type=messages.EpochAnswer)
    caller.epoch, caller.lines = told.epoch, []
    caller.hashes = [chain.start(caller.device, told.epoch, bytes.fromhex(told.nonce))]


def test_old_batches_after_a_new_epoch_say_nothing_new(core: Core, caller: Caller) -> None:
    first, second = bodies(caller, 10, 20, 30)
    answers = [caller.send(body) for body in (first, second)]
    opened(caller)
    caller.write(CLOCK, received(5))
    assert caller.push().status_code == 200

    again = [caller.send(body) for body in (second, first)]

    assert [each.json()["outcomes"] for each in again] == [
        each.json()["outcomes"] for each in reversed(answers)
    ]
    told = msgspec.json.decode(split(first)[0])
    must_be_refused(
        caller, joined(msgspec.json.encode(told | {"epoch": caller.epoch}), *split(first)[1])
    )
    assert on_hand(core) == {("D-1", "A1"): 65}
    assert book_is_clean(core)


def test_old_batches_of_a_revoked_device_say_nothing_new(
    core: Core, warehouse: Warehouse, caller: Caller, other: Caller
) -> None:
    first, second = bodies(caller, 10, 20, 30)
    assert caller.send(first).status_code == 200
    warehouse.tell(SITE, SetDeviceState(device=caller.device, state="revoked"))

    before = caller.send(first).json()["outcomes"]
    kept = [caller.send(second).json()["outcomes"] for _ in range(2)]

    assert before == [{"outcome": "applied"}] * 2
    assert kept[0] == kept[1]
    assert {each["code"] for each in kept[0]} == {"revoked"}
    bent = codec.encode_batch(
        caller.device,
        caller.epoch,
        1,
        caller.hashes[0],
        [codec.encode_line(received(7))],
        private=other.private,
    )
    must_be_refused(other, bent)
    assert on_hand(core) == {("D-1", "A1"): 10}
    assert book_is_clean(core)


def test_batches_of_a_former_key_say_nothing_new(core: Core, caller: Caller) -> None:
    first, second = bodies(caller, 10, 20, 30)
    assert caller.send(first).status_code == 200
    late = caller.private
    caller.private = keys.generate(lambda count: b"\x05" * count)
    public = keys.write(keys.public_key(caller.private))
    proof = keys.sign(caller.private, signatures.rotate_bytes(caller.device, public))
    request = messages.RotateRequest(caller.device, public, keys.write(proof))
    assert caller.call(messages.ROTATE_PATH, request, private=late).status_code == 200

    for body in (first, second):
        must_be_refused(caller, body)

    assert on_hand(core) == {("D-1", "A1"): 10}
    assert caller.push(1).status_code == 200
    assert on_hand(core) == {("D-1", "A1"): 60}
    assert book_is_clean(core)
