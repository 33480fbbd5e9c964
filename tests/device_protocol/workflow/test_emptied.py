"""Who empties a bin is asked what is left there, only where the line can tell, and only once."""

from typing import Any

import pytest
from msgspec.structs import replace

from device_protocol.operations import Count
from device_protocol.workflow.checking import adjusted
from device_protocol.workflow.definition import Adjustment
from device_protocol.workflow.definitions import DEFINITIONS
from device_protocol.workflow.view import Work
from tests.device_protocol.workflow.situations import CUP
from tests.device_protocol.workflow.world import PICK_LINES, Person, site

ZERO = adjusted(
    DEFINITIONS["pick"], Adjustment(workflow="pick", options={"zero_check": True, "reasons": ()})
)
LAST = replace(PICK_LINES[0], quantity=2, leaves=0, next=())


def picker(mode: str = "cluster", **changed: Any) -> Person:  # noqa: ANN401 - fields of the line.
    """Someone whose line leaves its bin empty."""
    return Person(ZERO, site(work_lines=(replace(LAST, **changed),)), Work(package=7, mode=mode))


def counts(person: Person) -> list[tuple[str, int]]:
    """Places and units of the counts that were written."""
    told = [line for line in person.lines if isinstance(line, Count)]
    return [(count.place, line.quantity) for count in told for line in count.lines]


@pytest.mark.parametrize("mode", ["cluster", "batch", "bulk"])
def test_last_units_ask_and_the_answer_counts_that_key_alone(mode: str) -> None:
    person = picker(mode)

    person.all("A-1", CUP, "TOTE-1")

    assert (person.prompt.key, person.prompt.takes) == ("ask.emptied", ("quantity",))
    person.number(0)
    assert counts(person) == [("A-1", 0)]
    assert not any(line.complete for line in person.lines if isinstance(line, Count))


@pytest.mark.parametrize(
    ("changed", "scans"),
    [
        ({"leaves": 1}, ("A-1", CUP, "TOTE-1")),
        ({"leaves": -1}, ("A-1", CUP, "TOTE-1")),
        ({"serial": "SN-1"}, ("A-1", CUP, "TOTE-1")),
        ({}, ("A-2", "/yes", CUP, "TOTE-1")),
        ({"next": ("A-2",)}, ("A-1", "/damaged", "/yes", "A-2", CUP, "TOTE-1")),
        ({}, ("A-1", CUP, "#1", "TOTE-1")),
        ({}, ("A-1", CUP, "#1", "/damaged", "TOTE-1")),
    ],
)
def test_line_that_can_not_tell_asks_nothing(
    changed: dict[str, Any], scans: tuple[str, ...]
) -> None:
    person = picker(**changed)

    person.all(*scans)

    assert person.prompt.key != "ask.emptied"
    assert any(line["kind"] == "pick" for line in person.operations)


def test_question_outlasts_another_badge_and_is_written_in_its_name() -> None:
    person = picker()

    person.all("A-1", CUP, "TOTE-1", "STAFF-BO", "STAFF-EVE", "/yes")

    assert counts(person) == [("A-1", 0)]
    assert person.lines[-1].actor == "eve"
