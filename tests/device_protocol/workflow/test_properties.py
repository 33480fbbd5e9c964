"""Whatever a person does, in any order: it is answered, nothing is lost, and a way leads on."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_protocol import codec
from device_protocol.operations import Pick, ShortPick, Undo
from device_protocol.workflow import interpreter
from device_protocol.workflow.inputs import AnyInput, KeyInput, QuantityInput, scanned
from device_protocol.workflow.session import Session
from tests.device_protocol.workflow.situations import (
    KEYS,
    NUMBERS,
    SITUATIONS,
    TEXTS,
    Situation,
)
from tests.device_protocol.workflow.world import Person

_encode = msgspec.json.encode
_session = msgspec.json.Decoder(Session).decode


def inputs(name: str) -> st.SearchStrategy[list[AnyInput]]:
    """Lists of inputs, mostly such as fit the situation somewhere."""
    situation = SITUATIONS[name]
    fitting = [text for text in TEXTS if situation.world.place(text) or situation.world.unit(text)]
    texts = st.sampled_from(fitting) | st.sampled_from(TEXTS) | st.text(max_size=8)
    scans = st.builds(scanned, texts, entry=st.sampled_from(["scanner", "keyed"]))
    keys = st.sampled_from(KEYS).map(lambda command: KeyInput(command=command))
    numbers = st.sampled_from(NUMBERS).map(lambda number: QuantityInput(quantity=number))
    return st.lists(st.one_of(scans, scans, scans, keys, numbers), max_size=25)


@pytest.mark.parametrize("name", SITUATIONS)
@settings(max_examples=30, deadline=None)
@given(st.data())
def test_any_inputs_in_any_order_are_answered_and_lead_on(name: str, data: st.DataObject) -> None:
    situation = SITUATIONS[name]
    person = situation.person()
    for each in data.draw(inputs(name)):
        person.give(each)
    assert_leads_on(person)
    assert_nothing_counts_twice(person)


def assert_leads_on(person: Person) -> None:
    """Some way that is offered changes where the person stands; undo and done are answered."""
    prompt, before = person.prompt, person.session
    assert {"undo", "help", "done"} <= set(prompt.ways)
    tried: list[AnyInput] = [KeyInput(command=way) for way in prompt.ways if way != "help"]
    tried += [scanned(text, entry="keyed") for text in (*TEXTS[:30], "STAFF-ANA", "2026-12-31")]
    tried_steps = [
        interpreter.step(person.definition, before, each, person.world) for each in tried
    ]
    assert any(each.session.now != before.now or not each.session.parked for each in tried_steps)
    assert before.parked or any(each.session.now != before.now for each in tried_steps)


def assert_nothing_counts_twice(person: Person) -> None:
    """What stands in lines that were not undone is what the session holds for done."""
    undone = {line.seq for line in person.lines if isinstance(line, Undo)}
    live = [line for at, line in enumerate(person.lines, 1) if at not in undone]
    done = sum(line.quantity for line in live if isinstance(line, Pick))
    done += sum(line.quantity for line in live if isinstance(line, ShortPick) and line.tasks)
    if person.definition.name == "pick":
        noted = sum(units for key, units in person.session.amounts.items() if key.isdigit())
        assert done == noted


@pytest.mark.parametrize("name", SITUATIONS)
@settings(max_examples=12, deadline=None)
@given(st.data())
def test_undo_at_every_step_leads_back_to_the_beginning(name: str, data: st.DataObject) -> None:
    situation = SITUATIONS[name]
    person = situation.person()
    start = person.session
    for each in data.draw(inputs(name)):
        if not isinstance(each, KeyInput) or each.command != "undo":
            person.give(each)
    if person.session.parked:
        person.scan("STAFF-ANA")
    for _ in range(60):
        if not person.session.history:
            break
        person.key("undo")
        assert person.heard == "ok.undone"
    assert person.session.now == start.now
    assert person.session.amounts == start.amounts
    undone = {line.seq for line in person.lines if isinstance(line, Undo)}
    acts = {at for at, line in enumerate(person.lines, 1) if not isinstance(line, Undo)}
    begun = {at for at in acts if at <= len(_begun(situation))}
    assert undone == acts - begun


def _begun(situation: Situation) -> list[object]:
    return list(situation.person().lines)


@pytest.mark.parametrize("name", SITUATIONS)
@settings(max_examples=12, deadline=None)
@given(st.data())
def test_battery_swap_at_any_step_changes_nothing(name: str, data: st.DataObject) -> None:
    situation = SITUATIONS[name]
    definition, world = situation.definition, situation.world
    awake = interpreter.begin(definition, situation.work, "ana", world)
    swapped = awake
    for each in data.draw(inputs(name)):
        awake = interpreter.step(definition, awake.session, each, world)
        swapped = interpreter.step(definition, _session(_encode(swapped.session)), each, world)
        assert _encode(swapped) == _encode(awake)
        for operation in awake.operations:
            codec.encode_line(operation)
