"""Kits that are ordered: a task at the work place, with the parts promised to it.

1. A desk orders so many of an item that has a recipe. Its parts are promised at the site by the
   rules of any order's lines, so that nobody else is promised them; what is not there is missing.
2. Whoever makes kits takes them off the task (`server/tasks/assembling.py`). What they were made of
   is promised no more; kits that are undone or taken apart again are to be made still.
3. Missing parts are sought when ops has missing units of orders sought, after those.
4. A task that a desk closes gives all its parts back.
"""

from msgspec.structs import replace

from device_protocol.operations import QUANTITY_MAX
from server.catalog.kits import recipe_of
from server.catalog.records import Item
from server.catalog.resolve import item_by_sku, owner_id
from server.lane.activity import Activity, Context
from server.lane.masters import within
from server.lane.message import Message
from server.lane.picture import Picture
from server.lane.want import Look, Want
from server.ledger.discrepancies import open_task
from server.ledger.records import Task
from server.ledger.stocks import StockKey, find_place, find_stock, make_stock
from server.orders.available import Shelves, shift_demand, want_item
from server.orders.records import Demand
from server.planning.records import KitPromise

KIND = "assemble"


class OrderKits(Message, frozen=True, kw_only=True, tag="order_kits"):
    """To a site: so many kits of an owner's item are to be made at a place."""

    owner: str
    item: str
    quantity: int
    place: str = ""


def needs(message: OrderKits, want: Want, context: Context) -> None:
    """The kit with its recipe, the place, and where the parts stand."""
    item = ordered(message, want)
    if message.place:
        find_place(want, context.site, message.place)
    if item is None:
        return
    find_stock(want, context.site, StockKey(item.owner, item.id))
    Shelves(want, context.site, context.now)
    for part in recipe_of(want, item.id, context.now):
        want_item(want, context.site, item.owner, part)


def ordered(message: OrderKits, look: Look) -> Item | None:
    """The item that is ordered."""
    owner = owner_id(look, message.owner)
    return None if owner is None else item_by_sku(look, owner, message.item)


def decide(message: OrderKits, picture: Picture, context: Context) -> None:
    """Ask for kits and promise their parts; answer how many units are missing for it by now."""
    item = ordered(message, picture)
    place = find_place(picture, context.site, message.place) if message.place else None
    if item is None:
        context.refuse("unknown_item", actual=message.item, then="put the item first")
        return
    if message.place and place is None:
        context.refuse("unknown_place", actual=message.place)
        return
    if not within(context, "quantity", message.quantity, 1, QUANTITY_MAX):
        return
    parts = recipe_of(picture, item.id, context.now)
    if not parts:
        context.refuse("no_recipe", actual=message.item, then="say what the kit is made of first")
        return
    stock = make_stock(context, StockKey(item.owner, item.id))
    task = open_task(
        context,
        KIND,
        place=place.id if place else None,
        stock=stock.id,
        quantity=message.quantity,
    )
    shelves = Shelves(picture, context.site, context.now)
    missing = 0
    for part, each in parts.items():
        wanted = each * message.quantity
        found = min(wanted, shelves.available(item.owner, part))
        shelves.promise(item.owner, part, found)
        lacking = wanted - found
        missing += lacking
        picture.add(KitPromise(context.site, task, part, item.owner, each, found, lacking))
    shelves.save(context)
    context.grant = {"task": task, "missing": missing}


def want_promised(look: Look, site: int, task: Task | None) -> list[KitPromise]:
    """Name what is promised to ordered kits, by the task that asks for them."""
    if task is None or task.kind != KIND:
        return []
    promises = look.listing(KitPromise, "by_task", (site, task.id))
    for promise in promises:
        look.row(Demand, (site, promise.owner, promise.item))
    return promises


def settle_promised(context: Context, task: Task) -> None:
    """Promise the parts of the kits that are still to be made, as far as they were ever found."""
    kits = max(0, task.quantity or 0) if task.open is not None else 0
    for promise in want_promised(context.picture, context.site, task):
        units = max(0, promise.each * kits - promise.missing)
        if units != promise.promised:
            shift_demand(context, promise.owner, promise.item, units - promise.promised)
            context.picture.put(replace(promise, promised=units))


def lacking_promises(look: Look, site: int) -> list[KitPromise]:
    """What open orders of kits miss, in their order, with where it stands."""
    tasks = look.listing(Task, "by_open", (site, 1))
    promises = [promise for task in tasks for promise in want_promised(look, site, task)]
    lacking = [promise for promise in promises if promise.missing]
    for promise in lacking:
        want_item(look, site, promise.owner, promise.item)
    return lacking


def promise_missing(context: Context, shelves: Shelves) -> int:
    """Promise to ordered kits what was missing and is there now; answer how many units."""
    total = 0
    for promise in lacking_promises(context.picture, context.site):
        units = min(promise.missing, shelves.available(promise.owner, promise.item))
        shelves.promise(promise.owner, promise.item, units)
        total += units
        left = promise.missing - units
        context.picture.put(replace(promise, promised=promise.promised + units, missing=left))
    return total


ORDER_KITS = Activity(OrderKits, needs, decide)
