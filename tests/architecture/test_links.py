"""Links of the documentation: each leads to a file, and to a heading that is there."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = ("*.md", "docs/**/*.md", "device_protocol/**/*.md")
_LINK = re.compile(r"\]\(([^)\s]+)\)|<img src=\"([^\"]+)\"")
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)


def test_every_link_of_the_documentation_leads_somewhere() -> None:
    documents = [each for pattern in DOCUMENTS for each in sorted(ROOT.glob(pattern))]
    assert len(documents) > 30
    assert [told for each in documents for told in broken_links(each)] == []


def test_links_that_lead_nowhere_are_named(tmp_path: Path) -> None:
    document = tmp_path / "one.md"
    document.write_text(
        "# One `thing`, two\n[right](#one-thing-two) [gone](two.md) [no](one.md#three)\n", "utf-8"
    )

    assert broken_links(document) == ["one.md: two.md", "one.md: one.md#three"]


def broken_links(document: Path) -> list[str]:
    """Return the links of a document that lead to no file or heading."""
    links = [first or second for first, second in _LINK.findall(document.read_text("utf-8"))]
    return [
        f"{document.name}: {link}"
        for link in links
        if not re.match(r"[a-z]+:", link) and not _leads(document, link)
    ]


def _leads(document: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = document.parent / path if path else document
    if not target.exists():
        return False
    if not anchor or target.suffix != ".md":
        return True
    return anchor in [_anchor(each) for each in _HEADING.findall(target.read_text("utf-8"))]


def _anchor(heading: str) -> str:
    """Return how a page of the repository names a heading."""
    words = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return words.replace(" ", "-")
