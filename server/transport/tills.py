"""Purses, and what of a round's money went through them.

1. Money that a courier takes at a door goes from the consumer into the courier's purse: a place of
   its own per person, so what is in it is a balance like any other.
2. Beside it, a till per purse, round and currency sums what was taken and what was handed over. A
   round is not over while a till of it was not handed over; from then on a till whose two sums
   differ is an open question, which later facts change and close.
"""

from typing import NamedTuple

from msgspec.structs import replace

from device_protocol.operations import Operation
from server.identity.actors import find_grant
from server.lane.activity import Context
from server.lane.picture import Picture
from server.lane.want import Look, Want
from server.ledger.posting import want_posting
from server.ledger.records import CONSUMER, Place, Stock
from server.ledger.stocks import add_place, find_place, find_stock, make_stock
from server.transport.cash import Where, money_key, settled, want_question
from server.transport.parcels import with_state
from server.transport.records import Round, Till

PURSE = "purse"
NO_ROUND = 0


class Share(NamedTuple):
    """What a fact adds to a till."""

    taken: int = 0
    handed: int = 0
    hand_overs: int = 0


def purse_code(look: Look, context: Context, operation: Operation) -> str:
    """The code of the purse: the person's who acted, else the device's own."""
    grant = find_grant(look, context, operation)
    return f"PURSE-D{context.stream}" if grant is None else f"PURSE-P{grant.person}"


def want_purse(
    want: Want, context: Context, operation: Operation, currency: str, round_: int
) -> Place | None:
    """Name a purse with what is in it of a currency, and its till of a round."""
    site = context.site
    purse = find_place(want, site, purse_code(want, context, operation))
    stock = find_stock(want, site, money_key(currency))
    if round_ != NO_ROUND:
        want.row(Round, (site, round_))
    number = stock.id if stock else 0
    # The money may be known already where the purse is not.
    target = purse.id if purse else CONSUMER
    want_posting(want, site, CONSUMER, target, number, context.stamp.earliest)
    if purse is None:
        return None
    till = want.row(Till, (site, purse.id, round_, currency))
    if till is not None:
        want_question(want, site, till.question)
    return purse


def make_purse(context: Context, operation: Operation) -> Place:
    """The purse, made by the first money that goes into it."""
    code = purse_code(context.picture, context, operation)
    found = find_place(context.picture, context.site, code)
    if found is not None:
        return found
    purse = Place(site=context.site, id=context.new_id(), code=code, kind=PURSE)
    add_place(context, purse)
    return purse


def make_money(context: Context, currency: str) -> Stock:
    """The stock key of money of a currency."""
    return make_stock(context, money_key(currency))


def share(context: Context, purse: Place, round_: int, currency: str, more: Share) -> None:
    """Add to a till, and settle it: whether it differs, and whether its round waits for it."""
    picture = context.picture
    before = till_of(picture, purse, round_, currency)
    after = replace(
        before,
        taken=before.taken + more.taken,
        handed=before.handed + more.handed,
        hand_overs=before.hand_overs + more.hand_overs,
    )
    tour = picture.get(Round, (context.site, round_)) if round_ != NO_ROUND else None
    where = Where(purse.id, currency, tour.name if tour else "")
    taken, handed = sums(after, after.taken), sums(after, after.handed)
    expected = taken if after.hand_overs else handed
    after = replace(after, question=settled(context, after.question, where, expected, handed))
    picture.put(after)
    if tour is not None:
        waits = tour.cash_open + is_waiting(after) - is_waiting(before)
        picture.put(with_state(replace(tour, cash_open=waits)))


def sums(till: Till, amount: int) -> dict[str, int]:
    """An amount as sums by currency."""
    return {till.currency: amount} if amount else {}


def is_waiting(till: Till) -> bool:
    """Whether money was taken that nobody has handed over."""
    return till.taken != 0 and till.hand_overs == 0


def till_of(picture: Picture, purse: Place, round_: int, currency: str) -> Till:
    """A till; an empty one where there has been nothing."""
    key = (purse.site, purse.id, round_, currency)
    if picture.is_new(Place, (purse.site, purse.id)) and not picture.knows(Till, key):
        picture.declare_absent(Till, key)
    return picture.get(Till, key) or Till(*key)
