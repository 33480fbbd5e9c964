"""Orders from calls and files on their way to the network's lane.

Names and addresses are kept apart before the order is said, and only their salted hash goes with
it. An order that is known already is hashed with the salt that it has, so the same order sent again
is recognised, and another address is a conflict.
"""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import msgspec
import sqlalchemy as sa

from device_protocol.messages import Outcome
from server.db.bulk import select_records
from server.identity.personal import (
    KEPT_MS,
    SALT_BYTES,
    Recipient,
    find_personal,
    forget_personal,
    keep_personal,
    personal_record,
)
from server.identity.records import PersonalRecord
from server.ids import Randomness
from server.integrations.imports import Say
from server.integrations.order_documents import LineError, OrderFile
from server.integrations.order_returns import NOTHING_BACK, TakenBack
from server.lane.activity import NETWORK
from server.orders.messages import NORMAL_PRIORITY, PlacedLine, PlaceOrder
from server.orders.records import Order

ORDERS_MAX = 40
"""So many orders, some 1,000 rows, are committed at a time, so that nobody else waits long."""


OrderKey = tuple[int, str, str]
"""Owner, channel and number."""


class WantedOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An order as a merchant asks for it."""

    owner: int
    channel: str
    number: str
    placed_at: int
    site: int
    lines: tuple[PlacedLine, ...]
    recipient: Recipient = Recipient()
    destination: str = ""
    priority: int = NORMAL_PRIORITY
    promised_at: int | None = None
    one_time_code: str = ""
    door_check: str = ""
    cash_due: int = 0
    """What is to be collected at the door, in the smallest unit of `currency`."""
    currency: str = ""
    content: str = ""
    """Hash of what was ordered, where the source has one."""
    steps: tuple[str, ...] = ()
    carrier: str = ""
    window_from: int | None = None


class Lanes(Protocol):
    """What intake needs of the lanes."""

    @property
    def say(self) -> Say:
        """How messages reach a lane."""

    def errand(self, work: Callable[[sa.Connection], Any]) -> Any:  # noqa: ANN401 - its own answer.
        """Write something that is no stock and no work."""


class Reading(Protocol):
    """What intake needs of the database."""

    def reading(self) -> Any:  # noqa: ANN401 - a context manager of a connection.
        """Give one snapshot to read from."""


class Intake:
    """Takes orders in, some at a time."""

    def __init__(
        self,
        lanes: Lanes,
        database: Reading,
        randomness: Randomness,
        *,
        stream: int,
        actor: str,
        kept_ms: int = KEPT_MS,
    ) -> None:
        """Say orders on a server-side stream in the name of `actor`; keep names so long."""
        self._lanes = lanes
        self._database = database
        self._randomness = randomness
        self._stream = stream
        self._actor = actor
        self._kept_ms = kept_ms

    def take(self, orders: Sequence[WantedOrder], now: int) -> list[Outcome]:
        """Place orders and answer their outcomes, once they are durable."""
        outcomes: list[Outcome] = []
        for first in range(0, len(orders), ORDERS_MAX):
            outcomes += self._take_some(orders[first : first + ORDERS_MAX], now)
        return outcomes

    def _take_some(self, orders: Sequence[WantedOrder], now: int) -> list[Outcome]:
        known, erased = self._known(orders)
        fresh: dict[str, PersonalRecord] = {}
        hashes = []
        for order in orders:
            if order.recipient == Recipient():
                hashes.append("")
                continue
            key = (order.owner, order.channel, order.number)
            if key in erased:
                # What was erased stays so: the order is recognised, and nobody can say any more
                # whether the name is another.
                hashes.append(erased[key])
                continue
            before = known.get(key)
            salt = before.salt if before else self._randomness.take(SALT_BYTES)
            record = personal_record(order.recipient, salt, now + self._kept_ms)
            hashes.append(record.hash)
            if before is None or before.hash != record.hash:
                fresh[record.hash] = record
                known.setdefault(key, record)
        if fresh:
            self._lanes.errand(lambda connection: keep_personal(connection, list(fresh.values())))
        messages = [
            message_of(order, recipient, self._actor)
            for order, recipient in zip(orders, hashes, strict=True)
        ]
        answer = self._lanes.say(NETWORK, self._stream, *messages).result()
        outcomes = [msgspec.json.decode(each, type=Outcome) for each in answer.outcomes]
        self._forget_unused(set(fresh), hashes, outcomes)
        return outcomes

    def _known(
        self, orders: Sequence[WantedOrder]
    ) -> tuple[dict[OrderKey, PersonalRecord], dict[OrderKey, str]]:
        """The recipients of those orders that came before, and the hashes of those erased."""
        wanted = [(NETWORK, order.owner, order.channel, order.number) for order in orders]
        index = ("site", "owner", "channel", "number")
        with self._database.reading() as connection:
            placed = select_records(connection, Order, index, wanted)
            records = find_personal(connection, [order.recipient for order in placed])
        named = {
            (order.owner, order.channel, order.number): order.recipient
            for order in placed
            if order.recipient
        }
        kept = {key: records[name] for key, name in named.items() if name in records}
        return kept, {key: name for key, name in named.items() if name not in records}

    def _forget_unused(self, fresh: set[str], hashes: list[str], outcomes: list[Outcome]) -> None:
        """Delete what no order refers to, because it was refused."""
        used = {
            name
            for name, outcome in zip(hashes, outcomes, strict=True)
            if outcome.grant is not None
        }
        unused = sorted(fresh - used)
        if unused:
            self._lanes.errand(lambda connection: forget_personal(connection, unused))


def message_of(order: WantedOrder, recipient: str, actor: str) -> PlaceOrder:
    """The message that places an order."""
    return PlaceOrder(
        actor=actor,
        owner=order.owner,
        channel=order.channel,
        number=order.number,
        placed_at=order.placed_at,
        site=order.site,
        lines=order.lines,
        content=content_of(order, recipient),
        priority=order.priority,
        destination=order.destination,
        recipient=recipient,
        promised_at=order.promised_at,
        one_time_code=order.one_time_code,
        door_check=order.door_check,
        cash_due=order.cash_due,
        currency=order.currency,
        steps=order.steps,
        carrier=order.carrier,
        window_from=order.window_from,
    )


def content_of(order: WantedOrder, recipient: str) -> str:
    """Hash of what was ordered and for whom: the same number with another is a conflict."""
    told = (
        order.content,
        order.lines,
        order.destination,
        order.priority,
        order.placed_at,
        order.promised_at,
        recipient,
        # Orders without steps or carrier keep the hash that they always had.
        *((order.steps,) if order.steps else ()),
        *((("carrier", order.carrier),) if order.carrier else ()),
        *((("door_check", order.door_check),) if order.door_check else ()),
        *((("cash", order.cash_due, order.currency),) if order.cash_due else ()),
        *((("window_from", order.window_from),) if order.window_from is not None else ()),
    )
    return hashlib.sha256(msgspec.json.encode(told)).hexdigest()


class Placed(msgspec.Struct, frozen=True):
    """What became of a file's orders; what was not taken is named with its reason."""

    read: int
    """Documents read."""
    taken: int
    duplicates: int
    conflicts: int
    returns: int
    """Documents that take goods back."""
    cancelled: int
    """Lines that were taken off orders not yet shipped."""
    expected: int
    """Lines that are expected back."""
    adjustments: int
    """Lines that correct stock: nothing is done with them, a count says what is there."""
    unmatched: list[str]
    """Lines that take back what no order of these files explains."""
    refused: list[str]
    unreadable: list[str]
    """Lines that could not be read, or whose code nobody knows, by file and line."""


