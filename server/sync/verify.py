"""Verify: rebuild what can be rebuilt, check what is chained, and name every row that differs.

0. The file: SQLite finds its pages sound. Where they are not, the rest is checked as far as it can
   be read.
1. Streams: every line leads by its hash to the next, without gaps, up to the stream's head.
2. Commits: numbered without gaps, each chained to the one before by a hash over its operations and
   movements.
3. Balances: the sum of their movements; a negative one has exactly one open discrepancy; promised
   units equal open pick lines.
4. Replay: every operation decided again gives the same outcomes and movements, and so the same
   hashes; and the same rows of every table that decisions write, whatever these say of the floor.

Lines that were archived (`server/sync/archiving.py`) are read from the archive where it is given.
Without it 1 and 4 begin at the horizon: 4 can't then be done at all, and the report says so.

None of it needs personal records, so it works also after these were erased.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import Generic, NamedTuple, TypeVar

import msgspec
import sqlalchemy as sa

from device_protocol import chain
from server.db.engine import Database
from server.lane.records import Commit, Lane, StoredOperation, Stream
from server.ledger.records import LAST_VIRTUAL, Allocation, Balance, Discrepancy, Movement
from server.sync.archive import Archive
from server.sync.archive_checks import (
    Parts,
    archived_lines,
    check_archive,
    check_parts,
    is_archived,
    parts_by_site,
)
from server.sync.book_rows import rows
from server.sync.chaining import Chained, Progress, chain_that_holds
from server.sync.file_checks import file_checked
from server.sync.findings import Finding, missing
from server.sync.push import PushRules, commit_hash
from server.sync.rebuilding import rebuilt
from server.sync.replay import Replay, in_order

N = TypeVar("N", StoredOperation, Movement)


class Report(NamedTuple):
    """What was looked at and what differs."""

    findings: list[Finding]
    commits: int
    operations: int
    movements: int
    balances: int
    archived: int = 0
    """Lines before the horizon, which stand in the archive."""
    unread: bool = False
    """Whether there are such lines and no archive to read them from."""

    @property
    def clean(self) -> bool:
        """Whether nothing differs."""
        return not self.findings


def verify(
    database: Database,
    rules: PushRules | None,
    on_progress: Progress = lambda _step, _count: None,
    archive: Archive | None = None,
) -> Report:
    """Check the whole book from one snapshot; `rules` None leaves the replay out."""
    findings: list[Finding] = []
    commits = operations = movements = balances = archived = 0
    with database.reporting() as connection, file_checked(connection, findings):
        parts = parts_by_site(connection)
        findings += check_parts(connection, parts)
        findings += check_streams(connection, parts)
        on_progress("streams", 0)
        if archive is not None:
            findings += check_archive(connection, archive, parts)
        commits, operations, movements = check_commits(connection, findings, on_progress)
        balances = check_balances(connection, findings)
        on_progress("balances", balances)
        archived = sum(own[-1].last_operation for own in parts.values())
        if rules is not None and (not archived or archive is not None):
            lines = archived_lines(archive, parts) if archive is not None else {}
            replay(connection, rules, findings, on_progress, lines)
    unread = archived > 0 and archive is None
    return Report(findings, commits, operations, movements, balances, archived, unread)


def check_streams(connection: sa.Connection, parts: Parts) -> list[Finding]:
    """Recompute every stream's chain from its lines, as far as they are here."""
    findings = []
    streams = {
        (stream.site, stream.stream, stream.epoch): stream
        for stream in rows(connection, Stream, "site, stream, epoch")
    }
    stored = rows(connection, StoredOperation, "site, stream, epoch, seq")
    seen = set()
    for key, operations in groupby(stored, lambda each: (each.site, each.stream, each.epoch)):
        seen.add(key)
        stream = streams.get(key)
        if stream is None:
            findings.append(
                Finding("stream_missing", key[0], f"stream {key}", "operations without a stream")
            )
            continue
        findings += check_stream(stream, operations, parts)
    findings += [
        Finding(
            "stream_lines_missing",
            key[0],
            f"stream {key}",
            f"next is {stream.next}, no lines are stored",
        )
        for key, stream in streams.items()
        if key not in seen and stream.next != 1
    ]
    return findings


