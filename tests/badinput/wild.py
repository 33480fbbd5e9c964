"""Values drawn from a JSON schema: most of its shape, some bent, some that no database can hold."""

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

Schema = dict[str, Any]
Draw = Callable[[Random], Any]
"""Draws one value: schemas are read once, for drawing is most of what a case would cost."""

WORDS = (
    "",
    " ",
    "A1",
    "ACME",
    "BETA",
    "A-01",
    "D-1",
    "P-1",
    "A",
    "web",
    "operator",
    "4711",
    "2010-12-01",
    "2010-12-01T08:00:00Z",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59",
    "2010-13-45",
    "04000000000013",
    "4006381333931",
    "(01)04012345678901(10)\x1d",
    "../../../etc/passwd",
    "=cmd|' /C calc'!A0",
    "'; DROP TABLE place; --",
    "WzFd",
    "1/zone/1000090",
    "A\x00B",
    "\x00",
    "\ud7ff\U0010ffff",
    "\N{RIGHT-TO-LEFT OVERRIDE}1A",
    "e\N{COMBINING ACUTE ACCENT}" * 40,
    "x" * 64,
    "x" * 3_000,
)
NUMBERS = (
    0,
    1,
    2,
    5,
    -1,
    1_000_000,
    1_000_001,
    1_000_002,
    1_000_010,
    4006381333931,
    2**31,
    2**53 - 1,
    2**53,
    2**63 - 1,
    2**63,
    -(2**63),
    2**64,
    10**30,
)
DEEP = 60
ID = 1_000_001
"""The first id that a site gives out."""


FLOATS = (0.5, -0.0, -1.5, 1e-9, 1e308)
ANYTHING_DEPTH_MAX = 3


def scalar(source: Random) -> Any:  # noqa: ANN401 - any JSON.
    """A value without parts."""
    kind = source.randrange(5)
    if kind == 0:
        return source.choice(WORDS)
    if kind == 1:
        return source.choice(NUMBERS)
    if kind == 2:
        return source.choice(FLOATS)
    return None if kind == 3 else source.random() < 0.5


def anything(source: Random, depth: int = ANYTHING_DEPTH_MAX) -> Any:  # noqa: ANN401 - any JSON.
    """Any JSON at all, sometimes nested deeply."""
    kind = source.randrange(6)
    if kind == 0 and depth == ANYTHING_DEPTH_MAX:
        value: Any = 1
        for _ in range(DEEP):
            value = [value]
        return value
    if kind == 1 and depth:
        return [anything(source, depth - 1) for _ in range(source.randint(0, 3))]
    if kind == 2 and depth:
        return {
            source.choice(WORDS): anything(source, depth - 1) for _ in range(source.randint(0, 3))
        }
    return scalar(source)


def one_of(*draws: Draw) -> Draw:
    """What one of them draws."""
    return lambda source: source.choice(draws)(source)


def drawn(values: Sequence[Any]) -> Draw:
    """One of some values."""
    return lambda source: source.choice(values)


def between(least: int, most: int) -> Draw:
    """A whole number."""
    return lambda source: source.randint(least, most)


def values(
    schema: Schema, parts: dict[str, Schema], wild: int = 16, numbers: Sequence[int] = NUMBERS
) -> Draw:
    """Values of a schema; one in `wild`, wherever it stands, is anything at all."""
    return Drawing(parts, wild, numbers).of(schema)


def members(required: dict[str, Draw], optional: dict[str, Draw]) -> Draw:
    """Objects that have all of some members, and each of some others half of the time."""

    def draw(source: Random) -> dict[str, Any]:
        value = {name: each(source) for name, each in required.items()}
        for name, each in optional.items():
            if source.random() < 0.5:
                value[name] = each(source)
        return value

    return draw


class Drawing:
    """How values are drawn from a document's schemas."""

    def __init__(self, parts: dict[str, Schema], wild: int, numbers: Sequence[int]) -> None:
        """Know the document's named parts, and which numbers to draw beside the small ones."""
        self.parts = parts
        self.wild = wild
        self.numbers = numbers

    def of(self, schema: Schema) -> Draw:
        """Values of a schema."""
        shaped, wild = self._shaped(schema), self.wild

        def draw(source: Random) -> Any:  # noqa: ANN401 - any JSON.
            return anything(source) if source.randrange(wild) == 0 else shaped(source)

        return draw

    def _shaped(self, schema: Schema) -> Draw:
        if "$ref" in schema:
            return self.of(self.parts[schema["$ref"].rpartition("/")[2]])
        kind = schema.get("type", "object")
        choices = [
            schema | choice
            for word in ("allOf", "oneOf", "anyOf")
            for choice in schema.get(word, ())
        ]
        if isinstance(kind, list):
            choices += [schema | {"type": each} for each in kind]
        if choices and "enum" not in schema:
            return one_of(*(self.of(without_choices(each)) for each in choices))
        if "enum" in schema:
            return drawn(schema["enum"])
        return self._whole(kind, schema)

    def _whole(self, kind: str, schema: Schema) -> Draw:
        if kind == "object":
            return self._object(schema)
        if kind == "array":
            items = schema.get("items") or (schema.get("prefixItems") or [{"type": "string"}])[0]
            item = self.of(items)
            return lambda source: [item(source) for _ in range(source.randint(0, 3))]
        return self._scalar(kind, schema)

    def _object(self, schema: Schema) -> Draw:
        inner = schema.get("additionalProperties")
        if isinstance(inner, dict) and "properties" not in schema:
            value = self.of(inner)
            return lambda source: {
                source.choice(WORDS): value(source) for _ in range(source.randint(0, 3))
            }
        properties = {name: self.of(told) for name, told in schema.get("properties", {}).items()}
        required = set(schema.get("required", ()))
        return members(
            {name: each for name, each in properties.items() if name in required},
            {name: each for name, each in properties.items() if name not in required},
        )

    def _scalar(self, kind: str, schema: Schema) -> Draw:
        if kind == "string":
            examples = [each for each in schema.get("examples", ()) if isinstance(each, str)]
            known = drawn(WORDS[2:12])
            return one_of(known, known, drawn(WORDS), drawn(examples or WORDS))
        if kind in ("integer", "number"):
            least, most = int(schema.get("minimum", 0)), int(schema.get("maximum", ID))
            near = between(least, min(most, least + 5))
            there = between(ID, ID + 12) if most > ID else near
            return one_of(near, near, there, drawn(self.numbers))
        return drawn((True, False) if kind == "boolean" else (None,))


def without_choices(schema: Schema) -> Schema:
    """A schema after one of its choices was taken."""
    return {name: told for name, told in schema.items() if name not in ("allOf", "oneOf", "anyOf")}