def orders_of(found: OrderFile, owner: int, site: int) -> list[WantedOrder]:
    """The orders of some files, also those that have nothing to ship."""
    return [
        WantedOrder(
            owner=owner,
            channel=order.channel,
            number=order.number,
            placed_at=order.placed_at,
            site=site,
            lines=tuple(
                PlacedLine(line.item_code, line.quantity, line.unit_price_minor, line.position)
                for line in order.lines
            ),
            recipient=Recipient(name=order.customer or ""),
            destination=order.country,
            content=order.content_hash,
            carrier=order.carrier,
            cash_due=order.cash_due,
            currency=order.currency if order.cash_due else "",
        )
        for order in (*found.orders, *found.nothing_to_ship)
    ]


def placed(
    found: OrderFile,
    orders: Sequence[WantedOrder],
    outcomes: Sequence[Outcome],
    back: TakenBack = NOTHING_BACK,
) -> Placed:
    """Count out what became of every document."""
    refused = [
        f"{order.number}: {outcome.code.replace('_', ' ')} {outcome.actual}".rstrip()
        for order, outcome in zip(orders, outcomes, strict=True)
        if outcome.outcome not in ("applied", "flagged")
    ]
    grants = [outcome.grant or {} for outcome in outcomes]
    conflicts = sum(outcome.outcome == "flagged" for outcome in outcomes)
    duplicates = sum(bool(grant.get("duplicate")) for grant in grants) - conflicts
    unknown = [
        LineError(each.file, each.line, f"the mapping knows no code {each.code!r}: not placed")
        for each in found.unknown_codes
    ]
    unread = sorted([*found.errors, *unknown], key=lambda each: (each.file, each.line))
    return Placed(
        read=found.documents_read,
        taken=len(orders) - len(refused) - duplicates - conflicts,
        duplicates=duplicates + len(found.duplicates),
        conflicts=conflicts + len(found.conflicts),
        returns=len(found.returns),
        cancelled=back.cancelled,
        expected=back.expected,
        adjustments=len(found.adjustments),
        unmatched=list(back.unmatched),
        refused=[*refused, *back.refused],
        unreadable=[f"{each.file}:{each.line}: {each.reason}" for each in unread],
    )
