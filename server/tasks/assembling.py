"""Kits: put together from parts, or taken apart again.

1. A desk says what a kit is made of, and may order some: a task at the work place
   (`server/planning/kit_orders.py`).
2. The operator scans the work place, the kit, how many, and the parts, or none: then the kit's
   recipe of that moment says what went in.
3. It is a fact: the parts go from the place through the work place of the book into the kit, or
   back. Parts other than the recipe's are taken as they are said, and flagged.
4. Kits that shipments lack are given to them at once, as goods that came to a dock are.
"""

from typing import NamedTuple

from msgspec.structs import replace

from device_protocol.handling import Assemble
from server.catalog.kits import recipe_of
from server.lane.activity import Activity, Context
from server.lane.picture import Picture
from server.lane.want import Look, Want
from server.ledger.discrepancies import close_task
from server.ledger.posting import post, want_posting
from server.ledger.records import WORK, Place, Task
from server.ledger.stocks import StockKey, find_key, find_place, find_stock, make_place, make_stock
from server.planning.crossdock import seek_made, want_made
from server.planning.kit_orders import KIND, settle_promised, want_promised
from server.tasks.moving import flag_negative
from server.tasks.receiving import flag_unknown


class Portion(NamedTuple):
    """So many units of a stock key."""

    key: StockKey
    quantity: int


def kit_key(operation: Assemble, look: Look, context: Context) -> StockKey:
    """The kit; whose place it is decides between two owners that share a code."""
    return find_key(look, operation, place=find_place(look, context.site, operation.at))


def recipe(operation: Assemble, look: Look, context: Context, kit: StockKey) -> dict[int, int]:
    """Units by item that these kits are made of, as far as somebody said."""
    each = recipe_of(look, kit.item, context.stamp.mid) if kit.item else {}
    return {item: units * operation.quantity for item, units in each.items()}


def parts_of(operation: Assemble, look: Look, context: Context, kit: StockKey) -> list[Portion]:
    """The parts as they were said, else by the recipe; they are the kit's owner's if not said."""
    if not operation.parts:
        units = recipe(operation, look, context, kit)
        return [Portion(StockKey(kit.owner, item), each) for item, each in units.items()]
    place = find_place(look, context.site, operation.at) or Place(context.site, 0, "", "")
    known = StockKey(owner=kit.owner, raw="unidentified:")
    place = replace(place, owner=kit.owner or place.owner)
    summed: dict[StockKey, int] = {}
    for part in operation.parts:
        key = find_key(look, part, expected=known, place=place)
        summed[key] = summed.get(key, 0) + part.quantity
    return [Portion(key, units) for key, units in summed.items()]


def needs(operation: Assemble, want: Want, context: Context) -> None:
    """The place, kit and parts with their balances there and at work, and the order for them."""
    place = find_place(want, context.site, operation.at)
    kit = kit_key(operation, want, context)
    recipe(operation, want, context, kit)
    keys = [kit, *(part.key for part in parts_of(operation, want, context, kit))]
    for key in keys:
        stock = find_stock(want, context.site, key)
        number = stock.id if stock else 0
        at = place.id if place else WORK
        want_posting(want, context.site, at, WORK, number, context.stamp.earliest)
    want_order(operation, want, context)
    want_made(want, context, kit, place)


def want_order(operation: Assemble, look: Look, context: Context) -> Task | None:
    """Name the task for which kits were made, with what is promised to it."""
    if operation.task is None:
        return None
    task = look.row(Task, (context.site, operation.task))
    want_promised(look, context.site, task)
    return task


def decide(operation: Assemble, picture: Picture, context: Context) -> None:
    """Post the parts into the kits, or back."""
    place = make_place(context, operation.at)
    kit = kit_key(operation, picture, context)
    parts = parts_of(operation, picture, context, kit)
    made = Portion(kit, operation.quantity)
    gone, came = ([made], parts) if operation.apart else (parts, [made])
    for key, quantity in gone:
        stock = make_stock(context, key)
        post(context, place.id, WORK, stock.id, quantity)
        flag_unknown(context, key, place.id, stock)
        flag_negative(context, place.id, stock.id)
    for key, quantity in came:
        stock = make_stock(context, key)
        post(context, WORK, place.id, stock.id, quantity)
        flag_unknown(context, key, place.id, stock)
    compare(operation, context, kit, parts)
    note_made(operation, context, -operation.quantity if operation.apart else operation.quantity)
    if not operation.apart:
        seek_made(context, kit, place)


def compare(operation: Assemble, context: Context, kit: StockKey, parts: list[Portion]) -> None:
    """Flag parts that are not the recipe's, or that nobody can tell."""
    if not parts:
        context.flag("no_recipe", "parts", kit.raw or kit.item, "say its parts; correct the book")
        return
    wanted = recipe(operation, context.picture, context, kit)
    used: dict[int, int] = {}
    for key, quantity in parts:
        used[key.item] = used.get(key.item, 0) + quantity
    if wanted and used != wanted:
        context.flag("other_parts", in_short(wanted), in_short(used), "posted as it was said")


def in_short(units: dict[int, int]) -> str:
    """Units by item as a text."""
    return ", ".join(f"{each} of {item}" for item, each in sorted(units.items()))


def note_made(operation: Assemble, context: Context, made: int) -> None:
    """Take kits off what is still to be made; below one the order is done."""
    if operation.task is None:
        return
    task = want_order(operation, context.picture, context)
    if task is None or task.kind != KIND:
        context.flag("unknown_task", KIND, operation.task, "posted without it")
        return
    before = task.quantity or 0
    left = before - made
    if before <= 0 < left:
        # Kits that were taken apart again, or never made, are to be made still.
        task = replace(task, open=1, closed_at=None, closed_by="", note="")
    task = replace(task, quantity=left)
    context.picture.put(task)
    if left <= 0:
        close_task(context, task, "made")
    settle_promised(context, context.picture.need(Task, (context.site, task.id)))


def undo_needs(operation: Assemble, want: Want, context: Context) -> None:
    """The order for which they were made."""
    want_order(operation, want, context)


def undo(operation: Assemble, _picture: Picture, context: Context) -> None:
    """They are still to be made."""
    note_made(operation, context, operation.quantity if operation.apart else -operation.quantity)


ASSEMBLE = Activity(Assemble, needs, decide, undo, undo_needs)
