"""The bodies of the calls, where they are more than their fields."""

import msgspec
import pytest

from device_protocol.messages import Document, Outcome
from device_protocol.problems import Problem, decode_problem, encode_problem


def test_problem_members_stand_beside_each_other_on_the_wire() -> None:
    problem = Problem(status=409, code="sync.gap", extras={"next": 5, "head": "ab"})
    members = msgspec.json.decode(encode_problem(problem))
    assert members["next"] == 5
    assert "extras" not in members
    assert decode_problem(encode_problem(problem), 409) == problem


def test_problem_with_nested_extras_is_read_as_well() -> None:
    read = decode_problem(b'{"code":"sync.gap","extras":{"next":5}}', 409)
    assert read == Problem(status=409, code="sync.gap", extras={"next": 5})


@pytest.mark.parametrize(
    "body",
    [b"<html>", b"\xff", b"[]", b'{"code":7}', b'{"extras":7}', b"[" * 5_000, b'{"type":null}'],
)
def test_body_that_is_no_problem_gives_the_status(body: bytes) -> None:
    assert decode_problem(body, 502) == Problem(title="HTTP 502", status=502)


def test_document_without_body_is_a_tombstone() -> None:
    assert msgspec.json.encode(Document("task/1", 7)) == b'{"key":"task/1","version":7}'
    assert msgspec.json.decode(b'{"key":"task/1","version":7}', type=Document).body is msgspec.UNSET


def test_document_keeps_its_body_byte_for_byte() -> None:
    read = msgspec.json.decode(b'{"key":"k","version":7,"body":{"b": 1,"a":2}}', type=Document)
    assert bytes(read.body) == b'{"b": 1,"a":2}'  # type: ignore[arg-type]


def test_outcome_says_only_what_there_is_to_say() -> None:
    assert msgspec.json.encode(Outcome(outcome="applied")) == b'{"outcome":"applied"}'
