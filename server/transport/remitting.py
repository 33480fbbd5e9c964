"""Paying out to merchants what was collected for them at doors.

1. What is taken for a shipment is credited to its owner's account: a sum of facts, so that late and
   withdrawn ones leave it right.
2. A desk tells what was paid out, from a cash desk or the safe, under a voucher: one movement. The
   money was given, so it is posted whatever the book holds; what is odd is flagged.
3. A merchant's voucher counts once: the same again changes nothing, other figures are refused.
4. Cancelled, it is taken back at its own moment.
"""

from msgspec.structs import replace

from server.lane.activity import Activity, Context
from server.lane.masters import code_fits, within
from server.lane.message import Message
from server.lane.picture import Picture
from server.lane.records import Lane
from server.lane.want import Look, Want
from server.ledger.posting import balance_of, is_physical, post, post_back, want_posting
from server.ledger.records import REMITTED, SAFE, Movement
from server.ledger.stocks import find_place, find_stock, make_stock
from server.merchants.records import Merchant
from server.merchants.rules import find_merchant
from server.transport.cash import AMOUNT_MAX, NO_CURRENCY, currency_of, money_key, shown
from server.transport.records import Account, Remittance


class RemitCash(Message, frozen=True, kw_only=True, tag="remit_cash"):
    """To a site: this much was paid out to a merchant."""

    merchant: str
    voucher: str
    amount: int
    currency: str
    place: str = ""
    """Code of the cash desk; empty is the safe."""


class CancelRemittance(Message, frozen=True, kw_only=True, tag="cancel_remittance"):
    """To a site: what a voucher told was not paid out."""

    merchant: str
    voucher: str


def place_of(look: Look, site: int, code: str) -> int | None:
    """From where it was paid; None where there is no such place."""
    place = find_place(look, site, code) if code else None
    return place.id if place is not None else None if code else SAFE


def needs(message: RemitCash, want: Want, context: Context) -> None:
    """The merchant with their account and the voucher, the cash desk, and its money."""
    site = context.site
    merchant, place = find_merchant(want, message.merchant), place_of(want, site, message.place)
    stock = find_stock(want, site, money_key(message.currency))
    if merchant is not None:
        want.row(Account, (site, merchant.id, message.currency))
        want.row(Remittance, (site, merchant.id, message.voucher))
    if place is not None:
        number = stock.id if stock else 0
        want_posting(want, site, place, REMITTED, number, context.stamp.earliest)


def decide(message: RemitCash, picture: Picture, context: Context) -> None:
    """Post what was paid out, once."""
    merchant = find_merchant(picture, message.merchant)
    place = place_of(picture, context.site, message.place)
    currency = currency_of(message.currency)
    if merchant is None:
        context.refuse("unknown_merchant", actual=message.merchant)
    elif place is None:
        context.refuse("unknown_place", actual=message.place, then="leave it empty for the safe")
    elif currency == NO_CURRENCY:
        context.refuse("unknown_currency", "a code of ISO 4217", message.currency)
    elif code_fits(context, "voucher", message.voucher) and within(
        context, "amount", message.amount, 1, AMOUNT_MAX
    ):
        known = picture.get(Remittance, (context.site, merchant.id, message.voucher))
        if known is not None and known.cancelled_at is None:
            recognise(context, known, message, place)
        else:
            pay(context, message, merchant, place)


def recognise(context: Context, known: Remittance, message: RemitCash, place: int) -> None:
    """Answer a voucher that was told before: the same again, or another under its number."""
    was = (known.amount, known.currency, known.place)
    if was == (message.amount, message.currency, place):
        context.grant = {"voucher": known.voucher, "unchanged": True}
        return
    context.refuse(
        "voucher_used",
        expected=shown({known.currency: known.amount}),
        actual=shown({message.currency: message.amount}),
        then="cancel it first, if it was wrong",
    )


def pay(context: Context, message: RemitCash, merchant: Merchant, place: int) -> None:
    """Post the money out of the cash desk, and take it off what the merchant is owed."""
    picture, site = context.picture, context.site
    stock = make_stock(context, money_key(message.currency))
    number = picture.need(Lane, (site,)).movements + 1
    post(context, place, REMITTED, stock.id, message.amount)
    told = Remittance(
        site=site,
        owner=merchant.id,
        voucher=message.voucher,
        currency=message.currency,
        amount=message.amount,
        place=place,
        told_at=context.now,
        told_by=message.actor,
        movement=number,
    )
    picture.put(told)
    account = owe(context, told, -message.amount)
    held = balance_of(context, place, stock.id).quantity if is_physical(place) else 0
    if held < 0:
        context.flag("negative", "at least 0", held, "what is handed over late explains it")
    elif account.remitted > account.collected:
        expected, actual = (
            shown({account.currency: each}) for each in (account.collected, account.remitted)
        )
        context.flag("more_than_collected", expected, actual, "it is posted; look at the account")
    context.grant = {"voucher": told.voucher}


def owe(context: Context, told: Remittance, more: int) -> Account:
    """Owe a merchant more, or less."""
    key = (told.site, told.owner, told.currency)
    account = context.picture.get(Account, key) or Account(*key)
    account = replace(account, remitted=account.remitted - more)
    context.picture.put(account)
    return account


def cancel_needs(message: CancelRemittance, want: Want, context: Context) -> None:
    """The voucher with its movement, and the account."""
    known = remittance_of(want, context, message)
    if known is None or known.cancelled_at is not None:
        return
    want.row(Account, (known.site, known.owner, known.currency))
    movement = want.row(Movement, (known.site, known.movement))
    if movement is not None:
        since = movement.occurred_at - movement.uncertainty
        want_posting(want, known.site, known.place, REMITTED, movement.stock, since)


def remittance_of(look: Look, context: Context, message: CancelRemittance) -> Remittance | None:
    """What a merchant's voucher told."""
    merchant = find_merchant(look, message.merchant)
    if merchant is None:
        return None
    return look.row(Remittance, (context.site, merchant.id, message.voucher))


def cancel(message: CancelRemittance, picture: Picture, context: Context) -> None:
    """Take a payment back, once."""
    known = remittance_of(picture, context, message)
    if known is None:
        context.refuse("not_found", actual=message.voucher)
        return
    context.grant = {"voucher": known.voucher}
    if known.cancelled_at is not None:
        context.grant["unchanged"] = True
        return
    post_back(context, picture.need(Movement, (known.site, known.movement)))
    picture.put(replace(known, cancelled_at=context.now, cancelled_by=message.actor))
    owe(context, known, known.amount)


REMIT_CASH = Activity(RemitCash, needs, decide)
CANCEL_REMITTANCE = Activity(CancelRemittance, cancel_needs, cancel)
ACTIVITIES = (REMIT_CASH, CANCEL_REMITTANCE)
