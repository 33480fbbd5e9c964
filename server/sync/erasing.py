"""Erasing what is personal: when its time is over, and when somebody asks for it.

1. An order is named by its merchant and number. Everything about its consumer is found from it: the
   recipient, also of a version that was in conflict; notes of people; names, positions, texts and
   attachments that operations on its parcels name, whether they have come or not.
2. In one transaction the records are deleted, each hash is marked as gone for good, and that it
   was done is noted: by whom, when and how much, and nothing of what it was.
3. Then the bytes of attachments go. Whoever is interrupted asks again, or the daily cleaning does
   it.

The book itself is not touched: it holds hashes alone, and `verify` needs nothing else.
"""

import msgspec
import sqlalchemy as sa

from server.db.bulk import ensure_records, select_records
from server.db.engine import Database
from server.identity.notes import PREFIX
from server.identity.personal import erase, erased_among, find_personal, forget_expired
from server.identity.records import Erasure
from server.lane.activity import NETWORK
from server.lane.records import StoredOperation
from server.orders.records import Order, OrderConflict
from server.sync.attachments import Attachments
from server.sync.records import Attachment

_NOTES = """SELECT q.cancel_reason AS name FROM customer_order AS q
    WHERE q.site = 0 AND q.id = :order
  UNION SELECT c.reason FROM order_cancellation AS c WHERE c.site = 0 AND c.order_id = :order
  UNION SELECT r.note FROM order_conflict AS x JOIN resolution AS r ON r.site = x.site
    AND r.subject = 'conflict' AND r.name = CAST(x.id AS TEXT)
    WHERE x.site = 0 AND x.order_id = :order
  UNION SELECT w.words FROM consumer_word AS w WHERE w.site = 0 AND w.order_id = :order
  UNION SELECT t.note FROM shipment AS h JOIN task AS t ON t.site = h.site AND t.shipment = h.id
    WHERE h.site = :site AND h.order_id = :order"""
_EVIDENCE = """SELECT e.hash AS name FROM shipment AS h
    JOIN evidence AS e ON e.site = h.site AND e.shipment = h.id
    WHERE h.site = :site AND h.order_id = :order
  UNION SELECT e.hash FROM shipment AS h
    JOIN parcel AS r ON r.site = h.site AND r.shipment = h.id
    JOIN evidence AS e ON e.unit = r.code
    WHERE h.site = :site AND h.order_id = :order
  UNION SELECT a.hash FROM attachment AS a WHERE a.site = 0 AND a.device = :page"""
_GONE = "SELECT 1 FROM erased_record AS z WHERE z.site = 0 AND z.hash = e.hash"
_SETTLE = f"""UPDATE evidence AS e SET awaited = NULL WHERE e.awaited = 1 AND (EXISTS ({_GONE})
    OR EXISTS (SELECT 1 FROM personal_record AS p WHERE p.site = 0 AND p.hash = e.hash)
    OR EXISTS (SELECT 1 FROM attachment AS a WHERE a.site = 0 AND a.hash = e.hash
      AND a.completed_at IS NOT NULL))"""  # noqa: S608 - our own parts.
_GIVE_UP = f"""INSERT INTO erased_record (site, hash, at, cause)
    SELECT DISTINCT 0, e.hash, CAST(:now AS BIGINT), 'expired' FROM evidence AS e
    WHERE e.awaited = 1 AND e.named_at < :before AND NOT EXISTS ({_GONE})"""  # noqa: S608 - as above.
_EXPIRE = f"""INSERT INTO erased_record (site, hash, at, cause)
    SELECT 0, e.hash, CAST(:now AS BIGINT), 'expired' FROM attachment AS e
    WHERE e.kept_until < :now AND NOT EXISTS ({_GONE})"""  # noqa: S608 - as above.


class _Placed(msgspec.Struct, frozen=True):
    recipient: str = ""


class Found(msgspec.Struct, frozen=True):
    """What there is about the consumer of an order, by hash."""

    recipients: frozenset[str]
    notes: frozenset[str]
    evidence: frozenset[str]

    @property
    def all(self) -> frozenset[str]:
        """Every hash."""
        return self.recipients | self.notes | self.evidence


