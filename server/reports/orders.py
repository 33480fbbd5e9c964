"""Orders as their merchant and ops see them, and the parcels that are on their way."""

from collections.abc import Sequence

import msgspec
import sqlalchemy as sa

from server.reports.reading import (
    LIMIT,
    Conditions,
    Page,
    as_page,
    by_index,
    in_words,
    read_cursor,
    read_rows,
    time_of,
    within_limit,
)

TIMES = (
    "placed_at",
    "received_at",
    "window_from",
    "promised_at",
    "released_at",
    "picked_at",
    "packed_at",
    "loaded_at",
    "delivered_at",
    "cancelled_at",
)


class OrderRow(msgspec.Struct, frozen=True):
    """One order and how far it has come; `cycle_s` is from being placed to being delivered."""

    order: int
    owner: str
    channel: str
    number: str
    state: str
    """open, released, picked, packed, loaded, delivered, returned, cancelled, exception, closed."""
    priority: int
    destination: str
    carrier: str
    """As the order names it; empty where it names none."""
    site: int
    """Who fulfils it; 0 where nothing is to be shipped."""
    cash_due: int
    """What is to be collected at the door, in the smallest unit of `currency`."""
    currency: str
    lines: int
    units: int
    cancelled_units: int
    cancel_reason: str
    cycle_s: int | None
    placed_at: str | None
    received_at: str | None
    window_from: str | None
    """Not to be handed over before."""
    promised_at: str | None
    released_at: str | None
    picked_at: str | None
    packed_at: str | None
    loaded_at: str | None
    delivered_at: str | None
    cancelled_at: str | None


class OrderLineRow(msgspec.Struct, frozen=True):
    """One line of an order, as far as its site has worked it."""

    position: int
    sku: str
    description: str
    quantity: int
    cancelled: int
    packed: int
    missing: int
    """Could not be promised: stock is lacking."""
    substitutes: list["SubstituteRow"] = []
    """What was taken in its place."""


class SubstituteRow(msgspec.Struct, frozen=True):
    """Units of another item that are shipped in place of what was ordered."""

    sku: str
    quantity: int
    cancelled: int
    packed: int


class ParcelRow(msgspec.Struct, frozen=True):
    """One parcel of an order; `attempts` counts the tries to deliver it."""

    sscc: str
    order: int
    owner: str
    channel: str
    number: str
    site: int
    destination: str
    state: str
    """open, sealed, loaded, delivered, returned, lost."""
    round: str
    weight_g: int | None
    attempts: int
    last_result: str
    """What came of the last try, with its reason."""
    sealed_at: str | None
    loaded_at: str | None
    delivered_at: str | None
    returned_at: str | None
    link: str = ""
    """To the page for the consumer, behind the server's address."""


class OrderStory(msgspec.Struct, frozen=True):
    """An order with its lines and parcels."""

    order: OrderRow
    lines: list[OrderLineRow]
    parcels: list[ParcelRow]
    cash_taken: int = 0
    """What was paid at the door so far, in the order's currency."""


class OrderFilter(msgspec.Struct, frozen=True):
    """Which orders are asked for; None is every one."""

    owner: int | None = None
    site: int | None = None
    channel: str | None = None
    number: str | None = None
    state: str | None = None
    placed_from: int | None = None
    placed_until: int | None = None
    lacking: bool | None = None
    """Only those that wait for goods."""


WAITS_FOR_GOODS = """q.id IN (SELECT h.order_id FROM site AS t
    JOIN task AS x ON x.site = t.id AND x.open = 1 AND x.kind = 'out_of_stock'
    JOIN shipment AS h ON h.site = x.site AND h.id = x.shipment WHERE t.site = 0)"""
TRIED = """a.site = r.site AND a.parcel = r.id AND a.result <> 'undone' AND NOT EXISTS (
    SELECT 1 FROM attempt AS z WHERE z.site = a.site AND z.parcel = a.parcel AND z.mends = a.id)"""
"""Which attempts a of parcel r were made and not taken back."""

ORDER_COLUMNS = f"""q.id AS "order", q.owner AS owner_id, coalesce(m.code, '') AS owner,
    q.channel AS channel, q.number AS number, q.state AS state, q.priority AS priority,
    q.destination AS destination, q.carrier AS carrier, q.fulfilled_by AS site,
    q.cancel_reason AS cancel_reason, q.cash_due AS cash_due, q.currency AS currency,
    {", ".join(f"q.{name} AS {name}" for name in TIMES)},
    CAST(coalesce(u.lines, 0) AS BIGINT) AS lines,
    CAST(coalesce(u.units, 0) AS BIGINT) AS units,
    CAST(coalesce(u.cancelled, 0) AS BIGINT) AS cancelled_units"""


