"""Every call of a device, and every kind of line, with random content: no fault of ours."""

import json
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from litestar.testing import TestClient
from structlog.testing import capture_logs

from device_protocol import keys, messages, signatures
from device_protocol.messages import PushAnswer
from device_protocol.operations import OPERATIONS, Clock
from server.activities import ACTIVITIES
from server.core import Core
from server.sync.push import PushRules
from server.sync.verify import verify
from tests.api.device.callers import Caller
from tests.badinput.test_fuzz_api import must_be_clear, quickly
from tests.badinput.wild import NUMBERS, Schema, values
from tests.conftest import MORNING_MS

SIGNED = (messages.HELLO_PATH, messages.PULL_PATH, messages.SIGN_IN_PATH, messages.PERSONAL_PATH)
PLACES = ("source", "to", "at", "place", "unit", "van")
QUANTITIES = st.integers(1, 9) | st.integers(1, 9) | st.integers(-1, 1_000_001)
FITTING = st.sampled_from([number for number in NUMBERS if abs(number) < 2**53])
CODES = st.sampled_from(("A-01", "A-02", "D-1", "P-1", "T-1", "T-2", "UNHEARD-OF", "340063810000000017"))


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
            @quickly
            @given(lines=st.lists(line_of(kind), min_size=1, max_size=5))
            def push(lines: list[Any]) -> None:
                first = len(caller.lines) + 1
                caller.write(*(json.dumps(line).encode() for line in lines))
                answer = caller.push(first)
                assert answer.status_code == 200, answer.text
                told = msgspec.json.decode(answer.content, type=PushAnswer)
                for line, raw in zip(lines, told.outcomes, strict=True):
                    outcome = msgspec.json.decode(raw)
                    COUNT[kind.__name__, outcome["outcome"], outcome.get("code")] += 1
                    
                    if outcome.get("code") == "internal_error": print("INTERNAL", line)

            push()
        core.drain()
    print([each for each in logged if each["log_level"] in ("error", "critical")])
    assert verify(core.database, PushRules(ACTIVITIES)).findings == []
    for k, v in sorted(COUNT.items(), key=repr): print(k, v)

import collections; COUNT = collections.Counter()
