"""Batches of an attacker or a broken device: refused or harmless, and nothing is lost."""

import json
from typing import Any

import msgspec
import pytest
from litestar.testing import TestClient

from device_protocol import codec, keys, messages
from device_protocol.messages import Limits, PushAnswer
from device_protocol.operations import Clock, Receive
from server.core import Core
from server.tasks.devices import SetDeviceState
from tests.api.device.callers import Caller, problem
from tests.api.warehouse import SITE, Warehouse
from tests.badinput.books import book_is_clean, on_hand
from tests.conftest import MORNING_MS

CLOCK = Clock(server=MORNING_MS, ended=1)


def received(quantity: int) -> Receive:
    """Lamps of ACME at the dock."""
    return Receive(quantity=quantity, owner="ACME", item="A1", to="D-1", ended=quantity + 1)


@pytest.fixture
def other(warehouse: Warehouse, client: TestClient[Any]) -> Caller:
    """Give a second handheld."""
    return Caller(warehouse, client)


def split(body: bytes) -> tuple[bytes, list[bytes]]:
    """Header and lines of a batch."""
    header, *lines = body.removesuffix(b"\n").split(b"\n")
    return header, lines


def joined(header: bytes, *lines: bytes) -> bytes:
    """A batch of a header and any lines."""
    return b"\n".join((header, *lines, b""))


def test_replayed_batch_counts_once_whenever_it_comes_again(core: Core, caller: Caller) -> None:
    caller.write(CLOCK, received(10))
    first = caller.push()
    caller.write(received(5))
    caller.push(3)

    again = [caller.push(1, 2), caller.push(2, 2), caller.push(2, 3), caller.push(3, 3)]

    assert [answer.status_code for answer in again] == [200] * 4
    assert again[0].json()["outcomes"] == first.json()["outcomes"]
    assert on_hand(core) == {("D-1", "A1"): 15}
    assert book_is_clean(core)


def test_batches_out_of_order_wait_for_those_before_them(core: Core, caller: Caller) -> None:
    caller.write(CLOCK, received(10), received(5))

    early = caller.push(3, 3)

    assert problem(early) == (409, "sync.gap")
    assert early.json()["next"] == 1
    assert on_hand(core) == {}
    assert caller.push().status_code == 200
    assert on_hand(core) == {("D-1", "A1"): 15}


def test_lines_in_another_order_are_no_batch(core: Core, caller: Caller) -> None:
    caller.write(CLOCK, received(10), received(5))
    header, lines = split(caller.body(1, 3))

    for mixed in (lines[::-1], lines[:2], [*lines, lines[2]], [lines[0], lines[2], lines[1]]):
        assert problem(caller.send(joined(header, *mixed))) == (400, "sync.hash_mismatch")

    assert on_hand(core) == {}
    assert caller.push().json()["next"] == 4


def test_lines_of_two_devices_can_not_be_spliced(core: Core, caller: Caller, other: Caller) -> None:
    caller.write(CLOCK, received(10))
    other.write(CLOCK, received(500))
    header, lines = split(caller.body(1, 2))
    foreign_header, foreign_lines = split(other.body(1, 2))

    assert problem(caller.send(joined(header, lines[0], foreign_lines[1])))[1] == (
        "sync.hash_mismatch"
    )
    own = msgspec.json.decode(header)
    for name in ("signature", "prev", "head"):
        bent = own | {name: msgspec.json.decode(foreign_header)[name]}
        answer = caller.send(joined(msgspec.json.encode(bent), *lines))
        assert problem(answer)[1] in ("sync.bad_signature", "sync.hash_mismatch")
    assert on_hand(core) == {}
    assert (caller.push().status_code, other.push().status_code) == (200, 200)
    assert on_hand(core) == {("D-1", "A1"): 510}
    assert book_is_clean(core)


def test_device_can_not_push_the_stream_of_another(
    core: Core, caller: Caller, other: Caller
) -> None:
    caller.write(CLOCK, received(10))
    body = codec.encode_batch(
        caller.device,
        caller.epoch,
        1,
        caller.hashes[0],
        [codec.encode_line(received(99))],
        private=other.private,
    )

    assert problem(other.send(body)) == (401, "sync.bad_signature")
    assert on_hand(core) == {}


def test_batch_under_another_epoch_or_place_is_not_taken(caller: Caller) -> None:
    caller.write(CLOCK, received(10), received(5))
    header, lines = split(caller.body(2, 3))
    told = msgspec.json.decode(header)

    for name, value in (("epoch", 2), ("first", 1), ("first", 3)):
        answer = caller.send(joined(msgspec.json.encode(told | {name: value}), *lines))
        assert problem(answer)[0] in (400, 401)


