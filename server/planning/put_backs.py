"""Putting back, and bringing where goods are to go: tasks that are done by doing them.

1. A surplus, another item, what was cancelled meanwhile or is not approved asks to be put back: a
   task at the tote, which leads to where the goods were taken from. What has left the tote already
   is not asked for. What was said of returned or graded goods (`server/tasks/verdicts.py`) asks for
   them to be brought where the rule says, or away from where they are.
2. People bring goods by moving them (`server/tasks/moving.py`); what is put back may go to another
   bin as well. Each move takes its units off the tasks of these goods there, the oldest first; the
   last unit closes the task. Goods that are discarded are taken off those that asked for that.
   Devices list put-backs by the zone to which they lead.
3. A move that is undone asks again for what it brought; a pick that is undone asks no more.
"""

from collections.abc import Callable

from msgspec.structs import replace

from device_protocol.operations import Operation
from server.catalog.dispositions import WAYS
from server.lane.activity import Context
from server.lane.want import Look, Want
from server.ledger.discrepancies import open_task
from server.ledger.posting import balance_of
from server.ledger.records import LOCATION_KINDS, UNIT_KINDS, Place, Stock, Task
from server.ledger.stocks import find_place
from server.planning.guides import BROUGHT, close_guide, fill_guide, goods_key, resize_guide
from server.planning.storage import BroughtBack, Guide

PUT_BACK = "put_back"
GONE = frozenset({"scrap", "recycle"})
"""What becomes of goods that are discarded; all others are moved."""
HOMES = frozenset({"bin", "dock", "staging"})
"""Kinds of places from which goods are taken, and to which they may be brought back."""
HELD_IN = frozenset((*LOCATION_KINDS, *UNIT_KINDS))
"""Kinds of places in which goods wait to be brought on."""
ERRANDS = frozenset((PUT_BACK, *WAYS))
"""Kinds of tasks that are done by bringing goods, or by discarding them."""


def ask_put_back(
    context: Context,
    stock: Stock,
    place: int,
    quantity: int,
    *,
    home: Place | None = None,
    **about: int | str | None,
) -> None:
    """Ask a person to bring goods back, to where they were taken from if that is known."""
    task = open_task(context, PUT_BACK, stock=stock.id, place=place, quantity=quantity, **about)
    fits = home is not None and home.kind in HOMES and home.state == "open" and home.id != place
    target = home.id if home is not None and fits else None
    lead(context, PUT_BACK, task, place, stock, quantity, target)


def ask_what_is_there(
    context: Context,
    stock: Stock,
    place: int,
    quantity: int,
    *,
    home: Place | None = None,
    shipment: int | None,
) -> None:
    """The same of goods that were just put there, as far as they are there still."""
    there = balance_of(context, place, stock.id).quantity
    if there > 0:
        ask_put_back(context, stock, place, min(quantity, there), home=home, shipment=shipment)


def lead(  # noqa: PLR0917 - a guide is these facts.
    context: Context,
    kind: str,
    task: int,
    place: int,
    stock: Stock,
    quantity: int,
    target: int | None = None,
) -> None:
    """Let goods that are brought from a place be taken off a task."""
    way = (kind, place, stock.id, goods_key(stock).sign, quantity, context.stamp.mid)
    context.picture.add(Guide(context.site, task, *way, target=target))


def want_put_backs(look: Look, site: int, place: Place | None) -> list[Guide]:
    """Name what is to be brought back from a place, with its tasks; the oldest first."""
    if place is None or place.kind not in HELD_IN:
        return []
    guides = look.listing(Guide, "by_source", (site, place.id))
    found = [guide for guide in guides if guide.kind in ERRANDS]
    for guide in found:
        look.row(Task, (site, guide.task))
    return found


def put_backs_at(context: Context, place: Place | None) -> list[Guide]:
    """What is to be brought back from a place, as the book has it."""
    picture, site = context.picture, context.site
    if place is not None and picture.is_new(Place, (site, place.id)):
        # Made in this very group, so that whatever leads away from it is here.
        picture.declare_empty(Guide, "by_source", (site, place.id))
    return want_put_backs(picture, site, place)


def note_brought(
    context: Context, source: Place, target: Place, stock: Stock, quantity: int
) -> None:
    """Take units that were brought where they are to go off what is asked for."""

    def fits(guide: Guide, task: Task) -> bool:
        if guide.kind == PUT_BACK:
            return target.kind == "bin" or target.id == guide.target
        return guide.kind not in GONE and task.note in {"", target.code}

    take_off(context, source, stock, quantity, fits)


def note_discarded(context: Context, source: Place, stock: Stock, quantity: int, way: str) -> None:
    """Take units that were discarded off what asked for that."""
    take_off(context, source, stock, quantity, lambda guide, _: guide.kind == way)


def take_off(
    context: Context,
    source: Place,
    stock: Stock,
    quantity: int,
    fits: Callable[[Guide, Task], bool],
) -> None:
    """Take units off the tasks of these goods at a place, the oldest first."""
    picture, site = context.picture, context.site
    goods = goods_key(stock).sign
    for guide in put_backs_at(context, source):
        task = picture.need(Task, (site, guide.task))
        part = min(quantity, guide.quantity)
        if guide.goods != goods or task.open is None or part <= 0 or not fits(guide, task):
            continue
        quantity -= part
        fill_guide(context, guide, part)
        operation = (context.stream, context.epoch, context.seq)
        picture.add(BroughtBack(site, *operation, guide.task, part, guide.target))


def undo_needs(_operation: Operation, want: Want, context: Context) -> None:
    """What was brought, the tasks of that, and the goods."""
    for done in brought_by(want, context):
        want.row(Guide, (context.site, done.task))
        task = want.row(Task, (context.site, done.task))
        if task is not None and task.stock is not None:
            want.row(Stock, (context.site, task.stock))


def brought_by(look: Look, context: Context) -> list[BroughtBack]:
    """What the operation that is undone took off tasks."""
    undone = context.undoes
    if undone is None:
        return []
    key = (context.site, undone.stream, undone.epoch, undone.seq)
    return look.listing(BroughtBack, "by_operation", key)


def undo(_operation: Operation, _picture: object, context: Context) -> None:
    """Ask again for what was brought, unless somebody else has ended the task since."""
    picture, site = context.picture, context.site
    for done in brought_by(picture, context):
        picture.remove(done)
        task = picture.need(Task, (site, done.task))
        guide = picture.get(Guide, (site, done.task))
        if guide is not None:
            resize_guide(context, guide, guide.quantity + done.quantity)
        elif task.open is None and task.note == BROUGHT:
            stock = picture.need(Stock, (site, task.stock or 0))
            picture.put(
                replace(task, open=1, closed_at=None, closed_by="", note="", quantity=done.quantity)
            )
            lead(context, task.kind, task.id, task.place or 0, stock, done.quantity, done.target)


def want_asked(want: Look, context: Context, code: str) -> None:
    """Name what an operation that is undone may have asked to be brought back from a place."""
    want_put_backs(want, context.site, find_place(want, context.site, code))


def ask_no_more(context: Context, code: str) -> None:
    """Close the tasks by which an undone operation asked for goods to be brought back."""
    picture, undone = context.picture, context.undoes
    place = find_place(picture, context.site, code)
    for guide in put_backs_at(context, place) if undone is not None else ():
        task = picture.need(Task, (context.site, guide.task))
        if undone is not None and task.opened_by == f"{undone.stream}/{undone.epoch}/{undone.seq}":
            close_guide(context, guide, "taken back")
