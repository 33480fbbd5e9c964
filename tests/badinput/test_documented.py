"""Pages name tests that there are; that about bad input names every test of bad input."""

import re

import pytest

from tests.architecture.sources import document, sources

DEFINED = re.compile(r"^(?:async )?def (test_\w+)\(", re.MULTILINE)
NAMED = re.compile(r"`([\w/]+\.py)::(\w+)`")


def found_in(folder: str) -> set[tuple[str, str]]:
    """Every test below a folder, by file and name."""
    return {
        (source.path.removeprefix("tests/"), name)
        for source in sources(folder)
        for name in DEFINED.findall(source.text)
    }


@pytest.mark.parametrize("page", ["bad-input.md", "activities.md"])
def test_every_test_that_the_page_names_exists(page: str) -> None:
    named = set(NAMED.findall(document(page)))

    assert len(named) > 50
    assert named - found_in("tests") == set()


def test_every_test_of_bad_input_is_on_the_page() -> None:
    named = set(NAMED.findall(document("bad-input.md")))
    own = {each for each in found_in("tests/badinput") if each[0] != "badinput/test_documented.py"}

    assert own - named == set()
