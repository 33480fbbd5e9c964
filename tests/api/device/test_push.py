"""Push over HTTP: outcomes, repeats, and every way in which a batch can be wrong."""

import zlib
from typing import Any

import msgspec
import pytest
import zstandard
from litestar.testing import TestClient
from msgspec.structs import replace

from device_protocol import codec, keys, messages
from device_protocol.messages import PushAnswer
from device_protocol.operations import Clock, Receive
from server.tasks.devices import SetDeviceState
from tests.api.device.callers import Caller, problem
from tests.api.warehouse import SITE, Warehouse
from tests.conftest import MORNING_MS
from tests.device_protocol.doubles import seeded

CLOCK = Clock(server=MORNING_MS, ended=1)
RECEIVED = Receive(quantity=10, owner="ACME", item="A1", to="D-1", ended=2)


def outcomes_of(content: bytes) -> list[Any]:
    """The outcomes of an answer, decoded."""
    answer = msgspec.json.decode(content, type=PushAnswer)
    return [msgspec.json.decode(each) for each in answer.outcomes]


def test_batch_is_answered_by_its_outcomes(caller: Caller) -> None:
    caller.write(CLOCK, RECEIVED)

    answer = caller.push()

    assert answer.status_code == 200
    told = msgspec.json.decode(answer.content, type=PushAnswer)
    assert (told.next, told.durable, told.head) == (3, 2, caller.hashes[2].hex())
    assert told.server_time == MORNING_MS
    assert outcomes_of(answer.content) == [{"outcome": "applied"}] * 2


def test_repeated_push_gets_identical_bytes(caller: Caller) -> None:
    caller.write(CLOCK, RECEIVED, b"nonsense")

    first, again = caller.push(), caller.push()

    assert again.content == first.content
    assert outcomes_of(again.content)[2]["outcome"] == "parked"


def test_repeat_in_other_pieces_gets_the_same_outcomes(caller: Caller) -> None:
    caller.write(CLOCK, RECEIVED, replace(RECEIVED, ended=3))
    whole = outcomes_of(caller.push().content)

    pieces = outcomes_of(caller.push(1, 2).content) + outcomes_of(caller.push(3, 3).content)

    assert pieces == whole


@pytest.mark.parametrize("encoding", ["zstd", "gzip"])
def test_packed_batch_is_taken(caller: Caller, encoding: str) -> None:
    caller.write(CLOCK, RECEIVED)

    answer = caller.send(codec.pack(caller.body(1, 2), encoding), encoding)

    assert outcomes_of(answer.content) == [{"outcome": "applied"}] * 2


@pytest.mark.parametrize("encoding", ["zstd", "gzip"])
def test_large_answer_comes_packed(caller: Caller, encoding: str) -> None:
    caller.write(*(b"nonsense" for _ in range(20)))
    body = caller.body(1, 20)

    answer = caller.client.post(
        messages.PUSH_PATH, content=body, headers={"Accept-Encoding": encoding}
    )

    assert answer.headers["Content-Encoding"] == encoding
    assert len(outcomes_of(answer.content)) == 20


def test_lines_that_say_nothing_are_parked_and_block_nobody(caller: Caller) -> None:
    caller.write(
        CLOCK,
        b"\xff\xfe not UTF-8",
        b'{"kind":"teleport"}',
        b'{"kind":"receive","quantity":-3,"to":"D-1"}',
        b'{"kind":"receive","quantity":0,"to":"D-1"}',
        b'{"kind":"receive","quantity":4006381333931,"to":"D-1"}',
        b'{"kind":"receive","to":"D-1","quantity":1,"note":"' + b"x" * 70_000 + b'"}',
        RECEIVED,
    )

    outcomes = outcomes_of(caller.push().content)

    assert [each.get("code", "") for each in outcomes] == [
        "",
        "undecodable",
        "unknown_kind",
        "impossible_quantity",
        "impossible_quantity",
        "impossible_quantity",
        "too_long",
        "",
    ]
    assert outcomes[-1] == {"outcome": "applied"}


def test_clock_that_is_years_off_is_flagged_and_posted(caller: Caller) -> None:
    ten_years_ms = 10 * 365 * 24 * 3_600_000
    caller.write(replace(CLOCK, server=MORNING_MS + ten_years_ms), RECEIVED)

    outcomes = outcomes_of(caller.push().content)

    assert (outcomes[1]["outcome"], outcomes[1]["code"]) == ("flagged", "impossible_time")


def test_truncated_batch_stores_nothing(caller: Caller) -> None:
    caller.write(CLOCK, RECEIVED)
    body = caller.body(1, 2)

    assert problem(caller.send(body[:-5])) == (400, "sync.malformed_batch")
    whole_lines = body[: body.rindex(b"\n", 0, -1) + 1]
    assert problem(caller.send(whole_lines)) == (400, "sync.hash_mismatch")
    assert caller.push().json()["next"] == 3


