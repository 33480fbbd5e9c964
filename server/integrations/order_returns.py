"""Documents that take goods back: a cancellation while the order is in the house, else a return.

They do not name their order, so it is found by customer and item (`return_matching.py`). Importing
them again changes nothing: the document's number is the reference of the cancellation and the
number of the return.
"""

from collections.abc import Iterable
from itertools import groupby
from typing import Any, Protocol

import msgspec
import sqlalchemy as sa

from device_protocol.messages import Outcome
from server.db.bulk import select_records
from server.integrations.imports import Say
from server.integrations.order_documents import OrderFile
from server.integrations.return_matching import Matched, Unmatched, match_returns
from server.lane.activity import NETWORK
from server.lane.message import Message
from server.orders.messages import CancelOrder, ExpectReturn, PlacedLine, Units
from server.orders.progress import GONE_OUT
from server.orders.records import Order

MESSAGES_MAX = 200
INDEX = ("site", "owner", "channel", "number")


class TakenBack(msgspec.Struct, frozen=True):
    """What became of lines that take goods back."""

    cancelled: int = 0
    expected: int = 0
    unmatched: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


NOTHING_BACK = TakenBack()


class Reading(Protocol):
    """What this needs of the database."""

    def reading(self) -> Any:  # noqa: ANN401 - a context manager of a connection.
        """Give one snapshot to read from."""


def take_back(
    found: OrderFile, owner: int, *, say: Say, database: Reading, stream: int, actor: str
) -> TakenBack:
    """Say the cancellations and returns of some files to the network."""
    parts = match_returns(found.orders, found.returns)
    matched = [part for part in parts if isinstance(part, Matched)]
    unmatched = [part for part in parts if isinstance(part, Unmatched)]
    channels = {order.number: order.channel for order in (*found.orders, *found.returns)}
    with database.reading() as connection:
        gone = gone_out(connection, owner, channels, {part.order_number for part in matched})
    cancelled = [part for part in matched if part.order_number not in gone]
    expected = [part for part in matched if part.order_number in gone]
    messages = [
        *cancellations(cancelled, owner, channels, actor),
        *announcements(expected, owner, channels, actor),
    ]
    refused = said(say, stream, messages)
    return TakenBack(
        cancelled=len(cancelled),
        expected=len(expected),
        unmatched=tuple(
            f"{part.return_number} line {part.return_position}: {part.quantity} of "
            f"{part.item_code}, {part.reason}"
            for part in unmatched
        ),
        refused=tuple(refused),
    )


def gone_out(
    connection: sa.Connection, owner: int, channels: dict[str, str], numbers: set[str]
) -> set[str]:
    """Those of the orders whose goods are out of the house already."""
    wanted = [(NETWORK, owner, channels[number], number) for number in sorted(numbers)]
    placed = select_records(connection, Order, INDEX, wanted)
    return {order.number for order in placed if order.state in GONE_OUT}


def cancellations(
    parts: Iterable[Matched], owner: int, channels: dict[str, str], actor: str
) -> list[Message]:
    """One message per order and document."""
    messages: list[Message] = []
    for (document, number), group in groupby(
        sorted(parts, key=lambda part: (part.return_number, part.order_number)),
        lambda part: (part.return_number, part.order_number),
    ):
        units: dict[int, int] = {}
        for part in group:
            units[part.order_position] = units.get(part.order_position, 0) + part.quantity
        messages.append(
            CancelOrder(
                actor=actor,
                owner=owner,
                channel=channels[number],
                number=number,
                lines=tuple(Units(position, quantity) for position, quantity in units.items()),
                party="customer",
                reference=document,
            )
        )
    return messages


def announcements(
    parts: Iterable[Matched], owner: int, channels: dict[str, str], actor: str
) -> list[Message]:
    """One message per document."""
    messages: list[Message] = []
    for document, group in groupby(
        sorted(parts, key=lambda part: part.return_number), lambda part: part.return_number
    ):
        lines = tuple(PlacedLine(part.item_code, part.quantity) for part in group)
        messages.append(
            ExpectReturn(
                actor=actor, owner=owner, channel=channels[document], number=document, lines=lines
            )
        )
    return messages


def said(say: Say, stream: int, messages: list[Message]) -> list[str]:
    """Say messages some at a time; answer what was refused, and why."""
    refused = []
    for first in range(0, len(messages), MESSAGES_MAX):
        some = messages[first : first + MESSAGES_MAX]
        answer = say(NETWORK, stream, *some).result()
        for message, stored in zip(some, answer.outcomes, strict=True):
            outcome = msgspec.json.decode(stored, type=Outcome)
            if outcome.outcome not in ("applied", "flagged"):
                number = getattr(message, "reference", "") or getattr(message, "number", "")
                refused.append(f"{number}: {outcome.code.replace('_', ' ')} {outcome.actual}")
    return refused
