"""Grading.

1. Somebody looks at goods where they stand and says their condition, and, where it is worse than
   before, in which step it happened, why, and who is liable.
2. It is a fact: the units go from key to key at their place. Storage damage is read off it.
3. What becomes of them is what was said, else the owner's rule for the condition: a task asks to
   bring them there. Good ones stay where they are unless somebody says otherwise.
"""

from msgspec.structs import replace

from device_protocol.handling import Grade
from server.catalog.dispositions import GOOD, rule_of
from server.lane.activity import Activity, Context
from server.lane.picture import Picture
from server.lane.want import Look, Want
from server.ledger.posting import balance_of, post, want_posting
from server.ledger.stocks import StockKey, find_key, find_place, find_stock, make_place, make_stock
from server.tasks.moving import flag_negative
from server.tasks.receiving import flag_unknown
from server.tasks.verdicts import bring, verdict_of, want_withdrawal, way_of, withdraw


def graded_key(operation: Grade, look: Look, context: Context) -> StockKey:
    """What was scanned, as it was before; whose place it is decides between two owners."""
    return find_key(look, operation, place=find_place(look, context.site, operation.at))


def needs(operation: Grade, want: Want, context: Context) -> None:
    """The place, both keys with their balances there, and the owner's rule."""
    place = find_place(want, context.site, operation.at)
    key = graded_key(operation, want, context)
    rule_of(want, key.owner, operation.graded)
    for each in (key, replace(key, condition=operation.graded)):
        stock = find_stock(want, context.site, each)
        if place is not None:
            number = stock.id if stock else 0
            want_posting(want, context.site, place.id, place.id, number, context.stamp.earliest)


def decide(operation: Grade, picture: Picture, context: Context) -> None:
    """Post the units from key to key, and say where they are to be brought."""
    place = make_place(context, operation.at)
    key = graded_key(operation, picture, context)
    if operation.graded in {"", key.condition}:
        context.flag("same_condition", "another", operation.graded, "nothing was changed")
        return
    before = make_stock(context, key)
    key_after = replace(key, condition=operation.graded)
    after = make_stock(context, key_after)
    post(context, place.id, place.id, before.id, operation.quantity, stock_to=after.id)
    flag_unknown(context, key_after, place.id, after)
    flag_negative(context, place.id, before.id)
    left = balance_of(context, place.id, before.id)
    if left.allocated > max(0, left.quantity):
        context.flag("was_promised", left.allocated, left.quantity, "a short pick seeks the rest")
    verdict = replace(
        verdict_of(context, "graded", place.id, after, operation.quantity),
        before=key.condition,
        step=operation.step,
        reason=operation.reason,
        liable=operation.liable,
    )
    rule = rule_of(picture, after.owner, after.condition)
    if after.condition == GOOD and not operation.disposition and rule is None:
        picture.add(verdict)
    else:
        bring(context, verdict, after, way_of(context, after, operation.disposition))


def undo_needs(_operation: Grade, want: Want, context: Context) -> None:
    """The verdict with what came of it."""
    want_withdrawal(want, context)


def undo(_operation: Grade, _picture: Picture, context: Context) -> None:
    """Nobody said so."""
    withdraw(context)


GRADE = Activity(Grade, needs, decide, undo, undo_needs)