@pytest.mark.parametrize("body", [b"", b"\n", b"{}\n", b"\xff\xff\n", b"[1,2]\n"])
def test_body_without_a_header_is_no_batch(caller: Caller, body: bytes) -> None:
    assert problem(caller.send(body)) == (400, "sync.malformed_batch")


def test_wrong_signature_is_refused(caller: Caller) -> None:
    caller.write(CLOCK)
    caller.private = keys.generate(seeded(99))

    assert problem(caller.push()) == (401, "sync.bad_signature")


def test_unknown_device_is_told_so(caller: Caller) -> None:
    caller.write(CLOCK)
    caller.device = 1_000_999

    assert problem(caller.push()) == (404, "sync.unknown_device")


def test_unknown_epoch_is_told_so(caller: Caller) -> None:
    caller.write(CLOCK)
    caller.epoch = 9

    assert problem(caller.push()) == (409, "sync.epoch_closed")


def test_gap_says_where_to_go_on(caller: Caller) -> None:
    caller.write(CLOCK, RECEIVED)

    answer = caller.push(2, 2)

    assert problem(answer) == (409, "sync.gap")
    assert (answer.json()["next"], answer.json()["head"]) == (1, caller.hashes[0].hex())


def test_other_history_is_a_fork_and_nothing_of_it_is_applied(caller: Caller) -> None:
    caller.write(CLOCK, RECEIVED)
    caller.push()
    caller.lines, caller.hashes = [], caller.hashes[:1]
    caller.write(CLOCK, replace(RECEIVED, quantity=7), RECEIVED)

    answer = caller.push()

    assert problem(answer) == (409, "sync.fork")
    assert answer.json()["next"] == 3


def test_oversized_batches_are_refused_before_they_are_unpacked(caller: Caller) -> None:
    packed_max = caller.warehouse.core.settings.push_bytes_max
    bomb = b"\0" * (caller.warehouse.core.settings.push_unpacked_bytes_max + 1)

    assert problem(caller.send(b"x" * (packed_max + 1))) == (413, "too_large")
    for encoding in codec.ENCODINGS:
        packed = codec.pack(bomb, encoding)
        assert problem(caller.send(packed, encoding)) == (413, "sync.too_large")
    streamed = zstandard.ZstdCompressor().compressobj()
    undeclared = streamed.compress(bomb) + streamed.flush()
    assert problem(caller.send(undeclared, "zstd")) == (413, "sync.too_large")


def test_too_many_operations_are_to_be_halved(caller: Caller) -> None:
    caller.write(*(CLOCK for _ in range(501)))

    assert problem(caller.push()) == (413, "sync.too_large")
    assert caller.push(1, 250).json()["next"] == 251


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ("gzip", (400, "sync.malformed_batch")),
        ("zstd", (400, "sync.malformed_batch")),
        ("br", (415, "unsupported_media_type")),
    ],
)
def test_what_is_not_packed_as_it_says_is_refused(
    caller: Caller, encoding: str, expected: tuple[int, str]
) -> None:
    caller.write(CLOCK)

    assert problem(caller.send(caller.body(1, 1), encoding)) == expected


def test_cut_gzip_is_no_batch(caller: Caller) -> None:
    caller.write(CLOCK)
    packed = zlib.compress(caller.body(1, 1), wbits=31)

    assert problem(caller.send(packed[:-4], "gzip")) == (400, "sync.malformed_batch")


def test_suspended_device_may_push(caller: Caller, warehouse: Warehouse) -> None:
    warehouse.tell(SITE, SetDeviceState(device=caller.device, state="suspended"))
    caller.write(CLOCK, RECEIVED)

    assert outcomes_of(caller.push().content) == [{"outcome": "applied"}] * 2


def test_revoked_device_is_kept_and_parked(caller: Caller, warehouse: Warehouse) -> None:
    warehouse.tell(SITE, SetDeviceState(device=caller.device, state="revoked"))
    caller.write(CLOCK, RECEIVED)

    outcomes = outcomes_of(caller.push().content)

    assert [(each["outcome"], each["code"]) for each in outcomes] == [("parked", "revoked")] * 2


def test_empty_batch_only_asks_where_the_server_stands(caller: Caller) -> None:
    body = codec.encode_batch(
        caller.device, caller.epoch, 1, caller.hashes[0], [], private=caller.private
    )

    answer = caller.send(body)

    assert (answer.status_code, answer.json()["next"]) == (200, 1)


def test_request_id_is_answered(client: TestClient[Any]) -> None:
    given = client.get("/health", headers={"X-Request-Id": "scan-17"})
    bent = client.get("/health", headers={"X-Request-Id": "a b;c"})

    assert given.headers["X-Request-Id"] == "scan-17"
    assert bent.headers["X-Request-Id"] not in {"", "a b;c"}