def check_stream(
    stream: Stream, operations: Iterator[StoredOperation], parts: Parts
) -> list[Finding]:
    """Recompute one stream's chain."""
    findings = []
    head = chain.start(stream.stream, stream.epoch, stream.nonce)
    expected = 1
    for operation in operations:
        name = f"operation {operation.stream}/{operation.epoch}/{operation.seq}"
        if operation.seq != expected:
            detail = f"expected number {expected}"
            findings.append(Finding("stream_gap", stream.site, name, detail))
        computed = chain.step(head, operation.seq, operation.line)
        if computed != operation.hash and not is_archived(operation, parts):
            findings.append(
                Finding("line_changed", stream.site, name, "its hash does not follow from its line")
            )
        head = operation.hash
        expected = operation.seq + 1
    if (head, expected) != (stream.head, stream.next):
        detail = f"its lines end at {expected - 1}, the stream says {stream.next - 1}"
        row = f"stream {stream.stream}/{stream.epoch}"
        findings.append(Finding("stream_head", stream.site, row, detail))
    return findings


def check_commits(
    connection: sa.Connection, findings: list[Finding], on_progress: Progress
) -> Chained:
    """Recompute the chain of commits; where it does not hold, find out which rows are wrong."""
    holds = chain_that_holds(connection, on_progress)
    if holds is not None:
        return holds
    lanes = {lane.site: lane for lane in rows(connection, Lane, "site")}
    operations = Cursor(rows(connection, StoredOperation, "site, number"))
    movements = Cursor(rows(connection, Movement, "site, number"))
    counted = 0
    by_site = groupby(rows(connection, Commit, "site, number"), lambda commit: commit.site)
    for site, commits in by_site:
        lane = lanes.pop(site, Lane(site=site))
        previous, number = b"", 0
        for commit in commits:
            counted += 1
            on_progress("commits", counted)
            if commit.number != number + 1:
                findings.append(
                    Finding("commit_gap", site, f"commit {commit.number}", f"expected {number + 1}")
                )
            number = commit.number
            own = operations.take(site, commit.first_operation, commit.operations, findings)
            moved = movements.take(site, commit.first_movement, commit.movements, findings)
            if commit_hash(previous, commit, own, moved) != commit.hash:
                findings.append(
                    Finding(
                        "commit_changed", site, f"commit {number}", "its rows do not give its hash"
                    )
                )
            previous = commit.hash
        if (lane.head, lane.hash) != (number, previous):
            detail = f"commits end at {number}, the lane says {lane.head}"
            findings.append(Finding("lane_head", site, f"lane {site}", detail))
    findings += [
        Finding(
            "lane_head", site, f"lane {site}", f"the lane says {lane.head}, no commit is stored"
        )
        for site, lane in lanes.items()
        if lane.head
    ]
    operations.finish(findings)
    movements.finish(findings)
    return Chained(counted, operations.taken, movements.taken)


class Cursor(Generic[N]):
    """Numbered rows of all sites in order, handed out commit by commit."""

    def __init__(self, source: Iterator[N]) -> None:
        """Read ahead by one."""
        self.source: Iterator[N] = source
        self.ahead: N | None = next(source, None)
        self.taken = 0

    def take(self, site: int, first: int, count: int, findings: list[Finding]) -> list[N]:
        """The rows of one commit; rows that are missing or that no commit names are findings."""
        found: list[N] = []
        while self.ahead is not None and (self.ahead.site, self.ahead.number) < (
            site,
            first + count,
        ):
            row = self.ahead
            if (row.site, row.number) < (site, first):
                self._stray(row, findings)
            else:
                found.append(row)
            self.taken += 1
            self.ahead = next(self.source, None)
        findings += missing(site, [row.number for row in found], first, count)
        return found

    def finish(self, findings: list[Finding]) -> None:
        """What is left is named by no commit."""
        while self.ahead is not None:
            self._stray(self.ahead, findings)
            self.taken += 1
            self.ahead = next(self.source, None)

    def _stray(self, row: N, findings: list[Finding]) -> None:
        name = f"{type(row).TABLE} {row.number}"
        findings.append(Finding("row_stray", row.site, name, "no commit names it"))


