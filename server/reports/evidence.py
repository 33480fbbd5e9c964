"""Evidence: the names, positions, pictures and signatures that operations refer to.

Each is told with its state: arrived; missing, so still on a device or lost with it; erased.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from server.identity.notes import ERASED
from server.identity.personal import erased_among, find_personal
from server.identity.records import PersonalRecord
from server.reports.reading import read_rows, time_of

DAY_MS = 24 * 3_600_000
OVERDUE_MS = DAY_MS
"""How long what an operation names may take to come: a shift, and a night without a charger."""


class EvidenceRow(msgspec.Struct, frozen=True):
    """Something that an operation names."""

    hash: str
    kind: str
    """attachment, or what the personal record is: name, note, position."""
    state: str
    """arrived, missing, erased."""
    text: str
    """What a personal record says, `(erased)` if it was; empty for an attachment."""
    media_type: str
    size: int
    have: int
    """Bytes of an attachment that have come."""


class ProofRow(msgspec.Struct, frozen=True):
    """One operation on a parcel of an order, with what proves it."""

    sscc: str
    operation: str
    """stream/epoch/seq."""
    did: str
    """Kind of the operation: deliver, fail_delivery, seal …"""
    occurred_at: str | None
    evidence: list[EvidenceRow]


def overdue_source(now: int) -> str:
    """The statement that gives what operations name and what has not come after a day."""
    mark = "CAST(e.stream AS TEXT) || '/' || CAST(e.epoch AS TEXT) || '/' || CAST(e.seq AS TEXT)"
    return f"""SELECT e.site AS site, {mark} || '/' || e.hash AS name, 'missing_' || e.kind AS kind,
      '' AS place, '' AS owner, '' AS sku, NULL AS stock, NULL AS quantity, '' AS "order",
      coalesce(e.unit, '') AS unit, e.hash AS expected,
      'device ' || CAST(e.stream AS TEXT) || ' has not sent it' AS actual, '' AS note,
      e.named_at AS opened_at, {mark} AS opened_by, e.named_at + {OVERDUE_MS} AS due
    FROM evidence AS e WHERE e.awaited = 1 AND e.named_at < {now - OVERDUE_MS}
      AND NOT EXISTS (SELECT 1 FROM personal_record AS p WHERE p.site = 0 AND p.hash = e.hash)
      AND NOT EXISTS (SELECT 1 FROM erased_record AS z WHERE z.site = 0 AND z.hash = e.hash)
      AND NOT EXISTS (SELECT 1 FROM attachment AS a WHERE a.site = 0 AND a.hash = e.hash
        AND a.completed_at IS NOT NULL)"""  # noqa: S608 - our own parts.


def named_in(line: object) -> dict[str, str]:
    """What a line names, hash → attachment or personal."""
    if not isinstance(line, dict):
        return {}
    named = [(name, "personal") for name in words_of(line.get("personal"))]
    named += [(name, "attachment") for name in words_of(line.get("attachments"))]
    return dict(named)


def words_of(value: object) -> list[str]:
    """The texts in a list; a line that was parked may hold anything there."""
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def evidence_rows(connection: sa.Connection, named: Mapping[str, str]) -> list[EvidenceRow]:
    """What is known of things that operations name, in the same order."""
    names = list(named)
    records = find_personal(connection, names)
    erased = erased_among(connection, names)
    attachments = attachments_of(connection, names)
    return [
        personal_row(name, records.get(name), erased=name in erased)
        if kind == "personal"
        else attachment_row(name, attachments.get(name), erased=name in erased)
        for name, kind in named.items()
    ]


def personal_row(name: str, record: PersonalRecord | None, *, erased: bool) -> EvidenceRow:
    """A personal record as it is told."""
    if record is not None and not erased:
        text = record.body.decode(errors="replace")
        return EvidenceRow(name, record.kind or "name", "arrived", text, "", 0, 0)
    state, text = ("erased", ERASED) if erased else ("missing", "")
    return EvidenceRow(name, "personal", state, text, "", 0, 0)


def attachment_row(name: str, row: sa.RowMapping | None, *, erased: bool) -> EvidenceRow:
    """An attachment as it is told."""
    if erased or row is None:
        state = "erased" if erased else "missing"
        return EvidenceRow(name, "attachment", state, "", "", 0, 0)
    state = "missing" if row["completed_at"] is None else "arrived"
    media_type, size, have = row["media_type"], row["size"], row["have"]
    return EvidenceRow(name, "attachment", state, "", media_type, size, have)


def attachments_of(connection: sa.Connection, names: Sequence[str]) -> dict[str, sa.RowMapping]:
    """Rows of attachments by hash."""
    if not names:
        return {}
    sql = sa.text(
        """SELECT hash, media_type, size, have, completed_at FROM attachment
        WHERE site = 0 AND hash IN :names"""
    ).bindparams(sa.bindparam("names", expanding=True))
    rows = connection.execute(sql, {"names": list(names)}).mappings()
    return {row["hash"]: row for row in rows}


OF_ORDER = """FROM customer_order AS q
    JOIN shipment AS h ON h.site = q.fulfilled_by AND h.order_id = q.id
    JOIN parcel AS r ON r.site = h.site AND r.shipment = h.id
    JOIN evidence AS e ON e.unit = r.code"""


def proof_of_order(connection: sa.Connection, order: int) -> list[ProofRow]:
    """What proves what happened to the parcels of an order, by parcel and time."""
    sql = f"""SELECT r.code AS sscc, e.site AS site, e.stream AS stream, e.epoch AS epoch,
      e.seq AS seq, e.hash AS hash, e.kind AS kind, o.occurred_at AS occurred_at, o.line AS line
    {OF_ORDER} JOIN operation AS o
      ON o.site = e.site AND o.stream = e.stream AND o.epoch = e.epoch AND o.seq = e.seq
    WHERE q.site = 0 AND q.id = :order
    ORDER BY r.code, o.occurred_at, e.stream, e.epoch, e.seq, e.kind, e.hash"""
    found = read_rows(connection, sql, {"order": order})
    known = {
        row.hash: row
        for row in evidence_rows(connection, {row["hash"]: row["kind"] for row in found})
    }
    proofs: dict[tuple[Any, ...], ProofRow] = {}
    for row in found:
        name = f"{row['stream']}/{row['epoch']}/{row['seq']}"
        key = (row["sscc"], row["site"], name)
        if key not in proofs:
            at = time_of(row["occurred_at"])
            proofs[key] = ProofRow(row["sscc"], name, did(bytes(row["line"])), at, [])
        proofs[key].evidence.append(known[row["hash"]])
    return list(proofs.values())


def did(line: bytes) -> str:
    """The kind of operation that a line says."""
    try:
        return msgspec.json.decode(line, type=_Kind).kind
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return ""


class _Kind(msgspec.Struct, frozen=True):
    kind: str = ""


def proves_for(connection: sa.Connection, owner: int, name: str) -> bool:
    """Whether something was named by an operation on a parcel of this merchant."""
    # Parcels have no index by code; places, whose ids they share, have one per site.
    sql = """SELECT 1 FROM evidence AS e JOIN site AS t ON t.site = 0
    JOIN place AS p ON p.site = t.id AND p.code = e.unit
    JOIN parcel AS r ON r.site = p.site AND r.id = p.id
    JOIN shipment AS h ON h.site = r.site AND h.id = r.shipment
    WHERE e.hash = :name AND h.owner = :owner LIMIT 1"""
    return bool(read_rows(connection, sql, {"name": name, "owner": owner}))
