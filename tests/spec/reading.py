"""What SPEC.md says that tests can check: its MUSTs, examples and tables."""

import ast
import base64
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from server.conformance.scripts import read_scripts
from tests.architecture.sources import ROOT, Source

SPEC = ROOT / "device_protocol" / "SPEC.md"
VECTORS = ROOT / "fixtures" / "protocol"

_MUST = re.compile(r"\*\*(DP-[A-Z]+-[1-9][0-9]*)\*\*")
_NAMED = re.compile(r"\bDP-[A-Z]+-[0-9]+\b")
_EXAMPLE = re.compile(r"^```json\n(.*?)\n```$", re.MULTILINE | re.DOTALL)
_ROW = re.compile(r"^\| (.+) \|$", re.MULTILINE)


def page() -> str:
    """Return SPEC.md."""
    return SPEC.read_text("utf-8")


def musts(text: str) -> Counter[str]:
    """Return every MUST, and how often it is made."""
    return Counter(_MUST.findall(text))


def mentioned(text: str) -> set[str]:
    """Return every number that the text speaks of."""
    return set(_NAMED.findall(text))


def named_by(tests: Iterable[Source]) -> dict[str, list[str]]:
    """Return which tests name a MUST, by `@pytest.mark.spec` or by a scenario that they play."""
    named: dict[str, list[str]] = {}
    for source in tests:
        if "mark.spec" not in source.text:
            # To parse and walk all tests takes long.
            continue
        for node in ast.walk(source.tree):
            for number in _marked(node):
                named.setdefault(number, []).append(f"{source.path}:{getattr(node, 'lineno', 0)}")
    for script in (*read_scripts("server"), *read_scripts("client")):
        for number in script.shows:
            named.setdefault(number, []).append(f"scenario {script.name}")
    return named


def examples(text: str) -> list[str]:
    """Return every example, line by line as it would travel."""
    return [line for block in _EXAMPLE.findall(text) for line in block.splitlines()]


def texts_of_vectors() -> set[str]:
    """Return every text in the vectors; of bytes in base64, each of their lines."""
    found: set[str] = set()
    for path in VECTORS.glob("v*/*.json"):
        for text in _texts(json.loads(path.read_text("utf-8"))):
            found.add(text)
            found |= _lines_of(text)
    return found


def table(text: str, heading: str) -> list[list[str]]:
    """Return the cells of all tables in a section, without its head lines."""
    section = text.split(f"\n## {heading}", 1)[1].split("\n## ", 1)[0]
    rows = [row.split(" | ") for row in _ROW.findall(section)]
    return [row for row in rows if not set("".join(row)) <= set("- |")]


def _marked(node: ast.AST) -> Iterator[str]:
    # To write out every call of all tests would take ten times as long as to walk through them.
    if not (isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "spec"):
        return
    if ast.unparse(node.func) == "pytest.mark.spec":
        yield from (str(each.value) for each in node.args if isinstance(each, ast.Constant))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, str):
        yield value


def _lines_of(text: str) -> set[str]:
    try:
        body = base64.b64decode(text, validate=True).decode()
    except ValueError:
        return set()
    return set(body.splitlines())
