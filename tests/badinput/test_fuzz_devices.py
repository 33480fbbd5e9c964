"""Every call of a device, and every kind of line, with random content: no fault of ours."""

import json
from random import Random
from typing import Any

import httpx
import msgspec
from structlog.testing import capture_logs

from device_protocol import keys, messages, signatures
from device_protocol.kinds import OPERATIONS
from device_protocol.messages import PushAnswer
from device_protocol.operations import Clock, Operation
from server.core import Core
from tests.api.device.callers import Caller
from tests.badinput.books import book_is_clean
from tests.badinput.calling import Answered, Call
from tests.badinput.wild import NUMBERS, Draw, Schema, between, drawn, members, one_of, values
from tests.conftest import MORNING_MS

CASES = 50
"""Of each call."""
LINES = 10
"""Of each kind."""
CALLS: tuple[tuple[str, type[msgspec.Struct]], ...] = (
    (messages.ENROL_PATH, messages.EnrolRequest),
    (messages.EPOCH_PATH, messages.EpochRequest),
    (messages.HELLO_PATH, messages.HelloRequest),
    (messages.PULL_PATH, messages.PullRequest),
    (messages.SIGN_IN_PATH, messages.SignInRequest),
    (messages.PERSONAL_PATH, messages.PersonalRequest),
)
PLACES = ("source", "to", "at", "place", "unit", "van")
QUANTITIES = one_of(between(1, 9), between(1, 9), between(-1, 1_000_001))
FITTING = [number for number in NUMBERS if abs(number) < 2**53]
CODES = drawn(("A-01", "A-02", "D-1", "P-1", "T-1", "T-2", "UNHEARD-OF", "340063810000000017"))


def schema_of(kind: type[msgspec.Struct]) -> tuple[Schema, dict[str, Schema]]:
    """The schema of a message, and the parts it names."""
    whole = msgspec.json.schema(kind)
    parts = whole.get("$defs", {})
    return parts[whole["$ref"].rpartition("/")[2]], parts


def line_of(kind: type[msgspec.Struct]) -> Draw:
    """Lines of one kind, mostly of a shape that is understood."""
    schema, parts = schema_of(kind)
    names = schema["properties"]
    tag = {"kind": drawn([kind.__struct_config__.tag])}
    places = {name: CODES for name in PLACES if name in names}
    whole = values(schema | {"properties": without(names)}, parts, 150, FITTING)
    if "quantity" in names:
        tag["quantity"] = QUANTITIES
    named = members(tag, places)

    def draw(source: Random) -> Any:  # noqa: ANN401 - any JSON.
        line = whole(source)
        return line | named(source) if isinstance(line, dict) else named(source)

    return draw


def without(properties: dict[str, Schema]) -> dict[str, Schema]:
    """The properties but for the kind and the version: other versions are never understood."""
    return {name: told for name, told in properties.items() if name not in {"kind", "version"}}


def test_lines_of_every_kind_are_taken_whatever_they_say(core: Core, caller: Caller) -> None:
    caller.write(Clock(server=MORNING_MS, ended=1))
    assert caller.push().status_code == 200

    with capture_logs() as logged:
        for kind in OPERATIONS:
            push_some(caller, kind)
        assert book_is_clean(core)
    assert [each for each in logged if each["log_level"] in ("error", "critical")] == []


def push_some(caller: Caller, kind: type[Operation]) -> None:
    """Push some lines of a kind; none of them may be a fault of ours."""
    draw, source = line_of(kind), Random(str(kind.__struct_config__.tag))
    lines = [draw(source) for _ in range(LINES)]
    first = len(caller.lines) + 1
    caller.write(*(json.dumps(line).encode() for line in lines))
    answer = caller.push(first)
    assert answer.status_code == 200, answer.text
    told = msgspec.json.decode(answer.content, type=PushAnswer)
    for line, raw in zip(lines, told.outcomes, strict=True):
        assert msgspec.json.decode(raw).get("code") != "internal_error", line


def test_calls_of_devices_get_a_clear_answer_to_anything(core: Core, caller: Caller) -> None:
    assert caller.sign_in().status_code == 200

    for path, kind in CALLS:
        fuzz_call(caller, path, kind)

    assert book_is_clean(core)


def fuzz_call(caller: Caller, path: str, kind: type[msgspec.Struct]) -> None:
    """Make one call some times, mostly in the device's own name and rightly signed."""
    schema, parts = schema_of(kind)
    draw, source, session = values(schema, parts, 60), Random(path), caller.token
    for _ in range(CASES):
        message = draw(source)
        if source.random() < 0.75 and isinstance(message, dict) and "device" in message:
            message["device"] = caller.device
        if path == messages.EPOCH_PATH and isinstance(message, dict):
            message["signature"] = signed(caller, message)
        body = json.dumps(message).encode()
        header = signatures.call_header(caller.device, caller.private, "POST", path, body)
        headers = {signatures.SIGNATURE_HEADER: header, "Authorization": f"Bearer {session}"}
        must_be_clear(path, body, caller.client.post(path, content=body, headers=headers))


def must_be_clear(path: str, body: bytes, answer: httpx.Response) -> None:
    """An answer is of a right shape, or a problem that is the caller's."""
    media = answer.headers.get("Content-Type", "")
    call = Call("POST", path, {}, {}, body)
    Answered(call, answer.status_code, media, answer.content).must_be_clear()


def signed(caller: Caller, message: dict[str, Any]) -> str:
    """A right signature of a call for an epoch, where that can be."""
    try:
        whole = signatures.epoch_bytes(caller.device, message["attempt"], message["reason"])
    except (TypeError, AttributeError, KeyError, UnicodeError):
        return ""
    return keys.write(keys.sign(caller.private, whole))
