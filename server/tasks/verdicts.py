"""Verdicts: what was said of goods, and what becomes of them.

Where they are to be brought is what the person said, else the owner's rule for their condition,
else the usual. A task asks for it; from an intake, what goes to the shelf or into quarantine is led
there by putting away. Goods in a condition other than good are never promised; good ones that are
not to go back to the shelf are kept by a hold.
"""

from typing import NamedTuple

from msgspec.structs import replace

from server.catalog.dispositions import GOOD, RESTOCK, WAYS, rule_of, usual
from server.lane.activity import Context
from server.lane.want import Look
from server.ledger.discrepancies import close_task, open_task
from server.ledger.intakes import is_intake
from server.ledger.records import Hold, Movement, Place, Stock, Task
from server.planning.put_backs import lead
from server.planning.records import Verdict
from server.planning.storage import Guide

WITHDRAWN = "taken back"
PUT_AWAY = frozenset({RESTOCK, "quarantine"})
"""What becomes of goods that putting away leads to their place."""


class Way(NamedTuple):
    """What becomes of goods, and the code of the place to which they are brought, if it is said."""

    way: str
    place: str = ""


def way_of(context: Context, stock: Stock, said: str) -> Way:
    """What becomes of goods; what nobody knows is flagged and decided as if it was not said."""
    rule = rule_of(context.picture, stock.owner, stock.condition)
    if said and said not in WAYS:
        context.flag("unknown_disposition", " or ".join(WAYS), said[:20], "the rule is followed")
        said = ""
    if rule is not None and said in {"", rule.way}:
        return Way(rule.way, rule.place)
    return Way(said or usual(stock.condition))


def verdict_of(context: Context, kind: str, place: int, stock: Stock, quantity: int) -> Verdict:
    """What the operation being decided says of goods."""
    return Verdict(
        site=context.site,
        operation=context.name,
        kind=kind,
        occurred_at=context.stamp.mid,
        uncertainty=context.stamp.half,
        recorded_at=context.now,
        place=place,
        stock=stock.id,
        owner=stock.owner,
        item=stock.item,
        quantity=quantity,
        condition=stock.condition,
    )


def bring(context: Context, verdict: Verdict, stock: Stock, way: Way) -> None:
    """Keep the verdict, ask for the goods to be brought, and hold good ones not to be sold."""
    place = context.picture.need(Place, (context.site, verdict.place))
    task = hold = None
    if way.place or way.way not in PUT_AWAY or not is_intake(place):
        task = open_task(
            context,
            way.way,
            place=verdict.place,
            stock=stock.id,
            quantity=verdict.quantity,
            note=way.place,
        )
        lead(context, way.way, task, verdict.place, stock, verdict.quantity)
    if stock.condition == GOOD and way.way != RESTOCK and stock.item:
        hold = context.new_id()
        context.picture.add(
            Hold(
                site=context.site,
                id=hold,
                reason=way.way,
                opened_at=context.now,
                opened_by=context.name,
                owner=stock.owner,
                item=stock.item,
                lot=stock.lot or None,
                serial=stock.serial or None,
                place=verdict.place,
            )
        )
    context.picture.add(replace(verdict, disposition=way.way, task=task, hold=hold))


def want_withdrawal(look: Look, context: Context) -> Verdict | None:
    """Name the verdict of the operation that is taken back, and what came of it.

    A line that was parked and decided later has its movements by another operation, but they bear
    its own name.
    """
    undone = context.undoes
    if undone is None or undone.movements == 0:
        return None
    moved = look.row(Movement, (context.site, undone.first_movement))
    if moved is None:
        return None
    name = f"{moved.stream}/{moved.epoch}/{moved.seq}"
    verdict = look.row(Verdict, (context.site, name))
    if verdict is not None:
        if verdict.task is not None:
            look.row(Task, (context.site, verdict.task))
            look.row(Guide, (context.site, verdict.task))
        if verdict.hold is not None:
            look.row(Hold, (context.site, verdict.hold))
    return verdict


def withdraw(context: Context) -> Verdict | None:
    """Take the verdict back with its task and hold; None where there was none."""
    picture = context.picture
    verdict = want_withdrawal(picture, context)
    if verdict is None:
        return None
    picture.put(replace(verdict, state="void"))
    if verdict.task is not None:
        close_task(context, picture.need(Task, (context.site, verdict.task)), WITHDRAWN)
        guide = picture.get(Guide, (context.site, verdict.task))
        if guide is not None:
            picture.remove(guide)
    if verdict.hold is not None:
        hold = picture.need(Hold, (context.site, verdict.hold))
        if hold.open is not None:
            picture.put(replace(hold, open=None, closed_at=context.now, closed_by=context.name))
    return verdict
