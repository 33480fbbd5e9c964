"""The page about bad input names tests that there are, and every test of bad input."""

import ast
import re

from tests.architecture.sources import document, sources

NAMED = re.compile(r"`([\w/]+\.py)::(\w+)`")


def found_in(folder: str) -> set[tuple[str, str]]:
    """Every test below a folder, by file and name."""
    return {
        (source.path.removeprefix("tests/"), node.name)
        for source in sources(folder)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def test_every_test_that_the_page_names_exists() -> None:
    named = set(NAMED.findall(document("bad-input.md")))

    assert len(named) > 50
    assert named - found_in("tests") == set()


def test_every_test_of_bad_input_is_on_the_page() -> None:
    named = set(NAMED.findall(document("bad-input.md")))
    own = {each for each in found_in("tests/badinput") if each[0] != "badinput/test_documented.py"}

    assert own - named == set()
