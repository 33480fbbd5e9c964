"""The story of one operation: what was said, what became of it, and what was decided later."""

from typing import Any

import msgspec
import sqlalchemy as sa

from server.identity.notes import read_notes
from server.ledger.records import TRANSIT, VIRTUAL_NAMES
from server.reports.evidence import EvidenceRow, evidence_rows, named_in
from server.reports.reading import read_rows, time_of


class MovementRow(msgspec.Struct, frozen=True):
    """One movement, in words."""

    number: int
    source: str
    target: str
    owner: str
    sku: str
    lot: str
    serial: str
    condition: str
    raw: str
    stock: int
    stock_to: int
    quantity: int
    cause: str
    mends: int | None


class OperationStory(msgspec.Struct, frozen=True):
    """One operation as it came, and everything that came of it."""

    site: int
    stream: int
    epoch: int
    seq: int
    line: Any
    """The line as it was sent; text where it is no JSON."""
    outcome: Any
    occurred_at: str | None
    uncertainty_ms: int
    quality: str
    recorded_at: str | None
    commit: int | None
    movements: list[MovementRow]
    undone_by: str | None
    opened: list[str]
    """Discrepancies and tasks that it opened, as kind:id."""
    resolution: str | None
    """Note of the person who set it aside or had it decided, if it was parked."""
    decision: Any = None
    """What it came to later, if it was parked and is not any more."""
    evidence: list[EvidenceRow] = []
    """Attachments and personal records that it names."""


def operation_story(
    connection: sa.Connection, site: int, stream: int, epoch: int, seq: int
) -> OperationStory | None:
    """The story of an operation, or None where it is not stored."""
    key = {"site": site, "stream": stream, "epoch": epoch, "seq": seq}
    name = f"{stream}/{epoch}/{seq}"
    sql = """SELECT o.*, c.number AS commit_number, c.recorded_at AS recorded_at,
      z.by_epoch AS by_epoch, z.by_seq AS by_seq, r.note AS note, r.decision AS decision,
      r.resolved_by AS resolved_by
    FROM operation AS o
    LEFT JOIN book_commit AS c ON c.site = o.site AND c.first_operation = (
      SELECT max(b.first_operation) FROM book_commit AS b
      WHERE b.site = o.site AND b.first_operation <= o.number)
      AND o.number < c.first_operation + c.operations
    LEFT JOIN undone AS z ON z.site = o.site AND z.stream = o.stream AND z.epoch = o.epoch
      AND z.seq = o.seq
    LEFT JOIN resolution AS r ON r.site = o.site AND r.subject = 'parked' AND r.name = :name
    WHERE o.site = :site AND o.stream = :stream AND o.epoch = :epoch AND o.seq = :seq"""
    found = read_rows(connection, sql, key | {"name": name})
    if not found:
        return None
    row = found[0]
    decision = row["decision"]
    line = readable(bytes(row["line"]))
    by = row if decision is None else deciding(connection, site, row["resolved_by"])
    return OperationStory(
        **key,
        line=line,
        outcome=readable(bytes(row["outcome"])),
        occurred_at=time_of(row["occurred_at"]),
        uncertainty_ms=row["uncertainty"],
        quality=row["quality"],
        recorded_at=time_of(row["recorded_at"]),
        commit=row["commit_number"],
        movements=movements(connection, site, by["first_movement"], by["movements"]),
        undone_by=None if row["by_seq"] is None else f"{stream}/{row['by_epoch']}/{row['by_seq']}",
        opened=opened_by(connection, site, name),
        resolution=note_of(connection, row["note"]),
        decision=None if decision is None else readable(bytes(decision)),
        evidence=evidence_rows(connection, named_in(line)),
    )


def deciding(connection: sa.Connection, site: int, name: str) -> sa.RowMapping:
    """The operation that decided another later: its movements are the other's."""
    stream, epoch, seq = map(int, name.split("/"))
    key = {"site": site, "stream": stream, "epoch": epoch, "seq": seq}
    sql = """SELECT o.first_movement AS first_movement, o.movements AS movements
    FROM operation AS o
    WHERE o.site = :site AND o.stream = :stream AND o.epoch = :epoch AND o.seq = :seq"""
    return read_rows(connection, sql, key)[0]


def note_of(connection: sa.Connection, note: str | None) -> str | None:
    """A note in words."""
    return note if note is None else read_notes(connection, [note]).get(note, note)


def readable(line: bytes) -> Any:  # noqa: ANN401 - whatever the line says.
    """A line as JSON, or as text where it is none."""
    try:
        return msgspec.json.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return line.decode(errors="replace")


def movements(connection: sa.Connection, site: int, first: int, count: int) -> list[MovementRow]:
    """Movements from a number on, in words."""
    sql = """SELECT v.number AS number, v.source AS source, v.target AS target,
      p.code AS source_code, t.code AS target_code, coalesce(m.code, '') AS owner,
      coalesce(i.sku, '') AS sku, s.lot AS lot, s.serial AS serial, s.condition AS condition,
      CASE WHEN u.code IS NULL THEN s.raw ELSE u.code END AS raw, v.stock AS stock,
      v.stock_to AS stock_to, v.quantity AS quantity, v.cause AS cause, v.mends AS mends
    FROM movement AS v JOIN stock AS s ON s.site = v.site AND s.id = v.stock
    LEFT JOIN unit AS u ON u.site = s.site AND u.id = s.unit
    LEFT JOIN place AS p ON p.site = v.site AND p.id = v.source
    LEFT JOIN place AS t ON t.site = v.site AND t.id = v.target
    LEFT JOIN item AS i ON i.site = 0 AND i.id = s.item
    LEFT JOIN merchant AS m ON m.site = 0 AND m.id = s.owner
    WHERE v.site = :site AND v.number >= :first AND v.number < :first + :count ORDER BY v.number"""
    found = read_rows(connection, sql, {"site": site, "first": first, "count": count})
    return [
        MovementRow(
            **{name: row[name] for name in MovementRow.__struct_fields__ if name in row}
            | {
                "source": row["source_code"] or virtual_name(row["source"]),
                "target": row["target_code"] or virtual_name(row["target"]),
            }
        )
        for row in found
    ]


def virtual_name(place: int) -> str:
    """What a side of the book is called."""
    if place in VIRTUAL_NAMES:
        return VIRTUAL_NAMES[place]
    return f"in transit, site {place - TRANSIT}"


def opened_by(connection: sa.Connection, site: int, name: str) -> list[str]:
    """What an operation opened: discrepancies and tasks, by kind and id."""
    sql = """SELECT 'discrepancy ' || d.kind AS kind, d.id AS id FROM discrepancy AS d
    WHERE d.site = :site AND d.opened_by = :name
    UNION ALL SELECT 'task ' || t.kind, t.id FROM task AS t
    WHERE t.site = :site AND t.opened_by = :name ORDER BY 2"""
    found = read_rows(connection, sql, {"site": site, "name": name})
    return [f"{row['kind']}: {row['id']}" for row in found]
