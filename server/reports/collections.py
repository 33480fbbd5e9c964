"""What a desk sees of collecting: returns that wait for it, and the stops of a round.

An address is shown only while somebody has to go there: it is what rounds are planned by.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from server.identity.personal import find_personal, read_recipient
from server.reports.reading import read_rows, told


class CollectionRow(msgspec.Struct, frozen=True):
    """A return that a task asks to be collected."""

    task: int
    number: str
    """Of the return."""
    order: int
    order_number: str
    owner: str
    destination: str
    address: tuple[str, ...]
    """Empty where nobody named one or it was erased."""
    asked_at: str
    due: str
    again: str
    """The day that was agreed on when it was not handed out; empty where none was."""
    round: int | None
    """On which it stands already; likewise its name."""
    round_name: str | None


class StopRow(msgspec.Struct, frozen=True):
    """A door of a round."""

    stop: int
    sequence: int
    kind: str
    """deliver or collect."""
    state: str
    order: int
    number: str
    """Of the order; `announced` is that of the return."""
    announced: str
    owner: str
    destination: str
    address: tuple[str, ...]
    parcels: int
    promised_at: str | None
    window_from: str | None
    done_at: str | None


def collections(connection: sa.Connection, site: int) -> list[CollectionRow]:
    """The returns that wait to be collected, the oldest first; they are few."""
    sql = """SELECT t.id AS task, t.note AS number, h.order_id AS "order",
      h.number AS order_number, coalesce(m.code, '') AS owner, h.destination AS destination,
      h.recipient AS recipient, t.opened_at AS asked_at, t.due AS due, s.round AS round,
      r.name AS round_name, coalesce((SELECT a.next_date FROM stop AS z
        JOIN attempt AS a ON a.site = z.site AND a.stop = z.id AND a.result = 'uncollected'
        WHERE z.site = h.site AND z.shipment = h.id AND z.task = t.id
        ORDER BY a.id DESC LIMIT 1), '') AS again
    FROM task AS t JOIN shipment AS h ON h.site = t.site AND h.id = t.shipment
    LEFT JOIN merchant AS m ON m.site = 0 AND m.id = h.owner
    LEFT JOIN stop AS s ON s.site = h.site AND s.shipment = h.id AND s.task = t.id
      AND s.done_at IS NULL
    LEFT JOIN round AS r ON r.site = s.site AND r.id = s.round
    WHERE t.site = :site AND t.open = 1 AND t.kind = 'collect' ORDER BY t.id"""
    found = with_addresses(connection, read_rows(connection, sql, {"site": site}))
    return [told(CollectionRow, row, "asked_at", "due") for row in found]


def stops(connection: sa.Connection, site: int, round_: int) -> list[StopRow]:
    """The doors of a round in their order, without those that were taken off."""
    sql = """SELECT s.id AS stop, s.sequence AS sequence, s.kind AS kind, s.state AS state,
      h.order_id AS "order", h.number AS number, s.announced AS announced,
      coalesce(m.code, '') AS owner, s.destination AS destination,
      CASE WHEN s.done_at IS NULL THEN h.recipient ELSE '' END AS recipient,
      (SELECT count(*) FROM parcel AS p WHERE p.site = s.site AND p.stop = s.id) AS parcels,
      h.promised_at AS promised_at, h.window_from AS window_from, s.done_at AS done_at
    FROM stop AS s JOIN shipment AS h ON h.site = s.site AND h.id = s.shipment
    LEFT JOIN merchant AS m ON m.site = 0 AND m.id = h.owner
    WHERE s.site = :site AND s.round = :round AND s.state <> 'dropped'
    ORDER BY s.sequence, s.id"""
    rows = read_rows(connection, sql, {"site": site, "round": round_})
    found = with_addresses(connection, rows)
    return [told(StopRow, row, "promised_at", "window_from", "done_at") for row in found]


def with_addresses(
    connection: sa.Connection, rows: Sequence[sa.RowMapping]
) -> Iterator[dict[str, Any]]:
    """Rows with the address of their recipient in place of the reference to it."""
    kept = find_personal(connection, [row["recipient"] for row in rows])
    for row in rows:
        others = {name: value for name, value in row.items() if name != "recipient"}
        yield others | {"address": read_recipient(kept.get(row["recipient"])).lines}
