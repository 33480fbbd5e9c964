"""Handing over cash.

1. At the end of a round the courier counts the purse, and hands what is in it over: at a cash desk
   whose code is scanned, or to a supervisor whose badge is.
2. What was counted leaves the purse, whatever the book holds. From then on, a difference to what
   was taken on that round is an open question with its amount, and stays one until later facts or
   a supervisor explain it.
3. The round is over once nothing of it waits in a purse.
"""

from device_protocol.road import HandOverCash
from device_protocol.scan import parse
from server.identity.actors import find_grant
from server.identity.records import Person
from server.lane.activity import NETWORK, Activity, Context
from server.lane.picture import Picture
from server.lane.want import Look, Want
from server.ledger.discrepancies import open_task
from server.ledger.posting import post
from server.ledger.records import SAFE
from server.ledger.stocks import find_place, find_stock
from server.tasks.moving import flag_negative
from server.tasks.packing import make_place_or, place_or, want_side
from server.transport.cash import AMOUNT_MAX, currency_of, money_key
from server.transport.records import Round
from server.transport.tills import (
    NO_ROUND,
    Share,
    make_money,
    make_purse,
    share,
    want_purse,
)

MAY_TAKE = frozenset({"supervisor", "admin"})


def needs(operation: HandOverCash, want: Want, context: Context) -> None:
    """The purse with its till, the cash desk, and who took it."""
    currency = currency_of(operation.currency)
    round_ = round_of(operation, want, context)
    want_purse(want, context, operation, currency, round_)
    if operation.to:
        find_place(want, context.site, operation.to)
    stock = find_stock(want, context.site, money_key(currency))
    desk = place_or(want, context, operation.to, SAFE)
    want_side(want, context, desk, stock.id if stock else 0)
    witness_of(operation, want)
    find_grant(want, context, operation)


def round_of(operation: HandOverCash, look: Look, context: Context) -> int:
    """The round whose money it is; 0 where there is no such round."""
    number = operation.round
    known = number is not None and look.row(Round, (context.site, number)) is not None
    return number if known and number is not None else NO_ROUND


def witness_of(operation: HandOverCash, look: Look) -> Person | None:
    """The person whose badge was scanned."""
    code = parse(operation.witness).text.removeprefix("STAFF-") if operation.witness else ""
    found = look.listing(Person, "by_code", (NETWORK, code)) if code else []
    return found[0] if found else None


def decide(operation: HandOverCash, picture: Picture, context: Context) -> None:
    """Post the money out of the purse, and hold it against what was taken."""
    if not 0 <= operation.amount <= AMOUNT_MAX:
        context.flag("impossible_amount", f"0 to {AMOUNT_MAX}", operation.amount, "a review task")
        open_task(context, "review", note=f"{operation.amount} {operation.currency} handed over")
        return
    currency = currency_of(operation.currency)
    if currency != operation.currency:
        context.flag("unknown_currency", "an ISO 4217 code", operation.currency, "ask which it is")
    purse, money = make_purse(context, operation), make_money(context, currency)
    desk = make_place_or(context, operation.to, SAFE)
    round_ = round_of(operation, picture, context)
    if round_ == NO_ROUND and operation.round is not None:
        context.flag("unknown_round", actual=operation.round, then="kept with no round")
    if operation.amount and desk != purse.id:
        post(context, purse.id, desk, money.id, operation.amount)
        flag_negative(context, purse.id, money.id)
    check_witness(operation, context)
    share(context, purse, round_, currency, Share(handed=operation.amount, hand_overs=1))


def check_witness(operation: HandOverCash, context: Context) -> None:
    """Flag money that nobody is known to have taken over."""
    if not operation.to and not operation.witness:
        context.flag("no_witness", expected="a cash desk or a supervisor", then="a review task")
        open_task(context, "review", note="cash was handed over to nobody")
    if not operation.witness:
        return
    grant = find_grant(context.picture, context, operation)
    person = witness_of(operation, context.picture)
    itself = grant is not None and person is not None and grant.person == person.id
    if person is None or person.role not in MAY_TAKE or itself:
        context.flag("unknown_witness", "a supervisor", operation.witness[:64], "a review task")
        open_task(context, "review", note="nobody known took the cash over")


def undo(operation: HandOverCash, picture: Picture, context: Context) -> None:
    """Nothing was handed over."""
    if not 0 <= operation.amount <= AMOUNT_MAX:
        return
    purse = make_purse(context, operation)
    less = Share(handed=-operation.amount, hand_overs=-1)
    round_ = round_of(operation, picture, context)
    share(context, purse, round_, currency_of(operation.currency), less)


HAND_OVER_CASH = Activity(HandOverCash, needs, decide, undo, needs)
