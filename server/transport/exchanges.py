"""Exchanges of returnable units that nobody scanned, as a desk tells them by their voucher.

1. "Exchanged with a partner: gave so many, took so many": two movements between the partner and the
   place where the units were, or lost and found where nobody says.
2. A partner's voucher counts once: the same again changes nothing, other figures are refused.
3. Cancelled, it is taken back at its own moment, so that a count in between had seen neither.
4. What stands with a side of the book, as pallets that came from suppliers, is put down to a
   partner by naming that side as the place: supplier, consumer or carrier.
"""

from msgspec.structs import replace

from server.lane.activity import NETWORK, Activity, Context
from server.lane.masters import code_fits, within
from server.lane.message import Message
from server.lane.picture import Picture
from server.lane.records import Lane
from server.lane.want import Look, Want
from server.ledger.posting import post, post_back, want_posting
from server.ledger.records import (
    CARRIER,
    CONSUMER,
    LOST,
    PARTNER,
    SUPPLIER,
    Movement,
    Place,
)
from server.ledger.stocks import StockKey, find_place, find_stock, make_stock
from server.transport.records import Exchange, UnitType

UNITS_MAX = 100_000
SIDES = {"": LOST, "supplier": SUPPLIER, "consumer": CONSUMER, "carrier": CARRIER}
"""What `at` may name besides a place: a side of the book."""


class ExchangeUnits(Message, frozen=True, kw_only=True, tag="exchange_units"):
    """To a site: `partner` was given and gave back so many units of a type, by a voucher."""

    partner: str
    unit_type: str
    voucher: str
    gave: int = 0
    took: int = 0
    at: str = ""
    """Place that they left and came to; supplier, consumer or carrier; empty is unknown."""


class CancelExchange(Message, frozen=True, kw_only=True, tag="cancel_exchange"):
    """To a site: what a partner's voucher told did not happen."""

    partner: str
    voucher: str


def partner_of(look: Look, site: int, code: str) -> Place | None:
    """The partner with this code."""
    place = find_place(look, site, code)
    return place if place is not None and place.kind == PARTNER else None


def place_of(look: Look, site: int, code: str) -> int | None:
    """The place, or side of the book, where units were; None where there is none."""
    if code in SIDES:
        return SIDES[code]
    place = find_place(look, site, code)
    return place.id if place is not None else None


def key_of(unit_type: UnitType) -> StockKey:
    """The stock key under which units of a type are told by number."""
    return StockKey(owner=unit_type.owner, item=unit_type.item)


def needs(message: ExchangeUnits, want: Want, context: Context) -> None:
    """The partner, the type with its stock key, the place, and the voucher."""
    site = context.site
    partner, place = partner_of(want, site, message.partner), place_of(want, site, message.at)
    unit_type = want.row(UnitType, (NETWORK, message.unit_type))
    if partner is None or place is None or unit_type is None:
        return
    want.row(Exchange, (site, partner.id, message.voucher))
    stock = find_stock(want, site, key_of(unit_type))
    number = stock.id if stock else 0
    want_posting(want, site, place, partner.id, number, context.stamp.earliest)


def decide(message: ExchangeUnits, picture: Picture, context: Context) -> None:
    """Post what was given and taken, once."""
    site = context.site
    partner, place = partner_of(picture, site, message.partner), place_of(picture, site, message.at)
    unit_type = picture.get(UnitType, (NETWORK, message.unit_type))
    if not figures_fit(message, context):
        return
    if partner is None:
        context.refuse("unknown_partner", actual=message.partner, then="put the partner first")
    elif unit_type is None:
        context.refuse("unknown_unit_type", actual=message.unit_type, then="put the type first")
    elif place is None:
        context.refuse("unknown_place", actual=message.at)
    else:
        stock = make_stock(context, key_of(unit_type))
        told = Exchange(
            site=site,
            partner=partner.id,
            voucher=message.voucher,
            unit_type=unit_type.code,
            stock=stock.id,
            place=place,
            gave=message.gave,
            took=message.took,
            told_at=context.now,
            told_by=message.actor,
        )
        known = picture.get(Exchange, (site, partner.id, message.voucher))
        if known is not None and known.cancelled_at is None:
            recognise(context, known, told)
        else:
            write(context, told)


def figures_fit(message: ExchangeUnits, context: Context) -> bool:
    """Whether voucher and figures can be so."""
    return (
        code_fits(context, "voucher", message.voucher)
        and within(context, "gave", message.gave, 0, UNITS_MAX)
        and within(context, "took", message.took, 0, UNITS_MAX)
        and within(context, "units", message.gave + message.took, 1, 2 * UNITS_MAX)
    )


def write(context: Context, told: Exchange) -> None:
    """Post an exchange and keep it with its movements."""
    given = posted(context, told.place, told.partner, told.stock, told.gave)
    taken = posted(context, told.partner, told.place, told.stock, told.took)
    context.picture.put(replace(told, given=given, taken=taken))
    context.grant = {"voucher": told.voucher}


def recognise(context: Context, known: Exchange, told: Exchange) -> None:
    """Answer a voucher that was told before: the same again, or another under its number."""
    content = ("unit_type", "place", "gave", "took")
    if all(getattr(known, name) == getattr(told, name) for name in content):
        context.grant = {"voucher": known.voucher, "unchanged": True}
        return
    context.refuse(
        "voucher_used",
        expected=f"gave {known.gave}, took {known.took} of {known.unit_type}",
        actual=f"gave {told.gave}, took {told.took} of {told.unit_type}",
        then="cancel it first, if it was wrong",
    )


def posted(context: Context, source: int, target: int, stock: int, units: int) -> int | None:
    """Post units, if any; answer the number of the movement that says so."""
    if units == 0:
        return None
    number = context.picture.need(Lane, (context.site,)).movements + 1
    post(context, source, target, stock, units)
    return number


def cancel_needs(message: CancelExchange, want: Want, context: Context) -> None:
    """The exchange with its movements."""
    partner = partner_of(want, context.site, message.partner)
    if partner is None:
        return
    known = want.row(Exchange, (context.site, partner.id, message.voucher))
    if known is None or known.cancelled_at is not None:
        return
    for number in (known.given, known.taken):
        movement = want.row(Movement, (context.site, number)) if number is not None else None
        if movement is not None:
            since = movement.occurred_at - movement.uncertainty
            want_posting(want, context.site, known.place, known.partner, known.stock, since)


def cancel(message: CancelExchange, picture: Picture, context: Context) -> None:
    """Take an exchange back, once."""
    partner = partner_of(picture, context.site, message.partner)
    known = None
    if partner is not None:
        known = picture.get(Exchange, (context.site, partner.id, message.voucher))
    if known is None:
        context.refuse("not_found", actual=message.voucher)
        return
    context.grant = {"voucher": known.voucher}
    if known.cancelled_at is not None:
        context.grant["unchanged"] = True
        return
    for number in (known.taken, known.given):
        if number is not None:
            post_back(context, picture.need(Movement, (context.site, number)))
    picture.put(replace(known, cancelled_at=context.now, cancelled_by=message.actor))


EXCHANGE_UNITS = Activity(ExchangeUnits, needs, decide)
CANCEL_EXCHANGE = Activity(CancelExchange, cancel_needs, cancel)
ACTIVITIES = (EXCHANGE_UNITS, CANCEL_EXCHANGE)
