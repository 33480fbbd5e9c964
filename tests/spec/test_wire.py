"""What SPEC.md says of bytes, seen from a reader and a writer that did not come from here."""

import json
from typing import Any

import msgspec
import pytest

from device_protocol import keys, messages
from device_protocol.store import MemoryStore
from tests.device_protocol.desk import Desk
from tests.device_protocol.test_vectors import MESSAGES


@pytest.mark.spec("DP-BYTES-1")
@pytest.mark.parametrize("vector", MESSAGES)
def test_members_that_are_not_known_are_left_and_order_does_not_matter(
    vector: dict[str, str],
) -> None:
    kind = getattr(messages, vector["message"])
    members: dict[str, Any] = json.loads(vector["bytes"])
    other = json.dumps({"of_tomorrow": [1], **dict(reversed(members.items()))}, indent=1)
    # Bodies of documents are kept as they came, blanks and all.
    come = [msgspec.json.decode(text, type=kind) for text in (vector["bytes"], other)]
    mine, theirs = (json.loads(msgspec.json.encode(each)) for each in come)
    assert mine == theirs


@pytest.mark.spec("DP-BYTES-2")
@pytest.mark.parametrize("text", ["-_8=", "+/8", "-_9", " -_8", "-_8\n"])
def test_keys_in_another_spelling_are_none(text: str) -> None:
    assert keys.read("-_8") == b"\xfb\xff"
    assert keys.read(text) == b""


@pytest.mark.spec("DP-PULL-9")
def test_who_parsed_a_body_can_write_the_same_bytes() -> None:
    text = "".join(map(chr, range(1, 0x80))) + "é\u2028\u2029\ud7ff\uffff\U0001f600"
    body = msgspec.json.encode({"b": text, "a": [1, -2, {"c": None, "d": True}], "10": 2})
    again = json.dumps(json.loads(body), ensure_ascii=False, separators=(",", ":"))
    assert again.encode() == body


@pytest.mark.spec("DP-HELLO-5")
def test_command_that_is_not_known_is_left() -> None:
    desk = Desk(MemoryStore())
    desk.server.commands = ("dance",)
    desk.work(2)
    report = desk.client.sync()
    assert (report.pushed, report.commands, report.wiped) == (3, ("dance",), False)
    assert desk.device.outbox.enrolled