def orders(
    connection: sa.Connection,
    asked: OrderFilter,
    *,
    after: str | None = None,
    limit: int = LIMIT,
) -> Page[OrderRow]:
    """Orders by owner, channel and number."""
    conditions = conditions_of(asked)
    order = ("q.owner", "q.channel", "q.number")
    conditions.beyond(order, read_cursor(after, (int, str, str)))
    index = by_index(connection, "ix_customer_order_site_owner_channel_number")
    rows, found = listed(connection, conditions, ", ".join(order), limit, index)
    keys = [(row["owner_id"], row["channel"], row["number"]) for row in found]
    return as_page(rows, keys, limit)


def latest_orders(
    connection: sa.Connection,
    asked: OrderFilter,
    *,
    after: str | None = None,
    limit: int = LIMIT,
) -> Page[OrderRow]:
    """Orders as they came in, the latest first."""
    conditions = conditions_of(asked)
    cursor = read_cursor(after, (int,))
    conditions.ask("q.id < :before", before=cursor[0] if cursor else None)
    rows, found = listed(connection, conditions, "q.id DESC", limit)
    return as_page(rows, [(row["order"],) for row in found], limit)


def listed(
    connection: sa.Connection, conditions: Conditions, order: str, limit: int, index: str = ""
) -> tuple[list[OrderRow], Sequence[sa.RowMapping]]:
    """Orders that conditions select, up to one more than the limit: as told, and as read."""
    sql = f"""WITH q AS (
      SELECT * FROM customer_order AS q {index} {conditions.where}
      ORDER BY {order} LIMIT :limit
    ), {UNITS}
    SELECT {ORDER_COLUMNS} FROM q {JOINED} ORDER BY {order}"""  # noqa: S608 - our own parts.
    found = read_rows(connection, sql, conditions.values | {"limit": within_limit(limit) + 1})
    return in_words(connection, [order_row(row) for row in found], "cancel_reason"), found


def orders_by_state(connection: sa.Connection, asked: OrderFilter) -> dict[str, int]:
    """How many orders are in each state; a state in which none is, is not told."""
    conditions = conditions_of(asked)
    sql = f"""SELECT q.state AS state, count(*) AS orders FROM customer_order AS q
    {conditions.where} GROUP BY q.state ORDER BY q.state"""  # noqa: S608 - our own parts.
    return {row["state"]: row["orders"] for row in read_rows(connection, sql, conditions.values)}


UNITS = """u AS (
    SELECT l.order_id AS order_id, count(*) AS lines, sum(l.quantity) AS units,
      sum(l.cancelled) AS cancelled
    FROM order_line AS l JOIN q ON l.site = q.site AND l.order_id = q.id GROUP BY l.order_id
)"""
JOINED = """LEFT JOIN u ON u.order_id = q.id
    LEFT JOIN merchant AS m ON m.site = 0 AND m.id = q.owner"""


def conditions_of(asked: OrderFilter) -> Conditions:
    """The conditions that a filter makes, on order q."""
    conditions = Conditions()
    conditions.ask("q.site = 0")
    conditions.ask("q.owner = :owner", owner=asked.owner)
    conditions.ask("q.fulfilled_by = :site", site=asked.site)
    conditions.ask("q.channel = :channel", channel=asked.channel)
    conditions.ask("q.number = :number", number=asked.number)
    conditions.ask("q.state = :state", state=asked.state)
    conditions.ask("q.placed_at >= :placed_from", placed_from=asked.placed_from)
    conditions.ask("q.placed_at < :placed_until", placed_until=asked.placed_until)
    if asked.lacking:
        conditions.ask(WAITS_FOR_GOODS)
    return conditions


