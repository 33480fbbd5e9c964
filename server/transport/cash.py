"""Money on the road: what is due at a door, what was taken, and the question where they differ.

Money is stock: whole smallest units under a key of its currency, in a purse, on its way from the
consumer to the cash desk. What was taken for a parcel is a sum of facts, so that it is the same in
whatever order they come, and is held against what its shipment says as soon as one of its parcels
was handed over.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from msgspec.structs import replace

from device_protocol.money import amount_text
from server.lane.activity import Context
from server.lane.want import Look
from server.ledger.discrepancies import close_discrepancy, open_discrepancy
from server.ledger.records import CONSUMER, Discrepancy
from server.ledger.stocks import StockKey, find_stock, make_stock
from server.orders.records import Shipment
from server.transport.records import Account, Parcel

CODE_LETTERS = 3
NO_CURRENCY = "XXX"
"""The code of ISO 4217 for no currency: of money of which nobody said what it is."""
AMOUNT_MAX = 1_000_000_000_000
DIFFERS = "cash"
"""Kind of the discrepancy where other money was taken, or handed over, than was due."""


class Where(NamedTuple):
    """What a question of money is about: a place, a currency, and what people call it."""

    place: int
    currency: str
    name: str


def currency_of(text: str) -> str:
    """The currency that a code names."""
    fits = len(text) == CODE_LETTERS and text.isascii() and text.isalpha() and text.isupper()
    return text if fits else NO_CURRENCY


def money_key(currency: str) -> StockKey:
    """The stock key of money: its currency says it all, whosever it becomes in the end."""
    return StockKey(raw=f"money:{currency}")


def read_sums(text: str) -> dict[str, int]:
    """Sums by currency, as a record keeps them."""
    pairs = (each.split(" ") for each in text.split(",") if each)
    return {currency: int(amount) for currency, amount in pairs}


def write_sums(sums: Mapping[str, int]) -> str:
    """Sums by currency as one text; what is zero is left out."""
    return ",".join(f"{currency} {amount}" for currency, amount in sorted(sums.items()) if amount)


def added(text: str, currency: str, amount: int) -> str:
    """The sums with an amount more."""
    sums = read_sums(text)
    return write_sums(sums | {currency: sums.get(currency, 0) + amount})


def shown(sums: Mapping[str, int]) -> str:
    """Sums as people read them."""
    return ", ".join(amount_text(amount, name) for name, amount in sorted(sums.items())) or "0"


def total_of(parcels: Iterable[Parcel]) -> dict[str, int]:
    """What was taken for some parcels, by currency."""
    total = ""
    for parcel in parcels:
        for currency, amount in read_sums(parcel.cash).items() if parcel.cash else ():
            total = added(total, currency, amount)
    return read_sums(total)


def want_due(look: Look, shipment: Shipment, parcels: Iterable[Parcel]) -> None:
    """Name what settling the money of a shipment reads."""
    currencies = total_of(parcels).keys() | ({shipment.currency} if shipment.cash_due else set())
    for currency in sorted(currencies):
        find_stock(look, shipment.site, money_key(currency))
    if shipment.currency:
        look.row(Account, (shipment.site, shipment.owner, shipment.currency))
    want_question(look, shipment.site, shipment.cash_question)


def want_loose(look: Look, parcel: Parcel) -> None:
    """Name what settling the money of a parcel reads of which nobody knows whose it is."""
    for currency in read_sums(parcel.cash):
        find_stock(look, parcel.site, money_key(currency))
    want_question(look, parcel.site, parcel.cash_question)


def want_question(look: Look, site: int, question: int | None) -> None:
    """Name the discrepancy that may be open about money."""
    if question is not None:
        look.row(Discrepancy, (site, question))


def settled_due(context: Context, shipment: Shipment, parcels: list[Parcel]) -> Shipment:
    """The shipment with what was taken for it, and a question where that is not what is due."""
    taken = total_of(parcels)
    if not (taken or shipment.cash_due or shipment.cash_question):
        return shipment
    handed = any(parcel.delivered_at is not None for parcel in parcels)
    due = {shipment.currency: shipment.cash_due} if handed and shipment.cash_due else {}
    currency = shipment.currency or min(taken, default=NO_CURRENCY)
    where = Where(CONSUMER, currency, shipment.number)
    question = settled(context, shipment.cash_question, where, due, taken)
    return replace(shipment, cash_taken=taken.get(shipment.currency, 0), cash_question=question)


def collect(context: Context, shipment: Shipment, more: int) -> None:
    """Credit a merchant with what was taken for a shipment since, less where it was taken back."""
    key = (shipment.site, shipment.owner, shipment.currency)
    account = context.picture.get(Account, key) or Account(*key)
    context.picture.put(replace(account, collected=account.collected + more))


def settled_loose(context: Context, parcel: Parcel) -> Parcel:
    """The parcel with a question, where money was taken and nobody knows whose parcel it is."""
    if not parcel.cash and parcel.cash_question is None:
        return parcel
    taken = read_sums(parcel.cash) if parcel.shipment is None else {}
    where = Where(CONSUMER, min(taken, default=NO_CURRENCY), parcel.code)
    question = settled(context, parcel.cash_question, where, {}, taken)
    return replace(parcel, cash_question=question)


def settled(
    context: Context,
    question: int | None,
    where: Where,
    expected: Mapping[str, int],
    actual: Mapping[str, int],
) -> int | None:
    """The question where two sums differ: opened, told anew, or closed where they agree.

    One that a person has closed stays closed until other figures come.
    """
    picture = context.picture
    told = (shown(expected), shown(actual))
    found = picture.get(Discrepancy, (context.site, question)) if question is not None else None
    if expected == actual:
        if found is not None:
            close_discrepancy(context, found.id, "the money agrees")
        return None
    if found is not None and (found.expected, found.actual) == told:
        return question
    if found is not None and found.open is not None:
        picture.put(replace(found, expected=told[0], actual=told[1]))
        return question
    stock = make_stock(context, money_key(where.currency))
    number = open_discrepancy(
        context, DIFFERS, where.place, stock.id, expected=told[0], actual=told[1]
    )
    opened = picture.need(Discrepancy, (context.site, number))
    picture.put(replace(opened, note=where.name))
    context.flag("cash_differs", *told, "a discrepancy is open")
    return number
