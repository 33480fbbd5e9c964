"""Workflows of a site: there without anybody's doing, adjusted by supervisors, followed by all."""

import msgspec
import pytest
from msgspec.structs import replace

from device_protocol.bodies import WorkflowBody
from device_protocol.workflow.definition import Definition
from device_protocol.workflow.definitions import DEFINITIONS
from device_protocol.workflow.following import definition_of
from server.lane.activity import TIMER
from server.lane.message import Message
from server.planning.timers import Tick
from server.sites import workflows
from server.sites.messages import PutWorkflow
from server.sites.records import Workflow
from server.sync.batches import Batch
from tests.floor import SITE, Floor
from tests.sayings import all_of, say

COUNTED = PutWorkflow(workflow="pick", options={"prefill": "counted"}, without=("skip",))


@pytest.fixture
def floor() -> Floor:
    """Give a floor on which nobody has adjusted anything."""
    return Floor()


def tick(floor: Floor) -> None:
    """Let a minute pass."""
    line = msgspec.json.encode(Tick())
    floor.run(Batch(site=SITE, stream=TIMER, epoch=1, lines=(line,)))


def known(floor: Floor) -> dict[str, Workflow]:
    """The site's workflows."""
    return {workflow.name: workflow for workflow in all_of(floor, Workflow)}


def newer(monkeypatch: pytest.MonkeyPatch, definition: Definition) -> None:
    """Run a program that brings a newer definition."""
    monkeypatch.setitem(DEFINITIONS, definition.name, definition)
    monkeypatch.setitem(workflows._ENCODED, definition.name, msgspec.json.encode(definition))


def test_first_tick_puts_every_workflow_and_the_next_changes_nothing(floor: Floor) -> None:
    tick(floor)
    first = known(floor)
    tick(floor)

    assert set(first) == set(DEFINITIONS)
    assert known(floor) == first
    for name, workflow in first.items():
        assert msgspec.json.decode(workflow.definition, type=Definition) == DEFINITIONS[name]
        assert workflow.version == DEFINITIONS[name].version


def test_adjustment_is_merged_under_a_version_of_its_own(floor: Floor) -> None:
    before = DEFINITIONS["pick"]

    assert say(floor, COUNTED)[0]["grant"] == {"adjusted": 1}

    workflow = known(floor)["pick"]
    run = msgspec.json.decode(workflow.definition, type=Definition)
    assert run.options.prefill == "counted"
    assert "skip" not in {way.command for way in run.ways}
    assert run.version == workflow.version == before.version * 1_000 + 1


def test_same_adjustment_is_unchanged_and_an_empty_one_takes_it_back(floor: Floor) -> None:
    say(floor, COUNTED)

    assert say(floor, COUNTED)[0]["grant"] == {"adjusted": 1, "unchanged": True}
    assert say(floor, PutWorkflow(workflow="pick"))[0]["grant"] == {"adjusted": 2}
    workflow = known(floor)["pick"]
    run = msgspec.json.decode(workflow.definition, type=Definition)
    assert replace(run, version=DEFINITIONS["pick"].version) == DEFINITIONS["pick"]
    assert workflow.adjustment == b""


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (PutWorkflow(workflow="juggle"), "unknown_workflow"),
        (PutWorkflow(workflow="pick", cycle=("bin", "nowhere")), "bad_workflow"),
        (PutWorkflow(workflow="pick", options={"prefill": "guess"}), "bad_workflow"),
        (PutWorkflow(workflow="pick", options={"juggle": True}), "bad_workflow"),
        (PutWorkflow(workflow="pick", without=("juggle",)), "bad_workflow"),
        (PutWorkflow(workflow="pick", cycle=("bin",)), "bad_workflow"),
    ],
)
def test_adjustment_that_could_not_be_run_is_refused(
    floor: Floor, message: Message, code: str
) -> None:
    [outcome] = say(floor, message)

    assert (outcome["outcome"], outcome["code"]) == ("refused", code)
    assert known(floor) == {}


def test_newer_program_renews_what_fits_and_leaves_what_does_not(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(floor, COUNTED, PutWorkflow(workflow="move", cycle=("thing", "source", "quantity", "to")))
    tick(floor)
    before = known(floor)
    pick, move, count = (DEFINITIONS[name] for name in ("pick", "move", "count"))
    newer(monkeypatch, replace(pick, version=pick.version + 1))
    newer(monkeypatch, replace(count, version=count.version + 1))
    without = tuple(state for state in move.states if state.name != "source")
    newer(
        monkeypatch,
        replace(move, version=move.version + 1, states=without, cycle=("thing", "quantity", "to")),
    )
    tick(floor)

    after = known(floor)
    assert after["pick"].version == (pick.version + 1) * 1_000 + 1
    assert after["count"].version == count.version + 1
    assert after["move"] == before["move"]
    assert after["pack"] == before["pack"]


@pytest.mark.parametrize(
    "definition",
    [b'{"name":1}', b"[]", msgspec.json.encode(replace(DEFINITIONS["pick"], schema=99))],
)
def test_definition_that_cannot_be_run_is_left_for_the_built_in_one(definition: bytes) -> None:
    document = msgspec.json.encode(WorkflowBody("pick", 5, msgspec.Raw(definition)))

    assert definition_of("pick", document) == DEFINITIONS["pick"]
    assert definition_of("pick", b"null") == DEFINITIONS["pick"]
    assert definition_of("pick", None) == DEFINITIONS["pick"]
    assert definition_of("juggle", None) is None


def test_definition_that_a_document_brings_is_run() -> None:
    wanted = replace(DEFINITIONS["pick"], version=9)
    definition = msgspec.Raw(msgspec.json.encode(wanted))

    assert definition_of("pick", msgspec.json.encode(WorkflowBody("pick", 9, definition))) == wanted
