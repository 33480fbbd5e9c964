"""Every wrong thing in every state of every workflow: said in each language, nothing lost."""

import pytest
from msgspec.structs import replace

from device_protocol.workflow import interpreter
from device_protocol.workflow.inputs import AnyInput, KeyInput, scanned
from device_protocol.workflow.session import Session, Step, Written, recorded
from device_protocol.workflow.texts import LANGUAGES, say
from tests.device_protocol.workflow.situations import (
    CUP,
    OTHER_CUP,
    PEN,
    SITUATIONS,
    SSCC,
    WATCH,
    Situation,
)
from tests.device_protocol.workflow.test_wrong_scans import WAYS, at_state

THINGS = {
    "wrong place": ("A-2", "LOC-77"),
    "closed place": ("A-9",),
    "wrong item": (PEN, WATCH),
    "wrong lot": ("]C1010950600013435210L-8",),
    "expired lot": ("]C1010950600013435210L-8\x1d17260101",),
    "other owner's item": (OTHER_CUP,),
    "used serial": ("]C1010978020137962421SN-OLD",),
    "closed tote": ("TOTE-9",),
    "another shipment's tote": ("TOTE-8",),
    "another unit": (SSCC,),
    "wrong van": ("VAN-2",),
    "gibberish": ("gibberish", "?", "]C1", "\x00", "\x1d", "\u4f60\u597d", "CMD-NOSUCH"),
    "empty": ("", " "),
    "10 kB": ("y" * 10_240,),
    "nobody's badge": ("STAFF-X",),
}
KEYS = ("full", "short", "damaged", "skip", "9", "yes", "no")
STATES = [(name, state) for name, states in WAYS.items() for state in states]
UNDOS_MAX = 3
"""Undos by which any one input is taken back."""


class Trial:
    """One wrong input at a place of a workflow, and what is done after it."""

    def __init__(self, situation: Situation, session: Session, given: AnyInput) -> None:
        self.situation = situation
        self.before = session
        self.lines = 100
        self.step = self.give(session, given)

    def give(self, session: Session, given: AnyInput) -> Step:
        """Take an input; what is written gets its numbers."""
        step = interpreter.step(self.situation.definition, session, given, self.situation.world)
        first = self.lines + 1
        self.lines += len(step.operations)
        numbers = tuple(Written(1, seq) for seq in range(first, self.lines + 1))
        return numbered(step, numbers)

    def assert_said(self) -> None:
        """Everything on the screen and in the answer is a whole text in every language."""
        prompt, feedback = self.step.prompt, self.step.feedback
        for language in LANGUAGES:
            texts = [say(language, prompt.key, prompt.fields)]
            texts.append(say(language, feedback.key, feedback.fields))
            texts += [say(language, each.text, each.fields) for each in prompt.answers]
            texts += [say(language, each.text) for each in prompt.choices]
            for text in texts:
                assert text
                assert not {"{", "}"} & set(text)
        assert {"undo", "help", "done"} <= set(prompt.ways)

    def assert_taken_back(self) -> None:
        """It changed nothing, or undo brings back all that was there before."""
        session = self.step.session
        for _ in range(UNDOS_MAX):
            if same(session, self.before):
                return
            session = self.give(session, KeyInput(command="undo", at=9_000, boot=1)).session
        raise AssertionError("what was at hand is lost")


def numbered(step: Step, numbers: tuple[Written, ...]) -> Step:
    """A step whose lines are recorded."""
    return replace(step, session=recorded(step.session, numbers))


def same(one: Session, other: Session) -> bool:
    """Whether a person stands at the same point with the same counts and goods in the hand."""
    return (one.now, one.amounts, one.parked) == (other.now, other.amounts, other.parked)


@pytest.mark.parametrize(("name", "state"), STATES, ids=[f"{a}-{b}" for a, b in STATES])
def test_wrong_thing_is_said_in_every_language_and_what_is_at_hand_stays(
    name: str, state: str
) -> None:
    session, situation = at_state(name, state).session, SITUATIONS[name]
    for texts in THINGS.values():
        for text in texts:
            trial = Trial(situation, session, scanned(text, at=8_000, boot=1))
            trial.assert_said()
            trial.assert_taken_back()
    for key in KEYS:
        trial = Trial(situation, session, KeyInput(command=key, at=8_000, boot=1))
        trial.assert_said()
        trial.assert_taken_back()


GOODS = [(name, state) for name, state in STATES if state in {"item", "thing", "part"}]


@pytest.mark.parametrize(("name", "state"), GOODS, ids=[f"{a}-{b}" for a, b in GOODS])
def test_right_thing_is_taken_after_every_wrong_one(name: str, state: str) -> None:
    person = at_state(name, state)
    wrong = [text for text in WAYS[name][state][1] if text != CUP]

    person.all(*wrong, *THINGS["gibberish"], *THINGS["empty"], *THINGS["10 kB"], CUP)

    assert person.prompt.state == "quantity"
    assert person.session.now.counted == 1


@pytest.mark.parametrize(("name", "state"), GOODS, ids=[f"{a}-{b}" for a, b in GOODS])
def test_expired_goods_are_asked_about_or_refused_before_they_are_taken(
    name: str, state: str
) -> None:
    person = at_state(name, state)

    person.scan(THINGS["expired lot"][0])

    assert person.heard in {"ask.expired", "wrong.goods", "wrong.unplanned"}
    assert person.session.now.goods is None