def orders_named(
    connection: sa.Connection, owner: int, number: str, channel: str | None
) -> list[Order]:
    """The orders of a merchant under a number: one, or one for each of several channels."""
    sql = """SELECT q.channel AS channel FROM customer_order AS q
        WHERE q.site = 0 AND q.owner = :owner AND q.number = :number ORDER BY q.channel"""
    channels = connection.scalars(sa.text(sql), {"owner": owner, "number": number}).all()
    wanted = [
        (NETWORK, owner, each, number) for each in channels if channel is None or each == channel
    ]
    return select_records(connection, Order, ("site", "owner", "channel", "number"), wanted)


def found_about(connection: sa.Connection, order: Order) -> Found:
    """Everything about the consumer of an order."""
    # What came by the page of an order, named by a complaint or not, came from minus its number.
    asked = {"order": order.id, "site": order.fulfilled_by, "page": -order.id}
    notes = connection.scalars(sa.text(_NOTES), asked).all()
    evidence = connection.scalars(sa.text(_EVIDENCE), asked).all()
    versions = _recipients_in_conflict(connection, order)
    return Found(
        recipients=frozenset(name for name in (order.recipient, *versions) if name),
        notes=frozenset(
            note.removeprefix(PREFIX) for note in notes if note and note.startswith(PREFIX)
        ),
        evidence=frozenset(evidence),
    )


def _recipients_in_conflict(connection: sa.Connection, order: Order) -> list[str]:
    """The recipients of versions of an order that came later and were not taken."""
    wanted = [(NETWORK, order.id)]
    conflicts = select_records(connection, OrderConflict, ("site", "order_id"), wanted)
    names = [(NETWORK, *map(int, each.operation.split("/"))) for each in conflicts]
    lines = select_records(connection, StoredOperation, StoredOperation.KEY, names)
    return [msgspec.json.decode(each.line, type=_Placed).recipient for each in lines]


def erase_order(
    database: Database, attachments: Attachments, order: Order, *, actor: str, now: int
) -> Erasure:
    """Erase everything about the consumer of an order; answer how much that was."""
    with database.writing() as connection:
        found = found_about(connection, order)
        told = _counted(connection, order, found, actor, now)
        erase(connection, found.all, now)
        connection.execute(sa.text(_SETTLE))
        ensure_records(connection, Erasure, [told])
        kept = _attachments(connection, found)
    attachments.remove([row.hash for row in kept])
    database.flush_log()
    return told


def clean(database: Database, attachments: Attachments, kept_ms: int, now: int) -> None:
    """Erase everything whose time is over; once a day."""
    with database.writing() as connection:
        forget_expired(connection, now)
        clear_evidence(connection, now, kept_ms)
    attachments.clear_up()
    database.flush_log()


def clear_evidence(connection: sa.Connection, now: int, kept_ms: int) -> None:
    """Mark what is over, and what was awaited so long that it would be over."""
    connection.execute(sa.text(_SETTLE))
    connection.execute(sa.text(_GIVE_UP), {"now": now, "before": now - kept_ms})
    connection.execute(sa.text(_EXPIRE), {"now": now})
    connection.execute(sa.text(_SETTLE))


def _counted(
    connection: sa.Connection, order: Order, found: Found, actor: str, now: int
) -> Erasure:
    kinds = {name: record.kind for name, record in find_personal(connection, [*found.all]).items()}
    attached = {row.hash for row in _attachments(connection, found)}
    gone = erased_among(connection, found.evidence)
    recipients = kinds.keys() & found.recipients
    others = [kind for name, kind in kinds.items() if name not in recipients]
    return Erasure(
        site=NETWORK,
        order_id=order.id,
        at=now,
        actor=actor,
        recipients=len(recipients),
        # What came before kinds were told apart is the name of somebody who took a parcel.
        names=sum(kind in ("name", "") for kind in others),
        notes=others.count("note"),
        positions=others.count("position"),
        attachments=len(attached - gone),
        awaited=len(found.evidence - kinds.keys() - attached - gone),
    )


def _attachments(connection: sa.Connection, found: Found) -> list[Attachment]:
    wanted = [(NETWORK, name) for name in found.evidence]
    return select_records(connection, Attachment, Attachment.KEY, wanted)
