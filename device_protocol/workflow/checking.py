"""Definitions put together and proved before they reach a device."""

from collections.abc import Iterator

import msgspec

from device_protocol.scan import COMMANDS
from device_protocol.workflow.definition import (
    SCHEMA,
    Adjustment,
    Definition,
    Emit,
    Options,
)
from device_protocol.workflow.emitting import KINDS, REQUIRED
from device_protocol.workflow.texts import TEXTS, fields_of

REASONS_MAX = 6
"""More reasons than this nobody reads."""

UNIT_AND_LINE = 2


class BadDefinitionError(ValueError):
    """A definition that an interpreter could not run to its end."""


def adjusted(definition: Definition, adjustment: Adjustment) -> Definition:
    """Return a definition as a site wants it; BadDefinitionError if that could not be run."""
    if adjustment.workflow != definition.name:
        raise BadDefinitionError(f"{adjustment.workflow} is not {definition.name}")
    unknown = adjustment.options.keys() - set(Options.__struct_fields__)
    unknown |= set(adjustment.without) - set(COMMANDS)
    if unknown:
        raise BadDefinitionError(f"no option or command {', '.join(sorted(unknown))}")
    builtins = msgspec.to_builtins(definition)
    builtins["options"] = builtins.get("options", {}) | adjustment.options
    for phase in ("opening", "cycle", "handing", "closing"):
        order = getattr(adjustment, phase)
        if order is not None:
            builtins[phase] = order
    for owner in (builtins, *builtins["states"]):
        ways = owner.get("ways", ())
        owner["ways"] = [way for way in ways if way["command"] not in adjustment.without]
    try:
        merged = msgspec.convert(builtins, Definition)
    except msgspec.ValidationError as error:
        raise BadDefinitionError(str(error)) from error
    check(merged)
    return merged


def check(definition: Definition) -> None:
    """Raise BadDefinitionError with everything that is wrong, if anything is."""
    found = list(faults(definition))
    if found:
        raise BadDefinitionError("; ".join(found))


def faults(definition: Definition) -> Iterator[str]:
    """Find what would let a person stand still, or an operation lack what it needs."""
    if definition.schema > SCHEMA:
        yield f"schema {definition.schema} is newer than {SCHEMA}"
    names = [state.name for state in definition.states]
    if len(set(names)) < len(names):
        yield "two states have one name"
    for name in _asked(definition):
        if name not in names:
            yield f"no state {name}"
            return
    cycle = [definition.state(name) for name in definition.cycle]
    # Nothing is short when a cycle begins.
    if all(state.fills in definition.keeps or set(state.when) - {"!short"} for state in cycle):
        yield "nothing is always asked in the cycle: it would never wait for a person"
    yield from _state_faults(definition)
    yield from _emit_faults(definition)
    yield from _whole_faults(definition)
    if definition.short is None and "short" in _deeds(definition):
        yield "a way is short, but nothing says what is written then"
    if len(definition.options.reasons) > REASONS_MAX:
        yield f"more than {REASONS_MAX} reasons"
    for reason in definition.options.reasons:
        if f"reason.{reason}" not in TEXTS:
            yield f"no text reason.{reason}"


def _asked(definition: Definition) -> tuple[str, ...]:
    """Return the names of the states of all phases."""
    before = (*definition.opening, *definition.cycle)
    return (*before, *definition.handing, *definition.closing)


def _state_faults(definition: Definition) -> Iterator[str]:
    for state in definition.states:
        if not state.takes:
            yield f"{state.name} takes nothing"
        if state.prompt not in TEXTS:
            yield f"no text {state.prompt}"
        elif fields_of(state.prompt) != state.fields.keys():
            yield f"{state.name} and its text have other fields"
    ways = [way for state in definition.states for way in state.ways]
    for way in (*definition.ways, *ways):
        if way.command not in COMMANDS:
            yield f"no command {way.command}"


def _deeds(definition: Definition) -> set[str]:
    ways = [way for state in definition.states for way in state.ways]
    return {way.does for way in (*definition.ways, *ways)}


def _emit_faults(definition: Definition) -> Iterator[str]:
    ways = [way for state in definition.states for way in state.ways]
    emits = [each for way in (*definition.ways, *ways) for each in way.emits]
    short = [definition.short] if definition.short is not None else []
    # A site that leads no totes on asks for none, and writes none.
    handed = definition.handed if definition.handing else ()
    ends = (*handed, *definition.closed, *definition.whole)
    for each in (*definition.opened, *definition.cycled, *ends, *emits, *short):
        yield from _one_emit(definition, each)


def _whole_faults(definition: Definition) -> Iterator[str]:
    comes = any(take.what == "whole" for state in definition.states for take in state.takes)
    if comes and len(definition.whole) != UNIT_AND_LINE:
        yield "a unit may come whole, but not both are said: what is written of it and of a line"


def _one_emit(definition: Definition, each: Emit) -> Iterator[str]:
    kind = KINDS.get(each.kind)
    if kind is None:
        yield f"no operation {each.kind}"
        return
    for field in each.fields.keys() - set(kind.__struct_fields__):
        yield f"{each.kind} has no {field}"
    asked = {
        take.into or state.fills
        for name in _asked(definition)
        for state in (definition.state(name),)
        for take in state.takes
    } | {definition.state(name).fills for name in (*definition.opening, *definition.cycle)}
    for field in REQUIRED[each.kind]:
        references = each.fields.get(field, "").split("|")
        sure = any("." in reference or reference in asked | _MADE for reference in references)
        if not sure:
            yield f"nothing fills {field} of {each.kind}"


_MADE = {"missing", "stood", "shipment", "unit", "quantity"}
"""Slots that the interpreter fills by itself."""
