"""Hypothesis strategies for everything that a device can say."""

import typing
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st
from msgspec import structs

from device_protocol.codec import NUMBER_MAX
from device_protocol.handling import Part
from device_protocol.kinds import OPERATIONS
from device_protocol.operations import (
    QUANTITY_MAX,
    CountLine,
    Operation,
    Origin,
    Pack,
    Scan,
)

TEXTS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=12)
NUMBERS = st.integers(min_value=-NUMBER_MAX, max_value=NUMBER_MAX)
_PLAIN: Mapping[Any, Any] = {int: NUMBERS, str: TEXTS, bool: st.booleans()}
_PARTS: Mapping[Any, Any] = {Scan: 2, Pack: 2, CountLine: 2, Part: 2, Origin: 1}


def operations() -> st.SearchStrategy[Operation]:
    """Give operations of every kind, each field filled or left out."""
    return st.one_of([_structs(kind) for kind in OPERATIONS])


def _structs(kind: type[Any]) -> st.SearchStrategy[Any]:
    required: dict[str, st.SearchStrategy[Any]] = {}
    optional: dict[str, st.SearchStrategy[Any]] = {}
    hints = typing.get_type_hints(kind)
    for field in structs.fields(kind):
        if field.name == "version":
            continue
        values = _values(kind, field.name, hints[field.name])
        (required if field.required else optional)[field.name] = values
    return st.fixed_dictionaries(required, optional=optional).map(lambda said: kind(**said))


def _values(kind: type[Any], name: str, hint: object) -> st.SearchStrategy[Any]:
    if name == "quantity":
        least = 0 if kind is CountLine else 1
        return st.integers(min_value=least, max_value=QUANTITY_MAX)
    if hint in _PARTS:
        return _structs(typing.cast("type[Any]", hint))
    if typing.get_origin(hint) is tuple:
        return st.lists(_values(kind, "", typing.get_args(hint)[0]), max_size=2).map(tuple)
    if type(None) in typing.get_args(hint):
        return st.none() | _values(kind, "", typing.get_args(hint)[0])
    plain: st.SearchStrategy[Any] = _PLAIN[hint]
    return plain
