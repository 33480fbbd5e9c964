"""Undo, badges, battery swaps, questions: going back and going on at the very step."""

import msgspec
import pytest
from msgspec.structs import replace

from device_protocol.operations import Undo
from device_protocol.workflow import interpreter
from device_protocol.workflow.checking import adjusted
from device_protocol.workflow.definition import Adjustment
from device_protocol.workflow.definitions import DEFINITIONS
from device_protocol.workflow.inputs import KeyInput, scanned
from device_protocol.workflow.session import UNDO_MAX, Session, Written, recorded
from device_protocol.workflow.view import Line, Work
from tests.device_protocol.workflow.situations import (
    CASE,
    CUP,
    PHONE,
    SITUATIONS,
)
from tests.device_protocol.workflow.world import PICK_LINES, Person, site

PICK, RECEIVE, COUNT = (DEFINITIONS[name] for name in ("pick", "receive", "count"))


def picker(*lines: Line, mode: str = "cluster") -> Person:
    """Someone with pick lines."""
    return Person(PICK, site(work_lines=lines or PICK_LINES), Work(mode=mode))


def test_second_person_needs_one_badge_and_goes_on_at_the_very_step() -> None:
    person = picker()
    person.all("A-1", CASE)
    before = person.prompt
    person.all("STAFF-ANA")
    assert person.heard == "note.own_badge"
    person.all("STAFF-BO", "/undo", "#5", "STAFF-BO")
    assert person.heard == "note.resumed"
    assert person.prompt == before
    person.scan("TOTE-1")
    assert person.lines[-1].actor == "bo"


def test_supervisor_approves_where_the_site_asks_for_it() -> None:
    wanted = Adjustment(workflow="pick", options={"approvals": ("ask.quantity_over",)})
    person = Person(adjusted(PICK, wanted), site(work_lines=PICK_LINES))
    person.all("A-1", CUP, "#25", "/yes")
    assert person.heard == "wrong.approval"
    assert person.prompt.takes == ("badge",)
    person.all("STAFF-EVE", "TOTE-1")
    assert person.lines[-1].approved_by == "eve"
    person.all(CUP, "#3", "STAFF-BO")
    assert person.session.parked


def test_undo_of_what_nobody_wrote_down_says_so() -> None:
    person = picker()
    person.all("A-1", CUP, "#1")
    step = interpreter.step(PICK, person.session, scanned("TOTE-1"), person.world)
    undone = interpreter.step(PICK, step.session, KeyInput(command="undo"), person.world)
    assert undone.feedback.key == "wrong.undo_unwritten"
    assert not undone.operations
    assert recorded(step.session, (Written(1, 1),)) == step.session
    assert recorded(Session(workflow="pick", version=1), (Written(1, 1),)).history == ()


def test_undo_reaches_back_as_far_as_it_is_kept() -> None:
    person = Person(RECEIVE, site())
    person.all("DOCK-1", *[CUP] * (UNDO_MAX + 5))
    person.all(*["/undo"] * UNDO_MAX)
    assert person.heard == "ok.undone"
    assert person.all("/undo").feedback.key == "wrong.nothing_to_undo"


def test_undone_pick_names_the_lines_of_the_device() -> None:
    person = picker()
    person.all("A-1", CASE, "TOTE-1", "CMD-UNDO")
    undone = [line for line in person.lines if isinstance(line, Undo)]
    assert [(line.epoch, line.seq) for line in undone] == [(1, 2), (1, 1)]
    assert person.prompt.state == "quantity"


def test_undo_after_an_undo_names_the_line_before() -> None:
    person = picker()
    person.all("A-1", "/short", "/1", "/yes", "/damaged", "/undo", "/undo")
    undone = [line.seq for line in person.lines if isinstance(line, Undo)]
    assert undone == [2, 1]


def test_character_that_no_store_keeps_is_not_taken_in_a_scan() -> None:
    person = Person(RECEIVE, site())
    person.all("DOCK-1", "]C1010950600013435210L-7\x1d21S\x00")
    assert person.heard == "unreadable.text"
    assert person.prompt.state == "item"


def test_after_a_battery_swap_no_time_of_the_former_boot_is_told() -> None:
    person = picker()
    person.all("A-1", CASE)
    person.boot, person.at = 2, 10
    person.scan("TOTE-1")
    assert person.lines[-1].began == 10
    person.boot, person.at = 3, 5
    person.key("undo")
    assert person.session.now.began is None


def test_newer_definition_asks_what_it_asks_now() -> None:
    person = picker()
    person.scan("A-1")
    renamed = replace(PICK.state("item"), name="goods")
    states = tuple(renamed if state.name == "item" else state for state in PICK.states)
    newer = replace(PICK, version=2, cycle=("bin", "goods", "quantity", "put"), states=states)
    step = interpreter.step(newer, person.session, scanned(CUP), person.world)
    assert step.prompt.state == "quantity"


def test_lines_that_are_done_leave_nothing_to_begin() -> None:
    person = Person(PICK, site(work_lines=()))
    assert person.prompt.key == "ended"
    assert person.all("/help").feedback.key == "help.ended"
    assert person.all("/short").feedback.key == "wrong.ended"


def test_done_before_anything_began_writes_nothing() -> None:
    person = SITUATIONS["load"].person()
    person.all("/done")
    assert person.prompt.key == "ended"
    assert not person.lines


@pytest.mark.parametrize("keys", [("/help",), ("/short",), ("/5",)])
def test_keys_are_answered_in_a_question(keys: tuple[str, ...]) -> None:
    person = picker()
    person.all("A-2", *keys)
    assert person.heard in {"help.question", "ask.reason", "wrong.way"}


def test_soft_question_is_dropped_by_the_next_right_scan_and_undo_forgets_it() -> None:
    person = picker()
    person.all("A-2")
    assert person.session.now.question is not None
    assert person.scan("TOTE-1").prompt.key == "pick.bin"
    assert person.all("/undo").feedback.key == "wrong.nothing_to_undo"


def test_skip_with_something_in_the_hand_is_refused() -> None:
    person = picker()
    assert person.all("A-1", CUP, "/skip").feedback.key == "wrong.in_hand"


def test_phone_without_a_serial_is_taken_with_its_quantity() -> None:
    person = Person(RECEIVE, site())
    person.all("DOCK-1", PHONE, "/skip", "#2")
    assert person.operations[-1] == {
        "kind": "receive",
        "quantity": 2,
        "code": "09780201379624",
        "owner": "ACME",
        "item": "PHONE",
        "to": "DOCK-1",
    }


def test_step_is_a_value() -> None:
    person = picker()
    person.scan("A-1")
    assert msgspec.json.decode(msgspec.json.encode(person.last.prompt))["key"] == "pick.item"
