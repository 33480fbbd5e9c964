"""What verify finds about archived lines: with the archive everything, without it the horizon.

Without the archive the book still proves each commit before the horizon: it is chained over the
hash and outcome of each operation, and over its movements, which all stay. What it can't show is
that a line gives its hash, and that deciding the lines again gives the same.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from device_protocol import chain
from server.lane.archived import is_remainder, remainder
from server.lane.models import COMMIT, OPERATION, STREAM
from server.lane.records import StoredOperation
from server.sync.archive import Archive, ArchivedLine, BrokenPartError, Manifest
from server.sync.findings import Finding
from server.sync.models import ARCHIVED_PART
from server.sync.records import ArchivedPart

ROWS_AT_ONCE = 10_000
Parts = Mapping[int, list[ArchivedPart]]
"""The parts of each site, in order."""


def parts_by_site(connection: sa.Connection) -> dict[int, list[ArchivedPart]]:
    """Every part that the book names."""
    named: dict[int, list[ArchivedPart]] = {}
    order = (ARCHIVED_PART.c.site, ARCHIVED_PART.c.number)
    for row in connection.execute(sa.select(ARCHIVED_PART).order_by(*order)):
        named.setdefault(row.site, []).append(ArchivedPart(*row))
    return named


def is_archived(operation: StoredOperation, parts: Parts) -> bool:
    """Whether the line stands in the archive, and what the book has is its remainder."""
    own = parts.get(operation.site, [])
    horizon = own[-1].last_operation if own else 0
    return operation.number <= horizon and is_remainder(operation.line)


def check_parts(connection: sa.Connection, parts: Parts) -> Iterator[Finding]:
    """Parts follow each other, and each ends at a commit with the hash that the book has of it."""
    for site, own in parts.items():
        for expected, part in enumerate(own, start=1):
            row = f"archived part {part.number}"
            if part.number != expected:
                yield Finding("archive_gap", site, row, f"expected part {expected}")
            commit = connection.execute(
                sa.select(COMMIT).where(COMMIT.c.site == site, COMMIT.c.number == part.last_commit)
            ).first()
            ends = commit and (bytes(commit.hash), commit.first_operation + commit.operations - 1)
            if ends != (part.hash, part.last_operation):
                yield Finding("archive_part", site, row, "it ends at another commit than the book")


def check_archive(connection: sa.Connection, archive: Archive, parts: Parts) -> Iterator[Finding]:
    """Every archived line gives its hash, follows its stream, and is the one the book has."""
    for site, own in parts.items():
        yield from _Site(connection, archive, site).findings(own)


def archived_lines(archive: Archive, parts: Parts) -> dict[tuple[int, int], bytes]:
    """Every archived line by site and number; of parts that are broken, and after them, none."""
    found = {}
    for site, own in parts.items():
        try:
            for part in own:
                for line in archive.lines(part):
                    found[site, line.number] = line.content
        except BrokenPartError:
            continue
    return found


class _Site:
    """The archive of one site beside its book."""

    def __init__(self, connection: sa.Connection, archive: Archive, site: int) -> None:
        self.connection = connection
        self.archive = archive
        self.site = site
        self.heads: dict[tuple[int, int], bytes] = {}

    def findings(self, parts: list[ArchivedPart]) -> Iterator[Finding]:
        """Part by part; after one that is missing or broken, no other can be trusted."""
        first, before = 1, ""
        for part in parts:
            try:
                yield from self._of_manifest(part, self.archive.manifest(part), first, before)
                yield from self._of_lines(part, first)
            except BrokenPartError as error:
                yield Finding("archive_broken", self.site, f"part {part.number}", str(error))
                return
            first, before = part.last_operation + 1, part.hash.hex()

    def _of_manifest(
        self, part: ArchivedPart, manifest: Manifest, first: int, before: str
    ) -> Iterator[Finding]:
        told = (
            *(manifest.site, manifest.number, manifest.first_operation, manifest.last_operation),
            *(manifest.last_commit, manifest.before, manifest.after),
        )
        expected = (
            *(part.site, part.number, first, part.last_operation),
            *(part.last_commit, before, part.hash.hex()),
        )
        if told != expected:
            row = f"manifest of part {part.number}"
            yield Finding("archive_part", self.site, row, f"expected {expected}, found {told}")

    def _of_lines(self, part: ArchivedPart, first: int) -> Iterator[Finding]:
        lines = {line.number: line for line in self.archive.lines(part)}
        own = OPERATION.c
        wanted = sa.select(own.number, own.stream, own.epoch, own.seq, own.hash, own.line).where(
            own.site == self.site, own.number >= first, own.number <= part.last_operation
        )
        # Said of this statement alone: said of the connection, all that come after would stream.
        streamed = self.connection.execute(
            wanted.order_by(own.number), execution_options={"yield_per": ROWS_AT_ONCE}
        )
        for row in streamed:
            line = lines.pop(row.number, None)
            name = f"operation {row.stream}/{row.epoch}/{row.seq}"
            details = [("archive_lacks", "the archive has no line for it")]
            if line is not None:
                details = list(self._of_line(line, row))
            yield from (Finding(kind, self.site, name, detail) for kind, detail in details)
            self.heads[row.stream, row.epoch] = row.hash
        for line in lines.values():
            name = f"operation {line.stream}/{line.epoch}/{line.seq}"
            yield Finding("row_missing", self.site, name, "the archive has its line")

    def _of_line(self, line: ArchivedLine, row: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - a row of the operations above.
        if (line.stream, line.epoch, line.seq) != (row.stream, row.epoch, row.seq):
            yield "archive_differs", "the archive has another line in its place"
        head = self.heads.get((row.stream, row.epoch)) or self._start(row.stream, row.epoch)
        if chain.step(head, row.seq, line.content) != row.hash:
            yield "line_changed", "its hash does not follow from the archived line"
        if row.line not in (line.content, remainder(line.content)):
            yield "line_changed", "the book's line is not the archived one"

    def _start(self, stream: int, epoch: int) -> bytes:
        own = STREAM.c
        wanted = sa.select(own.nonce).where(
            own.site == self.site, own.stream == stream, own.epoch == epoch
        )
        return chain.start(stream, epoch, bytes(self.connection.execute(wanted).scalar() or b""))
