"""A disk below SQLite that remembers what was written and what had to last, or that fails."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal, NamedTuple

import apsw
import pytest

from server.db import sqlite
from tests.faults.driver import driver_on

NAME = "totebook-disk"
SUFFIXES = ("", "-wal", "-journal")
Verb = Literal["write", "cut", "sync", "delete", "told"]


class Event(NamedTuple):
    """What happened to a file of a database, or what somebody was told."""

    verb: Verb
    suffix: str = ""
    """Which file: nothing for the database, else "-wal" or "-journal"."""
    offset: int = 0
    """Where it was written; the length that is left of a file that was cut; how much was told."""
    content: bytes = b""


Fault = Callable[[Event], None]


class Disk(apsw.VFS):
    """Files of one folder, as the system keeps them; every event is kept, and may fail."""

    def __init__(self, name: str, fault: Fault) -> None:
        """Be there for connections that name it; `fault` may raise instead of what is asked."""
        super().__init__(name, "")
        self.events: list[Event] = []
        self.fault = fault

    def happened(self, event: Event) -> None:
        """Let it fail, or keep it."""
        self.fault(event)
        self.events.append(event)

    def tell(self, lines: int) -> None:
        """Note that somebody was told that what they sent is durable: so many lines by now."""
        self.events.append(Event("told", offset=lines))

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:  # noqa: ANN401, N802 - APSW's own.
        """Open a file."""
        return File(self, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802 - APSW's own.
        """Delete a file."""
        self.happened(Event("delete", suffix_of(filename)))
        super().xDelete(filename, syncdir)


def suffix_of(name: str) -> str:
    """Which of a database's files it is."""
    return next(suffix for suffix in reversed(SUFFIXES) if name.endswith(suffix))


class File(apsw.VFSFile):
    """One open file."""

    def __init__(self, disk: Disk, name: Any, flags: list[int]) -> None:  # noqa: ANN401 - as above.
        """Open it where the system has it."""
        super().__init__("", name, flags)
        self.disk = disk
        path = name.filename() if isinstance(name, apsw.URIFilename) else str(name)
        self.suffix = suffix_of(path)

    def xWrite(self, data: Any, offset: int) -> None:  # noqa: ANN401, N802 - APSW's own.
        """Write; a disk that gets full in the middle has taken a part."""
        content = bytes(data)
        try:
            self.disk.happened(Event("write", self.suffix, offset, content))
        except apsw.FullError:
            half = content[: len(content) // 2]
            self.disk.events.append(Event("write", self.suffix, offset, half))
            super().xWrite(half, offset)
            raise
        super().xWrite(content, offset)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802 - APSW's own.
        """Cut it to a length."""
        self.disk.happened(Event("cut", self.suffix, newsize))
        super().xTruncate(newsize)

    def xSync(self, _flags: int) -> None:  # noqa: N802 - APSW's own.
        """Have everything written last; the real disk need not, for no machine fails here."""
        self.disk.happened(Event("sync", self.suffix))

    def excepthook(self, *_raised: object) -> bool:
        """Be silent about a fault that SQLite has taken note of and goes on after."""
        return True


def no_fault(_event: Event) -> None:
    """Let everything happen."""


@contextmanager
def disk_below(
    patch: pytest.MonkeyPatch, fault: Fault = no_fault, **pragmas: str | int
) -> Iterator[Disk]:
    """Have every SQLite database that is opened meanwhile lie on a disk of a test.

    The writer's settings may be others; they must be among those that it has.
    """
    changed = {name: f"{name} = {value}" for name, value in pragmas.items()}
    usual = {each.split(" =")[0]: each for each in sqlite._WRITER_PRAGMAS}
    assert set(changed) <= set(usual)
    disk = Disk(NAME, fault)
    try:
        with patch.context() as within:
            within.setattr(sqlite, "sqlite_module", lambda: driver_on(NAME))
            within.setattr("server.db.engine.sqlite_module", lambda: driver_on(NAME))
            within.setattr(sqlite, "_WRITER_PRAGMAS", tuple((usual | changed).values()))
            yield disk
    finally:
        disk.unregister()
