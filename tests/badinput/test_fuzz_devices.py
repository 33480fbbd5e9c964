"""Every call of a device, and every kind of line, with random content: no fault of ours."""

import json
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from device_protocol import keys, messages, signatures
from device_protocol.kinds import OPERATIONS
from device_protocol.messages import PushAnswer
from device_protocol.operations import Clock, Operation
from server.core import Core
from tests.api.device.callers import Caller
from tests.badinput.books import book_is_clean
from tests.badinput.test_fuzz_api import must_be_clear, quickly
from tests.badinput.wild import NUMBERS, Schema, values
from tests.conftest import MORNING_MS

CALLS: tuple[tuple[str, type[msgspec.Struct]], ...] = (
    (messages.ENROL_PATH, messages.EnrolRequest),
    (messages.EPOCH_PATH, messages.EpochRequest),
    (messages.HELLO_PATH, messages.HelloRequest),
    (messages.PULL_PATH, messages.PullRequest),
    (messages.SIGN_IN_PATH, messages.SignInRequest),
    (messages.PERSONAL_PATH, messages.PersonalRequest),
)
PLACES = ("source", "to", "at", "place", "unit", "van")
QUANTITIES = st.integers(1, 9) | st.integers(1, 9) | st.integers(-1, 1_000_001)
FITTING = st.sampled_from([number for number in NUMBERS if abs(number) < 2**53])
CODES = st.sampled_from(
    ("A-01", "A-02", "D-1", "P-1", "T-1", "T-2", "UNHEARD-OF", "340063810000000017")
)


def schema_of(kind: type[msgspec.Struct]) -> tuple[Schema, dict[str, Schema]]:
    """The schema of a message, and the parts it names."""
    whole = msgspec.json.schema(kind)
    parts = whole.get("$defs", {})
    return parts[whole["$ref"].rpartition("/")[2]], parts


def line_of(kind: type[msgspec.Struct]) -> st.SearchStrategy[dict[str, Any]]:
    """Lines of one kind, mostly of a shape that is understood."""
    schema, parts = schema_of(kind)
    names = schema["properties"]
    tag = {"kind": st.just(kind.__struct_config__.tag)}
    places = {name: CODES for name in PLACES if name in names}
    drawn = values(schema | {"properties": without(names)}, parts, 150, FITTING)
    if "quantity" in names:
        tag["quantity"] = QUANTITIES
    named = st.fixed_dictionaries(tag, optional=places)
    return st.tuples(drawn, named).map(
        lambda two: two[0] | two[1] if isinstance(two[0], dict) else two[1]
    )


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

    @settings(quickly, max_examples=2)
    @given(lines=st.lists(line_of(kind), min_size=4, max_size=4))
    def push(lines: list[Any]) -> None:
        first = len(caller.lines) + 1
        caller.write(*(json.dumps(line).encode() for line in lines))
        answer = caller.push(first)
        assert answer.status_code == 200, answer.text
        told = msgspec.json.decode(answer.content, type=PushAnswer)
        for line, raw in zip(lines, told.outcomes, strict=True):
            assert msgspec.json.decode(raw).get("code") != "internal_error", line

    push()


def test_calls_of_devices_get_a_clear_answer_to_anything(core: Core, caller: Caller) -> None:
    assert caller.sign_in().status_code == 200

    for path, kind in CALLS:
        fuzz_call(caller, path, kind)

    assert book_is_clean(core)


def fuzz_call(caller: Caller, path: str, kind: type[msgspec.Struct]) -> None:
    """Make one call some times, mostly in the device's own name and rightly signed."""
    schema, parts = schema_of(kind)
    session = caller.token

    @quickly
    @given(message=values(schema, parts, 60), own=st.sampled_from((True, True, True, False)))
    def call(message: Any, *, own: bool) -> None:  # noqa: ANN401 - any JSON.
        if own and isinstance(message, dict) and "device" in message:
            message["device"] = caller.device
        if path == messages.EPOCH_PATH and isinstance(message, dict):
            message["signature"] = signed(caller, message)
        body = json.dumps(message).encode()
        header = signatures.call_header(caller.device, caller.private, "POST", path, body)
        headers = {signatures.SIGNATURE_HEADER: header, "Authorization": f"Bearer {session}"}
        must_be_clear(caller.client.post(path, content=body, headers=headers))

    call()


def signed(caller: Caller, message: dict[str, Any]) -> str:
    """A right signature of a call for an epoch, where that can be."""
    try:
        whole = signatures.epoch_bytes(caller.device, message["attempt"], message["reason"])
    except (TypeError, AttributeError, KeyError, UnicodeError):
        return ""
    return keys.write(keys.sign(caller.private, whole))