def order_row(row: sa.RowMapping) -> OrderRow:
    """A row as it is told."""
    shown = {name: row[name] for name in row if name != "owner_id"}
    cycle = None if row["delivered_at"] is None else row["delivered_at"] - row["placed_at"]
    times = {name: time_of(row[name]) for name in TIMES}
    return OrderRow(**(shown | times), cycle_s=None if cycle is None else cycle // 1_000)


def order_story(
    connection: sa.Connection, number: int, owner: int | None = None
) -> OrderStory | None:
    """One order by id; None where there is none, or it is another owner's."""
    conditions = Conditions()
    conditions.ask("q.site = 0")
    conditions.ask("q.id = :id", id=number)
    conditions.ask("q.owner = :owner", owner=owner)
    sql = f"""WITH q AS (SELECT * FROM customer_order AS q {conditions.where}), {UNITS}
    SELECT {ORDER_COLUMNS} FROM q {JOINED}"""  # noqa: S608 - our own parts.
    found = read_rows(connection, sql, conditions.values)
    if not found:
        return None
    [order] = in_words(connection, [order_row(found[0])], "cancel_reason")
    return OrderStory(
        order,
        order_lines(connection, number),
        parcels(connection, OrderFilter(owner=owner), order=number, limit=1_000).rows,
        cash_taken(connection, order.site, number) if order.cash_due else 0,
    )


def cash_taken(connection: sa.Connection, site: int, order: int) -> int:
    """What was paid at the door for an order, as its site has heard."""
    sql = """SELECT coalesce(sum(h.cash_taken), 0) AS taken FROM shipment AS h
    WHERE h.site = :site AND h.order_id = :order"""
    [row] = read_rows(connection, sql, {"site": site, "order": order})
    return int(row["taken"])


def order_lines(connection: sa.Connection, number: int) -> list[OrderLineRow]:
    """The lines of an order, with what the shipment at its site says of them."""
    sql = """SELECT l.position AS position, coalesce(i.sku, '') AS sku,
      coalesce(i.description, '') AS description, l.quantity AS quantity, l.cancelled AS cancelled,
      coalesce(k.packed, 0) AS packed, coalesce(k.missing, 0) AS missing
    FROM order_line AS l
    JOIN customer_order AS q ON q.site = 0 AND q.id = l.order_id
    LEFT JOIN item AS i ON i.site = 0 AND i.id = l.item
    LEFT JOIN shipment AS h ON h.site = q.fulfilled_by AND h.order_id = q.id
    LEFT JOIN shipment_line AS k ON k.site = h.site AND k.shipment = h.id
      AND k.position = l.position
    WHERE l.site = 0 AND l.order_id = :order ORDER BY l.position"""
    instead = substitutes(connection, number)
    return [
        OrderLineRow(**row, substitutes=instead.get(row["position"], []))
        for row in read_rows(connection, sql, {"order": number})
    ]


def substitutes(connection: sa.Connection, number: int) -> dict[int, list[SubstituteRow]]:
    """What is shipped in place of an order's lines, by their positions."""
    sql = """SELECT k.instead AS position, coalesce(i.sku, '') AS sku, k.quantity AS quantity,
      k.cancelled AS cancelled, k.packed AS packed
    FROM customer_order AS q
    JOIN shipment AS h ON h.site = q.fulfilled_by AND h.order_id = q.id
    JOIN shipment_line AS k ON k.site = h.site AND k.shipment = h.id AND k.instead > 0
    LEFT JOIN item AS i ON i.site = 0 AND i.id = k.item
    WHERE q.site = 0 AND q.id = :order AND k.quantity > 0 ORDER BY k.position"""
    found: dict[int, list[SubstituteRow]] = {}
    for row in read_rows(connection, sql, {"order": number}):
        told = {name: row[name] for name in row if name != "position"}
        found.setdefault(row["position"], []).append(SubstituteRow(**told))
    return found


def parcels(
    connection: sa.Connection,
    asked: OrderFilter,
    *,
    states: Sequence[str] = (),
    order: int | None = None,
    after: str | None = None,
    limit: int = LIMIT,
) -> Page[ParcelRow]:
    """Parcels of orders, by order and parcel; `states` are those of the parcels."""
    limit = within_limit(limit)
    conditions = conditions_of(asked)
    conditions.ask("q.id = :order", order=order)
    if states:
        names = {f"state_{place}": state for place, state in enumerate(states)}
        conditions.ask(f"r.state IN ({', '.join(f':{name}' for name in names)})", **names)
    keyed = ("q.id", "r.id")
    conditions.beyond(keyed, read_cursor(after, (int, int)))
    sql = f"""SELECT r.id AS id, r.code AS sscc, q.id AS "order", coalesce(m.code, '') AS owner,
      q.channel AS channel, q.number AS number, r.site AS site, q.destination AS destination,
      r.state AS state, coalesce(g.name, '') AS round, r.measured_g AS weight_g,
      (SELECT count(*) FROM attempt AS a WHERE {TRIED}) AS attempts,
      coalesce((SELECT a.result || CASE WHEN a.reason = '' THEN '' ELSE ': ' || a.reason END
        FROM attempt AS a WHERE {TRIED}
        ORDER BY a.occurred_at DESC, a.id DESC LIMIT 1), '') AS last_result,
      r.sealed_at AS sealed_at, r.loaded_at AS loaded_at, r.delivered_at AS delivered_at,
      r.returned_at AS returned_at
    FROM customer_order AS q
    JOIN shipment AS h ON h.site = q.fulfilled_by AND h.order_id = q.id
    JOIN parcel AS r ON r.site = h.site AND r.shipment = h.id
    LEFT JOIN round AS g ON g.site = r.site AND g.id = r.round
    LEFT JOIN merchant AS m ON m.site = 0 AND m.id = q.owner
    {conditions.where} ORDER BY {", ".join(keyed)} LIMIT :limit"""  # noqa: S608 - our own parts.
    found = read_rows(connection, sql, conditions.values | {"limit": limit + 1})
    keys = [(row["order"], row["id"]) for row in found]
    return as_page([parcel_row(row) for row in found], keys, limit)


def parcel_row(row: sa.RowMapping) -> ParcelRow:
    """A row as it is told."""
    shown = {name: row[name] for name in row if name != "id"}
    times = ("sealed_at", "loaded_at", "delivered_at", "returned_at")
    return ParcelRow(**(shown | {name: time_of(row[name]) for name in times}))
