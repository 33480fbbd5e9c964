"""The project's own source files, parsed."""

import ast
import dataclasses
import functools
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclasses.dataclass(frozen=True, slots=True)
class Source:
    """One Python file: its path from the root of the repository, and its text."""

    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        """Answer the parsed text; whoever changed it would change it for all."""
        return _parsed(self.text, self.path)

    @property
    def folder(self) -> str:
        """Answer the folder of the file, with a slash at the end."""
        return self.path.rpartition("/")[0] + "/"


@functools.cache
def _parsed(text: str, path: str) -> ast.Module:
    return ast.parse(text, path)


def sources(*folders: str) -> Iterator[Source]:
    """Give every Python file in some folders of the repository."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield Source(path.relative_to(ROOT).as_posix(), path.read_text())


def document(name: str) -> str:
    """Answer the text of a page in docs."""
    return (ROOT / "docs" / name).read_text()