def test_header_whose_numbers_can_not_be_is_no_batch(caller: Caller) -> None:
    caller.write(CLOCK)
    header, lines = split(caller.body(1, 1))

    for name in ("device", "epoch", "first"):
        for value in (0, -1, 2**53, 2**63, 2**64, 10**40, 1.5, "1", None):
            bent = json.dumps(json.loads(header) | {name: value}).encode()
            answer = caller.send(joined(bent, *lines))
            assert problem(answer) == (400, "sync.malformed_batch"), bent


UNSTORABLE = (
    b"[" * 60_000,
    b'{"a":' * 10_000,
    b'{"kind":"receive","quantity":1,"to":"D-1","x":' + b"[" * 30_000 + b"]" * 30_000 + b"}",
    b'{"kind":"receive","quantity":1,"to":"A\\u0000B"}',
    b'{"kind":"receive","quantity":1,"to":"D-1","lot":"\\u0000"}',
    b'{"kind":"receive","quantity":1,"to":"D-1","ended":9223372036854775808}',
    b'{"kind":"receive","quantity":1,"to":"D-1","measured_g":9223372036854775807}',
    b'{"kind":"receive","quantity":1,"to":"D-1","measured_g":' + b"9" * 5_000 + b"}",
    b'{"kind":"receive","quantity":1e400,"to":"D-1"}',
    b'{"kind":"receive","quantity":NaN,"to":"D-1"}',
    b'{"kind":"receive","quantity":1,"to":"\\ud800"}',
    b'{"kind":"receive","quantity":1,"to":"\xed\xa0\x80"}',
    b'{"kind":"receive","kind":"move","quantity":1}',
    b"\x00",
    b"",
    b"\r",
)
"""Lines that say nothing, or what no database or JSON reader keeps."""


def test_line_that_no_database_could_take_is_kept_parked(core: Core, caller: Caller) -> None:
    caller.write(CLOCK, *UNSTORABLE, received(3))

    answer = caller.push()

    told = msgspec.json.decode(answer.content, type=PushAnswer)
    first, *parked, last = (msgspec.json.decode(each) for each in told.outcomes)
    assert first == last == {"outcome": "applied"}
    for line, outcome in zip(UNSTORABLE, parked, strict=True):
        assert outcome["outcome"] == "parked", line
        assert outcome["code"] in ("undecodable", "impossible_quantity"), line
    assert on_hand(core) == {("D-1", "A1"): 3}
    assert book_is_clean(core)


def test_revoked_device_leaves_parked_lines_and_nothing_else(
    core: Core, warehouse: Warehouse, caller: Caller
) -> None:
    caller.write(CLOCK, received(10))
    caller.push()
    caller.sign_in()
    warehouse.tell(SITE, SetDeviceState(device=caller.device, state="revoked"))
    caller.write(received(5))

    kept = caller.push(3).json()["outcomes"]

    assert [(each["outcome"], each["code"]) for each in kept] == [("parked", "revoked")]
    assert caller.call(messages.HELLO_PATH, caller.hello()).json()["commands"] == [
        "upload_then_wipe"
    ]
    assert problem(caller.call(messages.PULL_PATH, messages.PullRequest(caller.device)))[0] in (
        401,
        403,
    )
    assert problem(caller.sign_in())[0] == 403
    body = codec.encode_batch(
        caller.device, 2, 1, bytes(32), [codec.encode_line(CLOCK)], private=caller.private
    )
    assert problem(caller.send(body)) == (409, "sync.epoch_closed")
    caller.private = keys.generate(lambda count: b"\x07" * count)
    caller.write(received(7))
    assert problem(caller.push(4)) == (401, "sync.bad_signature")
    assert on_hand(core) == {("D-1", "A1"): 10}
    assert book_is_clean(core)


def test_bomb_within_a_bomb_is_not_unpacked(caller: Caller) -> None:
    limits = Limits(65_536, 500, 1 << 20, 8 << 20)
    for encoding in codec.ENCODINGS:
        packed = codec.pack(codec.pack(b"\0" * (64 << 20), encoding), encoding)
        assert len(packed) < limits.push_bytes
        assert problem(caller.send(packed, encoding)) == (400, "sync.malformed_batch")
    twice = codec.pack(b"x\n", "gzip") + codec.pack(b"y\n", "gzip")
    assert problem(caller.send(twice, "gzip")) == (400, "sync.malformed_batch")
    assert problem(caller.send(b"{}\n", "gzip, zstd"))[0] == 415


def test_device_is_heard_whatever_it_calls_its_body(caller: Caller) -> None:
    caller.write(CLOCK)

    for content_type in ("text/html", "multipart/form-data", "", "x" * 300):
        answer = caller.client.post(
            messages.PUSH_PATH, content=caller.body(1, 1), headers={"Content-Type": content_type}
        )
        assert answer.status_code == 200
