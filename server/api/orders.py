"""Orders as a body and how they are taken in: the same for merchants and for ops in their name."""

import asyncio
from typing import Annotated, Literal

import msgspec

from server.api.desk import Done, ask, done, must_know_site
from server.api.guards import Principal
from server.api.parameters import Code, Note, Quantity, Text, moment
from server.core import Core
from server.errors import InvalidError
from server.identity.personal import Recipient, kept_ms
from server.integrations.order_intake import Intake, WantedOrder
from server.lane.activity import DESK, NETWORK
from server.orders.messages import CancelOrder, ExpectReturn, PlacedLine, Units
from server.tasks.delivering import code_hash

LINES_MAX = 2_000
STEPS_MAX = 50
Line = Annotated[str, msgspec.Meta(max_length=200)]


class LineBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of an order; the price is in the currency's smallest unit."""

    sku: Code
    quantity: Quantity
    price_minor: Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000_000)] = 0


class RecipientBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """To whom it goes; kept apart from the book, and deleted after its time."""

    name: Line
    lines: Annotated[tuple[Line, ...], msgspec.Meta(max_length=10)] = ()
    note: Line = ""
    """What whoever brings it must mind at the door; couriers alone read it."""


class OrderBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An order; the same number again is a duplicate or, with other content, a conflict."""

    channel: Code
    number: Code
    site: Annotated[int, msgspec.Meta(ge=1, le=99_999)]
    """Who fulfils it."""
    lines: Annotated[tuple[LineBody, ...], msgspec.Meta(max_length=LINES_MAX)]
    placed_at: Text
    recipient: RecipientBody | None = None
    destination: Text = ""
    """Region or country by which rounds are made; never an address."""
    priority: Annotated[int, msgspec.Meta(ge=0, le=9)] = 5
    """0 is an emergency."""
    promised_at: Text | None = None
    window_from: Text | None = None
    """Not to be handed over before; the window ends at `promised_at`."""
    one_time_code: Text = ""
    """What the consumer says at the door."""
    door_check: Literal["", "age_16", "age_18", "identity"] = ""
    """What is checked of the person at the door; only its result is kept."""
    cash_due: Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000_000)] = 0
    """What is to be collected at the door, in the smallest unit of `currency`."""
    currency: Annotated[str, msgspec.Meta(pattern=r"^([A-Z]{3})?$")] = ""
    """ISO 4217 code of what is to be collected."""
    steps: Annotated[tuple[Code, ...], msgspec.Meta(max_length=STEPS_MAX)] = ()
    """Steps of added value at packing, by code; one named twice is done twice."""
    carrier: Text = ""
    """Carrier or service that is to take it, by code; waves may be released by it."""


class ReturnBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a customer sends back, under the return's own number."""

    channel: Code
    number: Code
    lines: Annotated[tuple[LineBody, ...], msgspec.Meta(min_length=1, max_length=LINES_MAX)]
    collect_from: Text = ""
    """Number of the channel's order at whose door it is to be collected; empty: it is sent."""


class CancelledLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Units of one line of an order."""

    position: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
    quantity: Quantity


class CancelBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is no longer wanted; without lines none of the order is."""

    reason: Note
    lines: Annotated[tuple[CancelledLine, ...], msgspec.Meta(max_length=LINES_MAX)] = ()
    reference: Text = ""
    """Number of the cancelling document: the same cancels once."""


async def place(core: Core, principal: Principal, owner: int, body: OrderBody) -> Done:
    """Take an order in; what was answered is durable."""
    await asyncio.to_thread(must_know_site, core, body.site)
    if body.cash_due and not body.currency:
        raise InvalidError(
            "Money that is to be collected has a currency.",
            pointers=[("/currency", "must be an ISO 4217 code where cash_due is told")],
        )
    recipient = body.recipient or RecipientBody("")
    begins, ends = window_of(body)
    order = WantedOrder(
        owner=owner,
        channel=body.channel,
        number=body.number,
        placed_at=moment(body.placed_at, "placed_at") or 0,
        site=body.site,
        lines=tuple(PlacedLine(line.sku, line.quantity, line.price_minor) for line in body.lines),
        recipient=Recipient(recipient.name, recipient.lines, recipient.note),
        destination=body.destination,
        priority=body.priority,
        promised_at=ends,
        one_time_code=code_hash(body.number, body.one_time_code) if body.one_time_code else "",
        door_check=body.door_check,
        cash_due=body.cash_due,
        currency=body.currency if body.cash_due else "",
        steps=body.steps,
        carrier=body.carrier,
        window_from=begins,
    )
    intake = Intake(
        core.lanes,
        core.database,
        core.randomness,
        stream=DESK,
        actor=principal.actor,
        kept_ms=kept_ms(core.settings, "recipient"),
    )
    [outcome] = await asyncio.to_thread(intake.take, [order], core.clock.now())
    return done(outcome)


def window_of(body: OrderBody) -> tuple[int | None, int | None]:
    """From when until when an order is to be handed over, as far as its channel says; in ms."""
    begins = moment(body.window_from, "window_from")
    ends = moment(body.promised_at, "promised_at")
    if begins is not None and ends is not None and begins >= ends:
        raise InvalidError(
            "The window ends before it begins.",
            pointers=[("/window_from", "must be before promised_at")],
        )
    return begins, ends


async def cancel(  # noqa: PLR0917 - an order is named by three.
    core: Core, principal: Principal, owner: int, channel: str, number: str, body: CancelBody
) -> Done:
    """Cancel units of an order, or all of it."""
    party = "merchant" if principal.owner is not None else "warehouse"
    message = CancelOrder(
        actor=principal.actor,
        owner=owner,
        channel=channel,
        number=number,
        lines=tuple(Units(line.position, line.quantity) for line in body.lines),
        reason=body.reason,
        party=party,
        reference=body.reference,
    )
    return await ask(core, NETWORK, message)


async def announce(core: Core, principal: Principal, owner: int, body: ReturnBody) -> Done:
    """Expect goods back; the same number again changes nothing."""
    message = ExpectReturn(
        actor=principal.actor,
        owner=owner,
        channel=body.channel,
        number=body.number,
        lines=tuple(PlacedLine(line.sku, line.quantity, line.price_minor) for line in body.lines),
        order=body.collect_from,
    )
    return await ask(core, NETWORK, message)
