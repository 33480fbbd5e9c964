"""An order as its consumer sees it: where the parcels are and when they come, nobody's name.

What is shown is of this order alone: of other stops on a round not more than how many are left
before this one, and of a hand-over not more than whether a person, a neighbour or a place has it.
"""

import msgspec
import sqlalchemy as sa

from server.db.bulk import select_records
from server.lane.activity import NETWORK
from server.orders.records import Order, OrderLine
from server.reports.orders import cash_taken
from server.reports.reading import read_rows, time_of
from server.service.records import ConsumerWord
from server.service.rules import left_to_return, may_ask

STATES = {
    "open": "placed",
    "exception": "placed",
    "released": "preparing",
    "picked": "preparing",
    "packed": "packed",
    "loaded": "on_the_way",
}
"""How a consumer reads states of an order; the others stand for themselves."""


class StepRow(msgspec.Struct, frozen=True):
    """A step of an order's way, and when it was reached; None where it was not."""

    step: str
    """placed, packed, on_the_way, delivered."""
    at: str | None


class TryRow(msgspec.Struct, frozen=True):
    """A try to deliver a parcel in vain, and the next day if one was said."""

    at: str | None
    next_date: str


class ConsumerParcel(msgspec.Struct, frozen=True):
    """One parcel of the order."""

    ends: str
    """The last digits of its number."""
    state: str
    """packing, packed, on_the_way, delivered, returned, sought."""
    day: str
    """Day of the round on which it is planned, `YYYY-MM-DD`; empty where it is on none."""
    stops_before: int | None
    """Stops of the round before this one, once the courier is on the way."""
    delivered_at: str | None
    handed_to: str
    """person, neighbour, place; empty until it is delivered."""
    tries: list[TryRow]


class ConsumerLine(msgspec.Struct, frozen=True):
    """One line of the order."""

    position: int
    description: str
    quantity: int
    left: int
    """Units that may still be asked to go back."""


class ConsumerSaid(msgspec.Struct, frozen=True):
    """Something that was said by the page: what was chosen, not the words."""

    about: str
    at: str | None
    date: str
    handed_to: str
    rating: int | None
    cause: str
    pictures: int
    number: str
    """Of a return."""


class ConsumerOrder(msgspec.Struct, frozen=True):
    """An order, its parcels, and what its consumer may ask now."""

    number: str
    sender: str
    state: str
    """placed, preparing, packed, on_the_way, delivered, returned, cancelled, closed."""
    window_from: str | None
    """Not before."""
    promised_at: str | None
    expires: str | None
    """When the link ends."""
    steps: list[StepRow]
    parcels: list[ConsumerParcel]
    lines: list[ConsumerLine]
    cash_due: int
    """What is paid at the door, in the smallest unit of `currency`."""
    currency: str
    cash_taken: int
    """What was paid there."""
    may: list[str]
    """wish, receipt, complaint, return."""
    said: list[ConsumerSaid]


def consumer_order(connection: sa.Connection, order: Order, expires: int) -> ConsumerOrder:
    """An order as its page shows it."""
    words = select_records(connection, ConsumerWord, ("site", "order_id"), [(NETWORK, order.id)])
    lines = select_records(connection, OrderLine, ("site", "order_id"), [(NETWORK, order.id)])
    left = left_to_return(lines, words)
    return ConsumerOrder(
        number=order.number,
        sender=_sender(connection, order.owner),
        state=STATES.get(order.state, order.state),
        window_from=time_of(order.window_from),
        promised_at=time_of(order.promised_at),
        expires=time_of(expires),
        steps=[
            StepRow("placed", time_of(order.placed_at)),
            StepRow("packed", time_of(order.packed_at)),
            StepRow("on_the_way", time_of(order.loaded_at)),
            StepRow("delivered", time_of(order.delivered_at)),
        ],
        parcels=_parcels(connection, order),
        lines=_lines(connection, order.id, left),
        cash_due=order.cash_due,
        currency=order.currency,
        cash_taken=cash_taken(connection, order.fulfilled_by, order.id) if order.cash_due else 0,
        may=list(may_ask(order, left)),
        said=[_said(word) for word in sorted(words, key=lambda word: (word.at, word.name))],
    )


def first_parcel(connection: sa.Connection, order: Order) -> str:
    """The code of a parcel of the order, by which proofs are found; empty where there is none."""
    sql = """SELECT r.code AS code FROM shipment AS h
    JOIN parcel AS r ON r.site = h.site AND r.shipment = h.id
    WHERE h.site = :site AND h.order_id = :order ORDER BY r.id LIMIT 1"""
    values = {"site": order.fulfilled_by, "order": order.id}
    return next((str(row["code"]) for row in read_rows(connection, sql, values)), "")


