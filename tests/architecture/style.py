"""Checks of how a source file is written; each gives findings that a person can act on."""

import ast
import re
from collections.abc import Iterator

from tests.architecture.sources import Source

FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 400
BANNED_WORDS = frozenset({"manager", "helper", "util", "handler", "data", "info", "process"})
TRANSACTION_CALLS = frozenset({"begin", "begin_nested", "commit"})
TRANSACTION_FOLDERS = ("server/db/", "server/lane/")
WEB_FILES = ("server/api/", "server/main.py", "server/web/")

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def too_long(source: Source) -> Iterator[str]:
    """Find files and functions that have grown too long to be read at once."""
    lines = source.text.count("\n")
    if lines > FILE_LINES_MAX:
        yield f"{source.path} has {lines} lines, {FILE_LINES_MAX} are allowed: split it by noun"
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES_MAX:
                yield (
                    f"{source.path}:{node.lineno} {node.name} has {length} lines, "
                    f"{FUNCTION_LINES_MAX} are allowed"
                )


def transactions_elsewhere(source: Source) -> Iterator[str]:
    """Find transactions that begin or commit outside the database layer and the lane."""
    if source.path.startswith(TRANSACTION_FOLDERS):
        return
    for node in ast.walk(source.tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in TRANSACTION_CALLS
        ):
            yield f"{source.path}:{node.lineno} calls .{node.func.attr}(): use Database.writing()"


def undocumented(source: Source) -> Iterator[str]:
    """Find public modules, classes and functions without a docstring."""
    if not ast.get_docstring(source.tree):
        yield f"{source.path} has no docstring"
    for node in _public(source.tree):
        if not ast.get_docstring(node):
            yield f"{source.path}:{node.lineno} {node.name} has no docstring"


def badly_named(source: Source) -> Iterator[str]:
    """Find modules, classes and functions whose name says nothing."""
    stem = source.path.removesuffix(".py").rpartition("/")[2]
    names = [(1, stem)]
    names += [
        (node.lineno, node.name)
        for node in ast.walk(source.tree)
        # The name of a test is a sentence, in which any word may stand.
        if isinstance(node, Definition) and not node.name.startswith("test_")
    ]
    for line, name in names:
        banned = sorted(_words(name) & BANNED_WORDS)
        if banned:
            yield f"{source.path}:{line} {name}: say what it does instead of {banned[0]!r}"


def web_elsewhere(source: Source) -> Iterator[str]:
    """Find imports of Litestar outside the API, the pages and the wiring."""
    if source.path.startswith(WEB_FILES):
        return
    for node in ast.walk(source.tree):
        imported = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            imported = [node.module or ""]
        if any(name.split(".")[0] == "litestar" for name in imported):
            line = getattr(node, "lineno", 0)
            yield f"{source.path}:{line} imports litestar; only server/api, server/web and main may"


def _public(parent: ast.Module | ast.ClassDef) -> Iterator[Definition]:
    for node in parent.body:
        if isinstance(node, Definition) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from _public(node)


def _words(name: str) -> set[str]:
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower()
    words = set(spaced.split("_"))
    return words | {word.removesuffix("s") for word in words}
