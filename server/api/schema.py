"""What the OpenAPI document says of handlers that read their bodies themselves, byte for byte."""

from dataclasses import dataclass
from typing import Any, cast

import msgspec
from litestar.openapi.spec import (
    Example,
    OpenAPIMediaType,
    OpenAPIResponse,
    Operation,
    Reference,
    RequestBody,
    Schema,
)

from server.api.problem import MEDIA_TYPE

PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "code": {"type": "string", "description": "Stable; docs/errors.md lists them."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}


def body_of(
    up: type[msgspec.Struct],
    down: type[msgspec.Struct],
    example: Example,
    media_type: str = "application/json",
) -> type[Operation]:
    """The operation whose body is `up`, whose answer is `down`, and whose errors are problems."""

    @dataclass
    class Described(Operation):
        """An operation with its bodies."""

        def __post_init__(self) -> None:
            """Put in what Litestar can't see."""
            asked = OpenAPIMediaType(schema=schema_of(up), examples={"example": example})
            self.request_body = RequestBody(content={media_type: asked}, required=True)
            self.responses = answers(down)

    return Described


def answer_of(down: type[msgspec.Struct]) -> type[Operation]:
    """The operation whose answer is `down`, and whose errors are problems."""

    @dataclass
    class Described(Operation):
        """An operation with its answers."""

        def __post_init__(self) -> None:
            """Put in what Litestar can't see."""
            self.responses = answers(down)

    return Described


def answers(down: type[msgspec.Struct]) -> dict[str, OpenAPIResponse | Reference]:
    """The answers of an operation."""
    answer = OpenAPIMediaType(schema=schema_of(down))
    fault = OpenAPIMediaType(schema=cast("Schema", PROBLEM))
    return {
        "200": OpenAPIResponse("The answer", content={"application/json": answer}),
        "default": OpenAPIResponse("A problem (RFC 9457)", content={MEDIA_TYPE: fault}),
    }


def schema_of(kind: type[msgspec.Struct]) -> Schema:
    """The JSON schema of a message, in one piece."""
    whole = msgspec.json.schema(kind)
    definitions = whole.pop("$defs", {})
    # Litestar writes plain values into the document as they are, so that a schema need not be taken
    # apart.
    return cast("Schema", _inlined(whole, definitions))


def _inlined(value: Any, definitions: dict[str, Any]) -> Any:  # noqa: ANN401 - any JSON.
    if isinstance(value, list):
        return [_inlined(each, definitions) for each in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value:
        return _inlined(definitions[value["$ref"].rpartition("/")[2]], definitions)
    return {name: _inlined(each, definitions) for name, each in value.items()}
