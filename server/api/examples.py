"""Examples for the OpenAPI document.

One coherent warehouse, field by field, in every answer and body.
"""

import types
import typing
from collections.abc import Sequence
from typing import Any

import msgspec
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example

from server.api.problem import MEDIA_TYPE


class Fault(msgspec.Struct, frozen=True):
    """One field that is to blame."""

    pointer: str
    detail: str


class Problem(msgspec.Struct, frozen=True):
    """An error (RFC 9457); `code` is stable, docs/errors.md lists them."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    errors: list[Fault] = []


SAMPLES: dict[str, Any] = {
    "accepted": 1,
    "actor": "person/1000017",
    "age_s": 5_400,
    "actual": "-1",
    "allocated": 4,
    "carrier": "PARCELS",
    "carriers": "PARCELS",
    "channel": "web",
    "code": "A-01-03",
    "codes": ["04006381333931"],
    "company_prefix": "4006381",
    "condition": "good",
    "customs": "free",
    "cycle_s": 82_800,
    "date": "2010-12-01",
    "description": "White hanging heart T-light holder",
    "destination": "United Kingdom",
    "device": 1_000_001,
    "expected": "0",
    "expires": "2010-12-01T20:26:00.000Z",
    "free": 20,
    "line": {"kind": "pick", "quantity": 1, "source": "A-01-03", "to": "T-7"},
    "grant": {"hold": 1_000_042},
    "home": 1,
    "item": "85123A",
    "key": 1_000_021,
    "kind": "negative",
    "known_until": "2010-12-01T08:21:12.000Z",
    "lines": 3,
    "lot": "L-0712",
    "name": "ACME",
    "next": "WzEsMTAwMDEwMSw0Ml0",
    "note": "two stood behind the beam",
    "number": "536365",
    "on_hand": 24,
    "opened_by": "1000001/1/118",
    "order": 1_000_365,
    "outcome": "applied",
    "owner": "ACME",
    "partner": "PARCELS",
    "password": "correct horse battery staple",
    "person": "P-017",
    "place": "A-01-03",
    "place_kind": "bin",
    "priority": 5,
    "quantity": 6,
    "raw": "",
    "reason": "recall by the maker",
    "role": "supervisor",
    "round": "North 1",
    "serial": "",
    "site": 1,
    "sku": "85123A",
    "sscc": "340063810000000017",
    "state": "open",
    "step": "gift_wrap",
    "steps": "gift_wrap",
    "stock": 1_000_077,
    "subject": "discrepancy",
    "time_zone": "Europe/London",
    "token": "eyJwZXJzb24iOjEwMDAwMTd9.c2lnbmF0dXJl",
    "unit_type": "CAGE",
    "units": [],
    "van": "VAN-1",
    "voucher": "V-2041",
    "zone": "A",
}
"""A sample per field name; fields that are not here get one by their type."""
FAULTS = {
    status: ResponseSpec(
        Problem, description=meaning, media_type=MEDIA_TYPE, generate_examples=False
    )
    for status, meaning in {
        400: "What was sent can't be read, or has the wrong shape.",
        401: "Nobody is signed in.",
        403: "This is not yours to do.",
        404: "There is no such thing, or it is another merchant's.",
        409: "The book says otherwise.",
        422: "What was sent can't be so.",
    }.items()
}
"""What errors look like: problems (RFC 9457)."""
SUMMARY = "As it might be"
TIME = "2010-12-01T08:26:00.000Z"


def sample(hint: Any, name: str = "") -> Any:  # noqa: ANN401, PLR0911 - a type, and any JSON of it.
    """A value of a type as it might be."""
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return sample(parts[0], name)
    if origin in (types.UnionType, typing.Union):
        present = [part for part in parts if part is not type(None)]
        return sample(present[0], name)
    if (isinstance(hint, type) and issubclass(hint, msgspec.Struct)) or _is_struct(origin):
        return struct_sample(hint)
    plain = hint is not Any and isinstance(hint, type) and origin is None
    fits = plain and name in SAMPLES and isinstance(SAMPLES[name], hint)
    if fits or (origin is list and isinstance(SAMPLES.get(name), list)):
        return SAMPLES[name]
    if origin in (list, tuple):
        return [sample(parts[0], name)]
    if origin is typing.Literal:
        return parts[0]
    if hint is str and (name.endswith("_at") or name in ("due", "until", "expires")):
        return TIME
    return {int: 1, str: "", bool: False, float: 1.0}.get(hint, SAMPLES.get(name, {}))


def _is_struct(origin: Any) -> bool:  # noqa: ANN401 - a type or None.
    return isinstance(origin, type) and issubclass(origin, msgspec.Struct)


def struct_sample(kind: Any) -> dict[str, Any]:  # noqa: ANN401 - a struct, or one of something.
    """An object with every field."""
    base = typing.get_origin(kind) or kind
    hints = typing.get_type_hints(base, include_extras=True)
    given = dict(zip(getattr(base, "__parameters__", ()), typing.get_args(kind), strict=False))
    return {
        field.encode_name: sample(_filled(hints[field.name], given), field.name)
        for field in msgspec.structs.fields(base)
    }


def _filled(hint: Any, given: dict[Any, Any]) -> Any:  # noqa: ANN401 - a type.
    """A type with its variables filled in."""
    if hint in given:
        return given[hint]
    parameters = getattr(hint, "__parameters__", ())
    return hint[tuple(given[each] for each in parameters)] if parameters else hint


class Shown(Example):
    """The example of an answer, made when the document is: not while a server starts."""

    def __init__(self, kind: Any) -> None:  # noqa: ANN401 - a type.
        """Note of what it is one."""
        super().__init__(summary=SUMMARY)
        self._kind = kind

    @property
    def value(self) -> Any:  # noqa: ANN401 - any JSON.
        """Its JSON."""
        return sample(self._kind)

    @value.setter
    def value(self, value: object) -> None:
        """Leave it: what it is made of is all that it knows."""


def shown(
    kind: Any,  # noqa: ANN401 - a type.
    description: str = "The answer.",
    status: int = 200,
) -> dict[int, ResponseSpec]:
    """The answer of a handler, with an example."""
    answer = ResponseSpec(
        kind, description=description, examples=[Shown(kind)], generate_examples=False
    )
    return {status: answer} | FAULTS


def examples_of(kind: type[msgspec.Struct], **changed: Any) -> Sequence[Example]:  # noqa: ANN401
    """The example of a body."""
    return [Example(summary=SUMMARY, value=struct_sample(kind) | changed)]
