"""What the pages in docs promise to list, and what the code really has."""

import ast
import dataclasses
import re
from collections.abc import Iterable, Iterator

from server.config import Settings, variable
from tests.architecture.sources import Source

_ROW = re.compile(r"^\| `([^`]+)` \| (.*) \|$", re.MULTILINE)


def rows(page: str) -> dict[str, list[str]]:
    """Read the table rows of a page whose first cell is a name in backticks."""
    return {name: rest.split(" | ") for name, rest in _ROW.findall(page)}


def settings_missing(page: str) -> Iterator[str]:
    """Find settings that a page does not list as they are, and listed ones that don't exist."""
    listed = rows(page)
    for field in dataclasses.fields(Settings):
        default = f"`{field.default}`" if field.default != "" else "none"
        row = [default, field.metadata["meaning"]]
        if listed.pop(variable(field.name), None) != row:
            yield f"docs/settings.md needs: | `{variable(field.name)}` | {' | '.join(row)} |"
    for name in listed:
        yield f"docs/settings.md lists {name}, which does not exist"


def error_codes(source: Source) -> Iterator[str]:
    """Give the error codes that a file defines or raises.

    A code is a literal: `code = "…"` in a class named …Error, or `code="…"` where one is made.
    """
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ClassDef) and node.name.endswith("Error"):
            yield from _class_codes(node)
        elif isinstance(node, ast.Call) and _name(node.func).endswith("Error"):
            for keyword in node.keywords:
                if keyword.arg == "code":
                    yield _literal(keyword.value, source)


def codes_missing(page: str, codes: Iterable[str]) -> Iterator[str]:
    """Find error codes that a page does not list, and listed ones that nothing raises."""
    listed = set(rows(page))
    used = set(codes)
    for code in sorted(used - listed):
        yield f"docs/errors.md does not list {code}"
    for code in sorted(listed - used):
        yield f"docs/errors.md lists {code}, which nothing raises"


def _class_codes(node: ast.ClassDef) -> Iterator[str]:
    for statement in node.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        if isinstance(statement, ast.AnnAssign):
            targets = [statement.target]
        if any(_name(target) == "code" for target in targets):
            value = getattr(statement, "value", None)
            if isinstance(value, ast.Constant):
                yield str(value.value)


def _literal(value: ast.expr, source: Source) -> str:
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return value.value
    return f"(not a literal, {source.path}:{value.lineno})"


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
