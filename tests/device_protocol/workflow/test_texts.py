"""Operators read every text in their own language."""

import ast
from pathlib import Path

import pytest

import device_protocol.workflow
from device_protocol.workflow.definitions import DEFINITIONS
from device_protocol.workflow.session import PackShown
from device_protocol.workflow.texts import LANGUAGES, TEXTS, fields_of, say, say_packs

FOLDER = Path(device_protocol.workflow.__file__).parent
SOURCES = {path: path.read_text("utf-8") for path in FOLDER.rglob("*.py")}
# The first arguments of these are keys, the named ones their fields.
SPEAKERS = {"say": 0, "confirm": 1, "insist": 1}
UNNAMED = {"tone", "scan", "yes", "no", "packs"}


@pytest.mark.parametrize("key", TEXTS)
def test_text_is_there_in_every_language_with_the_same_fields(key: str) -> None:
    for language in LANGUAGES:
        assert getattr(TEXTS[key], language).strip()
        assert fields_of(key, language) == fields_of(key)


def test_every_key_that_is_said_is_a_text_and_is_given_its_fields() -> None:
    said = set()
    for path, source in SOURCES.items():
        for node in ast.walk(ast.parse(source)):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            place = SPEAKERS.get(name)
            if place is None or len(node.args) <= place:
                continue
            key = node.args[place]
            if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
                continue
            if path.name != "texts.py":
                fields = {each.arg for each in node.keywords} - UNNAMED
                if None not in fields:
                    assert fields == fields_of(key.value), key.value
                said.add(key.value)
    assert len(said) > 50


def test_every_text_is_used() -> None:
    sources = "\n".join(SOURCES.values())
    families = ("help.", "expected.", "reason.", "packs.", "step.")
    for key in TEXTS:
        assert f'"{key}"' in sources or key.startswith(families), key


def test_families_of_texts_are_whole() -> None:
    states = [state for definition in DEFINITIONS.values() for state in definition.states]
    firsts = {state.takes[0].what for state in states}
    assert {key for key in TEXTS if key.startswith("help.")} == {
        "help.question",
        "help.ended",
        *(f"help.{what}" for what in firsts),
    }
    assert {f"expected.{what}" for what in firsts} == {
        key for key in TEXTS if key.startswith("expected.")
    }
    reasons = {
        f"reason.{reason}"
        for definition in DEFINITIONS.values()
        for reason in definition.options.reasons
    }
    # A state may offer a reason of its own.
    ways = [way for state in states for way in state.ways]
    reasons |= {f"reason.{way.value}" for way in ways if way.does == "short" and way.value}
    assert {key for key in TEXTS if key.startswith("reason.")} == reasons


def test_packs_are_said_as_people_count_them() -> None:
    cases = [PackShown(2, "case", 12)]
    times = "\u00d7"
    assert say_packs("en", cases) == f"2 {times} case of 12 = 24"
    assert say_packs("de", cases) == f"2 {times} Karton zu 12 = 24"
    mixed = [*cases, PackShown(3, "each", 1), PackShown(1, "roll", 6), PackShown(1, "sum", 1)]
    assert say_packs("en", mixed) == (
        f"2 {times} case of 12 + 3 + 1 {times} pack of 6 + 1 {times} pack of 1 = 34"
    )
    assert say_packs("zh", [PackShown(5, "each", 1)]) == "5"


def test_text_without_a_value_has_no_gap() -> None:
    assert say("en", "count.place", {"place": ""}) == "Scan the place to count"
