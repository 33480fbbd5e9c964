"""What an app in a browser knows without asking: the tables that its scripts share with Python.

One JSON document, the same for every device of one version: GS1 formats, the shapes of operations,
built-in workflows and the texts of operators. So nothing of it is written twice.
"""

import re
import types
import typing
from functools import lru_cache
from importlib import resources
from typing import Any

import msgspec

from device_protocol.handling import Part
from device_protocol.kinds import OPERATIONS
from device_protocol.operations import CountLine, Origin, Pack, Scan
from device_protocol.scanning.elements import forms
from device_protocol.workflow.definitions import DEFINITIONS
from device_protocol.workflow.texts import TEXTS, Text

APP = ("app.",)
"""How the keys of the operators' and couriers' screens begin."""

_NESTED = (Scan, Pack, Part, CountLine, Origin)

_KEY = re.compile(r'"([a-z]+(?:\.[a-z_0-9]+)+)"')


def knowledge() -> bytes:
    """Return the document as JSON.

    `forms` has by GS1 application identifier the pattern of its value and whether only a separator
    ends it; `operations` and `parts` by name the fields that may be left out with their defaults,
    and what the others are; `workflows` the built-in definitions, `texts` what operators read and
    `pages` what else stands on their screens; other pages have texts of their own.
    """
    return msgspec.json.encode(
        {
            "forms": forms(),
            "operations": {str(kind.__struct_config__.tag): _shape(kind) for kind in OPERATIONS},
            "parts": {part.__name__: _shape(part) for part in _NESTED},
            "workflows": DEFINITIONS,
            "texts": TEXTS,
            "pages": texts_of(APP),
        }
    )


def texts_of(prefixes: tuple[str, ...], script: str = "") -> dict[str, Text]:
    """Return the texts of a page, by key: its own, and others that its script names."""
    named = set(_KEY.findall(script))
    return {
        key: text for key, text in page_texts().items() if key.startswith(prefixes) or key in named
    }


@lru_cache(maxsize=1)
def page_texts() -> dict[str, Text]:
    """Return what stands on all pages besides what operators read, by key."""
    told = resources.files("server.web").joinpath("static/app/texts.json").read_bytes()
    return msgspec.json.decode(told, type=dict[str, Text])


def _shape(struct: type[msgspec.Struct]) -> dict[str, dict[str, Any]]:
    return {
        field.name: {
            name: value
            for name, value in {
                "required": field.required,
                "default": None if field.required else _default(field),
                # Of a number that may be missing, nought is said: it is not the same as nothing.
                "open": not field.required and field.default is None,
                "is": field.type.__name__ if field.type in {int, bool} else "",
                "of": _part(field.type),
            }.items()
            if value not in {None, "", False}
        }
        for field in msgspec.structs.fields(struct)
    }


def _default(field: msgspec.structs.FieldInfo) -> Any:  # noqa: ANN401 - any default of a field
    return field.default if field.default is not msgspec.NODEFAULT else field.default_factory()


def _part(annotation: object) -> str:
    """Return the name of the nested struct that a field holds, alone or several times."""
    if annotation in _NESTED:
        return typing.cast("type", annotation).__name__
    if typing.get_origin(annotation) in {tuple, types.UnionType, typing.Union}:
        return next(filter(None, map(_part, typing.get_args(annotation))), "")
    return ""