def _sender(connection: sa.Connection, owner: int) -> str:
    sql = "SELECT m.name AS name FROM merchant AS m WHERE m.site = 0 AND m.id = :owner"
    return next((str(row["name"]) for row in read_rows(connection, sql, {"owner": owner})), "")


def _lines(connection: sa.Connection, order: int, left: dict[int, int]) -> list[ConsumerLine]:
    sql = """SELECT l.position AS position, l.quantity - l.cancelled AS quantity,
      CASE WHEN coalesce(i.description, '') = '' THEN coalesce(i.sku, '')
        ELSE i.description END AS description
    FROM order_line AS l LEFT JOIN item AS i ON i.site = 0 AND i.id = l.item
    WHERE l.site = 0 AND l.order_id = :order AND l.quantity > l.cancelled ORDER BY l.position"""
    return [
        ConsumerLine(**row, left=left.get(row["position"], 0))
        for row in read_rows(connection, sql, {"order": order})
    ]


# A parcel that another depot took over is looked at there; its code is the same at every site.
_OF_ORDER = """p AS (
      SELECT r.site AS home, r.id AS id, r.code AS code, r.state AS state,
        r.delivered_at AS delivered_at, coalesce(b.site, r.site) AS site,
        coalesce(b.id, r.id) AS parcel, coalesce(b.stop, r.stop) AS stop
      FROM shipment AS h JOIN parcel AS r ON r.site = h.site AND r.shipment = h.id
      LEFT JOIN place AS c ON r.away > 0 AND c.site = r.away AND c.code = r.code
      LEFT JOIN parcel AS b ON b.site = c.site AND b.id = c.id
      WHERE h.site = :site AND h.order_id = :order AND r.state <> 'void'
    )"""


def _parcels(connection: sa.Connection, order: Order) -> list[ConsumerParcel]:
    values = {"site": order.fulfilled_by, "order": order.id}
    sql = f"""WITH {_OF_ORDER}
    SELECT p.*, g.date AS day, g.started_at AS started_at, t.done_at AS done_at,
      (SELECT count(*) FROM stop AS o WHERE o.site = t.site AND o.round = t.round
        AND o.sequence < t.sequence AND o.done_at IS NULL AND o.state = 'planned') AS stops_before
    FROM p LEFT JOIN stop AS t ON t.site = p.site AND t.id = p.stop AND t.state <> 'dropped'
    LEFT JOIN round AS g ON g.site = t.site AND g.id = t.round ORDER BY p.id"""  # noqa: S608 - our own parts.
    tried = f"""WITH {_OF_ORDER}
    SELECT p.id AS id, a.result AS result, a.occurred_at AS at, a.handed_to AS handed_to,
      a.next_date AS next_date
    FROM p JOIN attempt AS a ON a.site = p.site AND a.parcel = p.parcel AND a.result <> 'undone'
    WHERE NOT EXISTS (SELECT 1 FROM attempt AS z
      WHERE z.site = a.site AND z.parcel = a.parcel AND z.mends = a.id)
    ORDER BY a.occurred_at, a.id"""  # noqa: S608 - our own parts.
    tries = read_rows(connection, tried, values)
    return [
        _parcel(row, [each for each in tries if each["id"] == row["id"]])
        for row in read_rows(connection, sql, values)
    ]


def _parcel(row: sa.RowMapping, tries: list[sa.RowMapping]) -> ConsumerParcel:
    state = {
        "open": "packing",
        "sealed": "packed",
        "loaded": "on_the_way",
        "lost": "sought",
        "collected": "returned",
    }.get(row["state"], row["state"])
    is_coming = row["delivered_at"] is None and row["done_at"] is None
    is_near = is_coming and state == "on_the_way" and row["started_at"] is not None
    given = [each["handed_to"] for each in tries if each["result"] == "delivered"]
    return ConsumerParcel(
        ends=row["code"][-4:],
        state=state,
        day=(row["day"] or "") if is_coming else "",
        stops_before=row["stops_before"] if is_near else None,
        delivered_at=time_of(row["delivered_at"]),
        handed_to=given[-1] if given and state == "delivered" else "",
        tries=[
            TryRow(time_of(each["at"]), each["next_date"])
            for each in tries
            if each["result"] == "failed"
        ],
    )


def _said(word: ConsumerWord) -> ConsumerSaid:
    return ConsumerSaid(
        about=word.about,
        at=time_of(word.at),
        date=word.date,
        handed_to=word.handed_to,
        rating=word.rating,
        cause=word.cause,
        pictures=len(word.pictures.split()),
        number=word.number,
    )
