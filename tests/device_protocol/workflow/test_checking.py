"""Definitions are proved, and put together for a site, before they reach a device."""

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from device_protocol.workflow.checking import BadDefinitionError, adjusted, check, faults
from device_protocol.workflow.definition import (
    Adjustment,
    Definition,
    Emit,
    Options,
    State,
    Take,
    Way,
)
from device_protocol.workflow.definitions import DEFINITIONS

PICK = DEFINITIONS["pick"]


@pytest.mark.parametrize("name", DEFINITIONS)
def test_definition_is_sound_and_outlasts_json(name: str) -> None:
    definition = DEFINITIONS[name]
    check(definition)
    assert msgspec.json.decode(msgspec.json.encode(definition), type=Definition) == definition


def test_site_adjusts_order_options_and_ways() -> None:
    wanted = Adjustment(
        workflow="pick",
        cycle=("item", "bin", "quantity", "put"),
        options={"blind": True, "prefill": "counted"},
        without=("skip",),
    )
    site = adjusted(PICK, wanted)
    assert site.cycle == ("item", "bin", "quantity", "put")
    assert site.options == replace(PICK.options, blind=True, prefill="counted")
    assert "skip" not in {way.command for way in site.ways}
    assert adjusted(PICK, Adjustment(workflow="pick")) == PICK


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"workflow": "pack"}, "pack is not pick"),
        ({"cycle": ("bin", "nowhere")}, "no state nowhere"),
        ({"cycle": ("bin",)}, "would never wait"),
        ({"cycle": ("bin", "item", "quantity")}, "nothing fills to of pick"),
        ({"options": {"prefill": "guess"}}, "Invalid enum value"),
        ({"options": {"reasons": ("late",) * 7}}, "more than 6 reasons; no text reason.late"),
    ],
)
def test_adjustment_that_could_not_be_run_is_refused(changed: dict[str, Any], wrong: str) -> None:
    with pytest.raises(BadDefinitionError, match=wrong):
        adjusted(PICK, Adjustment(**({"workflow": "pick"} | changed)))


def state(**changed: Any) -> State:  # noqa: ANN401 - the fields of a State
    """A sound state but for what is changed."""
    usual: dict[str, Any] = {
        "name": "bin",
        "fills": "place",
        "prompt": "move.source",
        "takes": (Take("place"),),
    }
    return State(**(usual | changed))


def of(*states: State, **changed: Any) -> Definition:  # noqa: ANN401 - those of a Definition
    """A definition of some states."""
    usual: dict[str, Any] = {"name": "try", "version": 1, "cycle": ("bin",), "states": states}
    return Definition(**(usual | changed))


@pytest.mark.parametrize(
    ("definition", "wrong"),
    [
        (of(state(), schema=2), "schema 2 is newer than 1"),
        (of(state(), state()), "two states have one name"),
        (of(state(takes=())), "bin takes nothing"),
        (of(state(prompt="no.such")), "no text no.such"),
        (of(state(fields={"a": "place"})), "bin and its text have other fields"),
        (of(state(ways=(Way("jump", "skip"),))), "no command jump"),
        (of(state(ways=(Way("short", "short"),))), "nothing says what is written"),
        (of(state(takes=(Take("whole"),))), "not both are said"),
        (of(state(), cycled=(Emit("jump"),)), "no operation jump"),
        (of(state(), cycled=(Emit("seen", {"scope": "place", "cursor": "nothing"}),)), "cursor"),
        (of(state(), cycled=(Emit("void_number", {"number": "place", "x": "place"}),)), "no x"),
    ],
)
def test_fault_of_a_definition_is_named(definition: Definition, wrong: str) -> None:
    assert wrong in "; ".join(list(faults(definition)))


def test_sound_definition_has_no_faults() -> None:
    assert not list(faults(of(state(), options=Options(reasons=("damaged",)))))
