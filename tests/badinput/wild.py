"""Values drawn from a JSON schema: most of its shape, some bent, some that no database can hold."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

Schema = dict[str, Any]

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


def _nested(depth: int) -> Any:  # noqa: ANN401 - lists in lists.
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


texts = st.sampled_from(WORDS)
whole = st.sampled_from(NUMBERS)
scalars = (
    texts | whole | st.booleans() | st.none() | st.floats(allow_nan=False, allow_infinity=False)
)
anything: SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
) | st.just(DEEP).map(_nested)


def values(
    schema: Schema, parts: dict[str, Schema], wild: int = 16, numbers: SearchStrategy[int] = whole
) -> SearchStrategy[Any]:
    """Values of a schema; one in `wild`, wherever it stands, is anything at all."""
    return Drawing(parts, wild, numbers).of(schema)


class Drawing:
    """How values are drawn from a document's schemas."""

    def __init__(self, parts: dict[str, Schema], wild: int, numbers: SearchStrategy[int]) -> None:
        """Know the document's named parts, and which numbers to draw beside the small ones."""
        self.parts = parts
        self.wild = wild
        self.numbers = numbers

    def of(self, schema: Schema) -> SearchStrategy[Any]:
        """Values of a schema."""
        shaped = self._shaped(schema)
        return st.one_of(*[shaped] * (self.wild - 1), anything)

    def _shaped(self, schema: Schema) -> SearchStrategy[Any]:
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
            return st.one_of([self.of(without_choices(each)) for each in choices])
        if "enum" in schema:
            return st.sampled_from(schema["enum"])
        return self._whole(kind, schema)

    def _whole(self, kind: str, schema: Schema) -> SearchStrategy[Any]:
        if kind == "object":
            return self._object(schema)
        if kind == "array":
            items = schema.get("items") or (schema.get("prefixItems") or [{"type": "string"}])[0]
            return st.lists(self.of(items), max_size=3)
        return self._scalar(kind, schema)

    def _object(self, schema: Schema) -> SearchStrategy[Any]:
        inner = schema.get("additionalProperties")
        if isinstance(inner, dict) and "properties" not in schema:
            return st.dictionaries(texts, self.of(inner), max_size=3)
        properties = {name: self.of(told) for name, told in schema.get("properties", {}).items()}
        required = set(schema.get("required", ()))
        return st.fixed_dictionaries(
            {name: each for name, each in properties.items() if name in required},
            optional={name: each for name, each in properties.items() if name not in required},
        )

    def _scalar(self, kind: str, schema: Schema) -> SearchStrategy[Any]:
        if kind == "string":
            examples = [each for each in schema.get("examples", ()) if isinstance(each, str)]
            known = st.sampled_from(WORDS[2:12])
            return known | known | texts | (st.sampled_from(examples) if examples else texts)
        if kind in ("integer", "number"):
            least, most = int(schema.get("minimum", 0)), int(schema.get("maximum", ID))
            near = st.integers(least, min(most, least + 5))
            there = st.integers(ID, ID + 12) if most > ID else near
            return near | near | there | self.numbers
        if kind == "boolean":
            return st.booleans()
        return st.none()


def without_choices(schema: Schema) -> Schema:
    """A schema after one of its choices was taken."""
    return {name: told for name, told in schema.items() if name not in ("allOf", "oneOf", "anyOf")}
