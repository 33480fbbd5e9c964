"""Imports of master files: sites, zones, locations, merchants, items, codes, people.

A row becomes a message to a lane, which decides it as it decides what desks say. A bad line never
stops the good ones, and importing a file again changes nothing. A dry run is the same import said
to lanes that only rehearse.
"""

from collections.abc import Callable
from typing import Protocol

import msgspec

from device_protocol.messages import Outcome
from server.errors import InvalidError
from server.ids import Randomness
from server.integrations.csv_rows import BrokenRow, NamedRow, Table
from server.integrations.import_rows import KINDS, Directory, FieldError, Kind, RowReader, Said
from server.integrations.order_documents import LineError
from server.lane.activity import IMPORT
from server.lane.message import Message

MESSAGES_MAX = 1_000
"""So many rows are committed at a time, so that nobody else waits long."""

Progress = Callable[[int, int], None]


class Answered(Protocol):
    """What a lane answers: stored outcomes, in the order of the messages."""

    @property
    def outcomes(self) -> tuple[bytes, ...]:
        """Outcomes as JSON."""


class Awaited(Protocol):
    """An answer that may still be on its way: a future of it."""

    def result(self) -> Answered:
        """Wait for the answer."""


class Say(Protocol):
    """How messages reach a lane: `Lanes.say`, or `Lanes.rehearse` for a dry run."""

    def __call__(self, site: int, stream: int, /, *messages: Message) -> Awaited:
        """Hand messages of a stream to a site's lane."""


class Report(msgspec.Struct, frozen=True):
    """What became of a file's rows: each is applied, unchanged or refused."""

    kind: str
    file: str
    total: int
    applied: int
    unchanged: int
    refused: tuple[LineError, ...]
    ignored: tuple[str, ...] = ()
    """Columns that nobody knows."""


def _unseen(done_bytes: int, total_bytes: int) -> None:
    """Take progress that nobody watches."""


def run_import(
    say: Say,
    kind: str,
    content: bytes,
    directory: Directory,
    randomness: Randomness,
    *,
    file: str = "",
    actor: str = "",
    on_progress: Progress = _unseen,
) -> Report:
    """Import a file's content; `on_progress` hears bytes done and bytes in all.

    UnavailableError comes through; then some rows were imported, and the same call goes on.
    """
    if kind not in KINDS:
        raise InvalidError(f"There is no import of {kind!r}, only of {', '.join(KINDS)}.")
    table = Table(content, KINDS[kind].required, KINDS[kind].optional)
    run = _Run(say, KINDS[kind], RowReader(directory, randomness, actor), file)
    done_bytes = 0
    for row in table:
        run.take(row)
        done_bytes += row.size_bytes
        on_progress(done_bytes, len(content))
    run.finish()
    on_progress(len(content), len(content))
    return Report(
        kind=kind,
        file=file,
        total=run.total,
        applied=run.applied,
        unchanged=run.unchanged,
        refused=tuple(sorted(run.refused, key=lambda error: error.line)),
        ignored=table.ignored,
    )


class _Run:
    """One import as it goes: what waits to be said, and what was answered."""

    def __init__(self, say: Say, kind: Kind, reader: RowReader, file: str) -> None:
        self.total = 0
        self.applied = 0
        self.unchanged = 0
        self.refused: list[LineError] = []
        self._say = say
        self._kind = kind
        self._reader = reader
        self._file = file
        self._waiting: dict[int, list[tuple[int, Message]]] = {}
        self._said: dict[tuple[str, ...], tuple[int, Message]] = {}

    def take(self, row: NamedRow | BrokenRow) -> None:
        """Put a row to those that wait for their lane; when they are many, say them."""
        self.total += 1
        if isinstance(row, BrokenRow):
            self._refuse(row.line, row.reason)
            return
        try:
            said = self._read(row)
        except FieldError as error:
            self._refuse(row.line, str(error))
            return
        waiting = self._waiting.setdefault(said.site, [])
        waiting.append((row.line, said.message))
        if len(waiting) >= MESSAGES_MAX:
            self._commit(said.site)

    def finish(self) -> None:
        """Say what still waits."""
        for site in list(self._waiting):
            self._commit(site)

    def _read(self, row: NamedRow) -> Said:
        missing = [name for name in self._kind.required if name not in row.fields]
        if missing:
            raise FieldError(f"{', '.join(missing)} must not be empty")
        if any("\x00" in text for text in row.fields.values()):
            # PostgreSQL can't even be asked for it.
            raise FieldError("a field has a character that can't be kept (NUL)")
        said = self._kind.read(self._reader, row.fields)
        line, before = self._said.setdefault(said.about, (row.line, said.message))
        if before != said.message:
            # Either would undo the other, again with each import.
            raise FieldError(f"line {line} says otherwise of {' '.join(said.about)}")
        return said

    def _commit(self, site: int) -> None:
        waiting = self._waiting.pop(site)
        messages = [message for _, message in waiting]
        answer = self._say(site, IMPORT, *messages).result()
        for (line, _), stored in zip(waiting, answer.outcomes, strict=True):
            outcome = msgspec.json.decode(stored, type=Outcome)
            if outcome.outcome != "applied":
                self._refuse(line, _told(outcome))
            elif outcome.grant is not None and outcome.grant.get("unchanged"):
                self.unchanged += 1
            else:
                self.applied += 1

    def _refuse(self, line: int, reason: str) -> None:
        self.refused.append(LineError(self._file, line, reason))


def _told(outcome: Outcome) -> str:
    parts = [outcome.code.replace("_", " ")]
    if outcome.expected:
        parts.append(f"expected {outcome.expected}")
    if outcome.actual:
        parts.append(f"found {outcome.actual}")
    if outcome.then:
        parts.append(outcome.then)
    return "; ".join(parts)