def check_balances(connection: sa.Connection, findings: list[Finding]) -> int:
    """Rebuild balances from movements, and what they promise from open pick lines."""
    sums: dict[tuple[int, int, int], int] = {}
    for movement in rows(connection, Movement, "site, number"):
        out = (movement.site, movement.source, movement.stock)
        into = (movement.site, movement.target, movement.stock_to)
        sums[out] = sums.get(out, 0) - movement.quantity
        sums[into] = sums.get(into, 0) + movement.quantity
    promised: dict[tuple[int, int, int], int] = {}
    for line in rows(connection, Allocation, "site, id", "WHERE state = 'pending'"):
        key = (line.site, line.place, line.stock)
        promised[key] = promised.get(key, 0) + line.quantity - line.picked - line.short
    opened = {
        (row.site, row.id): row
        for row in rows(connection, Discrepancy, "site, id", "WHERE open = 1 AND kind = 'negative'")
    }
    counted = 0
    for balance in rows(connection, Balance, "site, place, stock"):
        counted += 1
        key = (balance.site, balance.place, balance.stock)
        name = f"balance place {balance.place} stock {balance.stock}"
        summed = sums.pop(key, 0)
        if summed != balance.quantity:
            detail = f"movements give {summed}, the row says {balance.quantity}"
            findings.append(Finding("balance", balance.site, name, detail))
        open_lines = promised.pop(key, 0)
        if open_lines != balance.allocated:
            detail = f"open pick lines promise {open_lines}, the row says {balance.allocated}"
            findings.append(Finding("allocated", balance.site, name, detail))
        findings += check_negative(balance, name, opened)
    findings += [
        Finding(
            "balance",
            key[0],
            f"balance place {key[1]} stock {key[2]}",
            f"movements give {left}, no row",
        )
        for key, left in sums.items()
        if left
    ]
    findings += [
        Finding(
            "allocated",
            key[0],
            f"balance place {key[1]} stock {key[2]}",
            f"{left} promised, no row",
        )
        for key, left in promised.items()
        if left
    ]
    findings += [
        Finding(
            "discrepancy",
            key[0],
            f"discrepancy {key[1]}",
            "open, and no balance is below zero for it",
        )
        for key in opened
    ]
    return counted


def check_negative(
    balance: Balance, name: str, opened: dict[tuple[int, int], Discrepancy]
) -> list[Finding]:
    """A physical balance below zero has exactly one open discrepancy; others have none."""
    negative = balance.quantity < 0 and balance.place > LAST_VIRTUAL
    found = None
    if balance.discrepancy is not None:
        found = opened.pop((balance.site, balance.discrepancy), None)
    if negative and found is None:
        return [
            Finding("discrepancy", balance.site, name, "below zero without an open discrepancy")
        ]
    if not negative and balance.discrepancy is not None:
        return [
            Finding("discrepancy", balance.site, name, "names a discrepancy that nothing explains")
        ]
    return []


def replay(
    connection: sa.Connection,
    rules: PushRules,
    findings: list[Finding],
    on_progress: Progress,
    archived: dict[tuple[int, int], bytes],
) -> None:
    """Decide everything again, and compare outcomes, movements and every row that came of it."""
    commits: dict[int, list[Commit]] = {}
    for commit in rows(connection, Commit, "site, number"):
        commits.setdefault(commit.site, []).append(commit)
    operations: dict[int, list[StoredOperation]] = {}
    for operation in rows(connection, StoredOperation, "site, number"):
        line = archived.get((operation.site, operation.number))
        if line is not None:
            operation = msgspec.structs.replace(operation, line=line)  # noqa: PLW2901
        operations.setdefault(operation.site, []).append(operation)
    book = Replay(rules)
    for done, commit in enumerate(in_order(commits), start=1):
        first = commit.first_operation - 1
        own = operations.get(commit.site, [])[first : first + commit.operations]
        book.take(commit, own)
        on_progress("replay", done)
    findings += [
        Finding(
            "decided_otherwise",
            each.site,
            f"commit {each.commit} operation {each.operation}",
            f"stored {each.stored}; now {each.decided}",
        )
        for each in book.differences
    ]
    findings += rebuilt(book.picture, lambda kind: rows(connection, kind, ", ".join(kind.KEY)))
