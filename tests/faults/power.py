"""What a disk may hold after a power cut, and what SQLite makes of that.

A run on a `Disk` is recorded. A cut may come between any two events of it: what a file was asked to
keep before its last sync is there, of what was written since then anything may be missing, in any
order, by the write or by the sector. The database that comes out must be, byte for byte, what one
commit left behind, and none that is older than the last one of which somebody was told.
"""

import bisect
import hashlib
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from server.db.sqlite import sqlite_module
from tests.faults.disk import SUFFIXES, Event

SECTORS = (512, 4_096)
NAME = "image.sqlite3"
FRAME_HEAD = 24
"""Bytes before a page in SQLite's log (sqlite.org/fileformat2.html, 4.1)."""


class Platter:
    """What a disk has of one file: what will last, and what was written since."""

    def __init__(self, content: bytes = b"") -> None:
        """Begin with what lasts."""
        self.content = bytearray(content)
        self.loose: list[Event] = []

    def take(self, event: Event) -> None:
        """Let something happen to it."""
        if event.verb == "sync":
            self.content = self.after(self.loose)
            self.loose = []
        else:
            self.loose.append(event)

    def after(self, events: Sequence[Event], source: random.Random | None = None) -> bytearray:
        """The file once these have reached the disk, or what a power cut lets through of them."""
        content = bytearray(self.content)
        for offset, piece in survivors(events, source) if source else pieces(events):
            if piece is None:
                del content[offset:]
                continue
            content.extend(bytes(max(0, offset - len(content))))
            content[offset : offset + len(piece)] = piece
        return content


Piece = tuple[int, bytes | None]
"""Where something is written, and what; a length to which the file is cut, and nothing."""


def pieces(events: Sequence[Event]) -> Iterator[Piece]:
    """All of it."""
    for event in events:
        yield event.offset, event.content if event.verb == "write" else None


def survivors(events: Sequence[Event], source: random.Random) -> Iterator[Piece]:
    """What a power cut lets through: a beginning, some writes, or some sectors of some writes."""
    way = source.choice(("beginning", "some", "torn"))
    if way == "beginning":
        yield from pieces(events[: source.randint(0, len(events))])
        return
    share = source.choice((0.05, 0.5, 0.95))
    sector = source.choice(SECTORS)
    for offset, content in pieces(events):
        if way == "some" or content is None:
            if source.random() < share:
                yield offset, content
            continue
        start = 0
        while start < len(content):
            end = min(len(content), start + sector - (offset + start) % sector)
            if source.random() < share:
                yield offset + start, content[start:end]
            start = end


class Cut(NamedTuple):
    """What was found after one power cut."""

    moment: int
    """Before which event of the run it came."""
    commit: int | None
    """Which commit the database is at, from 0; None if it is at none."""
    told: int
    """The last commit of which somebody had been told."""


class Recording:
    """A run on a disk, from a database that was there whole."""

    def __init__(self, before: bytes, events: Sequence[Event], folder: Path) -> None:
        """Learn what the database is after each commit; images are made in the folder."""
        self._before = before
        self._events = events
        self._folder = folder
        self._moments = [
            0,
            *(n for n in range(2, len(events) + 1) if ends_commit(events[n - 2 : n])),
        ]
        self._commits = {
            self._opened(whole(platters)): number
            for number, (_, platters) in enumerate(self._played(self._moments))
        }

    @property
    def commits(self) -> int:
        """How many states there were, that from before among them."""
        return len(self._moments)

    def cuts(self, count: int, seed: int) -> Iterator[Cut]:
        """Cut the power so often, at moments of chance."""
        source = random.Random(f"power {seed}")
        moments = sorted(source.randint(1, len(self._events)) for _ in range(count))
        for moment, platters in self._played(moments):
            image = {name: each.after(each.loose, source) for name, each in platters.items()}
            yield Cut(moment, self._commits.get(self._opened(image)), self.told(moment)[0])

    def told(self, moment: int) -> tuple[int, int]:
        """The last commit of which somebody had been told by a moment, and of how many lines."""
        told = (n for n in range(moment - 1, -1, -1) if self._events[n].verb == "told")
        last = next(told, None)
        if last is None:
            return 0, 0
        return bisect.bisect_right(self._moments, last) - 1, self._events[last].offset

    def states(self, every: int) -> Iterator[tuple[Path, int]]:
        """Lay down what the database was after some commits, and how many lines were told then."""
        ends = [*self._moments[1:], len(self._events)]
        for number, (_, platters) in enumerate(self._played(self._moments)):
            if number and (number % every == 0 or number == len(ends) - 1):
                self._write(whole(platters))
                yield self._folder / NAME, self.told(ends[number])[1]

    def _played(self, moments: Sequence[int]) -> Iterator[tuple[int, dict[str, Platter]]]:
        """The files just before each of some moments, in order."""
        platters = {suffix: Platter() for suffix in SUFFIXES}
        platters[""] = Platter(self._before)
        done = 0
        for moment in moments:
            for event in self._events[done:moment]:
                if event.verb != "told":
                    platters[event.suffix].take(event)
            done = moment
            yield moment, platters

    def _opened(self, image: dict[str, bytearray]) -> bytes:
        """Open an image as the server's SQLite does after a power cut; answer what it holds."""
        self._write(image)
        path = self._folder / NAME
        module = sqlite_module()
        connection = module.connect(path, isolation_level=None)
        try:
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except (module.DatabaseError, UnicodeDecodeError) as error:
            # SQLite quotes what it found of a torn schema, which need not be text any more.
            return str(error).encode()
        finally:
            connection.close()
        return hashlib.sha256(path.read_bytes()).digest()

    def _write(self, image: dict[str, bytearray]) -> None:
        """Lay the files of an image down; the index of the log is not kept on any disk."""
        for suffix in (*SUFFIXES, "-shm"):
            path = self._folder / (NAME + suffix)
            content = image.get(suffix)
            if content:
                path.write_bytes(content)
            else:
                path.unlink(missing_ok=True)


def whole(platters: dict[str, Platter]) -> dict[str, bytearray]:
    """What the files are while nothing fails."""
    return {suffix: each.after(each.loose) for suffix, each in platters.items()}


def ends_commit(last: Sequence[Event]) -> bool:
    """Whether two writes are the last frame of a commit: its head says how long the database is."""
    head, page = last
    is_frame = (head.verb, head.suffix, len(head.content)) == ("write", "-wal", FRAME_HEAD)
    return is_frame and page.verb == "write" and any(head.content[4:8])
