"""What operators read, in one place: English, Chinese, German.

Texts stand in `texts.json` by their keys, so that a client in any language shows the same. Every
language has every key with the same fields.
"""

import re
from collections.abc import Mapping, Sequence
from importlib import resources
from string import Formatter

import msgspec

from device_protocol.workflow.session import PackShown, Value

LANGUAGES = ("en", "zh", "de")

_GAP = re.compile(r" (?=[?:;,.\uff1f\uff1a\uff1b\uff0c](?:\s|$))")
"""Left before a mark where nothing was filled in."""


class Text(msgspec.Struct, frozen=True):
    """One text in every language."""

    en: str
    zh: str
    de: str


TEXTS: dict[str, Text] = msgspec.json.decode(
    resources.files("device_protocol.workflow").joinpath("texts.json").read_bytes(),
    type=dict[str, Text],
)


def say(language: str, key: str, fields: Mapping[str, Value] | None = None) -> str:
    """Return a text with its fields filled in.

    >>> say("en", "pick.bin", {"place": "A-1", "quantity": 2, "item": "S", "description": "Cup"})
    'Go to A-1: 2 of S Cup'
    >>> say("en", "pick.quantity", {"item": "S", "description": "", "counted": 1, "quantity": 2})
    'S: 1 of 2'
    """
    text: str = getattr(TEXTS[key], language)
    filled = " ".join(text.format_map(fields or {}).split())
    return _GAP.sub("", filled)


def say_packs(language: str, packs: Sequence[PackShown]) -> str:
    """Return packs as people count them, with what they make together.

    >>> say_packs("en", [PackShown(1, "each", 1), PackShown(4, "each", 1)])
    '5'
    """
    units = sum(pack.count * pack.factor for pack in packs)
    parts = []
    for pack in packs:
        known = f"packs.{pack.level}"
        key = known if known in TEXTS and pack.level != "sum" else "packs.pack"
        parts.append(say(language, key, {"count": pack.count, "factor": pack.factor}))
    if all(pack.factor == 1 for pack in packs):
        return str(units)
    return say(language, "packs.sum", {"packs": " + ".join(parts), "units": units})


def fields_of(key: str, language: str = "en") -> frozenset[str]:
    """Return the names of the fields that a text has."""
    text: str = getattr(TEXTS[key], language)
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name)
