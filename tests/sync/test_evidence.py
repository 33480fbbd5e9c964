"""What operations name is noted as they are stored."""

import pytest

from server.lane.records import StoredOperation
from server.sync.evidence import evidence_of
from server.sync.records import Evidence

ONE, TWO = "1" * 64, "2" * 64


def stored(line: bytes) -> StoredOperation:
    """A line as it is stored."""
    return StoredOperation(1, 1_000_001, 1, 5, 9, b"", line, b"", 0, 0, "", 0, 0)


def named(line: bytes) -> list[Evidence]:
    """What a line names."""
    return list(evidence_of([stored(b'{"kind":"count"}'), stored(line)], 77))


def test_line_is_found_by_what_it_names_and_is_about() -> None:
    line = f'{{"kind":"deliver","unit":"P-1","attachments":["{ONE}"],"personal":["{TWO}"]}}'

    found = named(line.encode())

    assert {each.hash: each.kind for each in found} == {ONE: "attachment", TWO: "personal"}
    assert {(each.unit, each.shipment, each.named_at, each.seq) for each in found} == {
        ("P-1", None, 77, 5)
    }


def test_each_hash_is_noted_once() -> None:
    line = f'{{"attachments":["{ONE}","{ONE}"],"personal":["{ONE}"],"shipment":7}}'

    assert [(each.kind, each.shipment, each.unit) for each in named(line.encode())] == [
        ("attachment", 7, None)
    ]


@pytest.mark.parametrize(
    "line",
    [
        b'{"attachments":["short"],"personal":["' + b"A" * 64 + b'"]}',
        b'{"attachments":{"a":1}}',
        b'"attachments"',
        b'{"personal":["\xff"]}',
        b'{"personal":' + b"[" * 5_000,
        b"",
    ],
)
def test_what_names_nothing_that_can_come_is_passed_over(line: bytes) -> None:
    assert named(line) == []


@pytest.mark.parametrize(
    "about",
    [
        '"unit":5',
        '"shipment":"x"',
        f'"shipment":{2**70}',
        '"shipment":0',
        '"unit":"a\\u0000b"',
        f'"unit":"{"x" * 201}"',
    ],
)
def test_nothing_that_a_database_refuses_is_noted(about: str) -> None:
    line = f'{{"personal":["{ONE}"],{about}}}'

    assert [(each.unit, each.shipment) for each in named(line.encode())] == [(None, None)]
