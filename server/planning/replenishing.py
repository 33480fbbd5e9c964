"""Replenishing: pick faces are filled from reserve before somebody stands at an empty one.

1. A pick face is a place from which an item is picked, with a minimum and a maximum. A face that
   will hold less than its minimum is to be filled up to its maximum; more is brought where waiting
   orders want more than all faces of the item hold.
2. The goods come from places of use `reserve`, in the item's rotation (the lot that expires or came
   first), of equals from the smallest rest, so that places become empty. What is allocated to
   pickers, held or too old stays where it is.
3. Each task leads from a reserve place to a face. Emergency orders make it due first, then other
   orders, then minimums. Moving goods there fills it (`server/tasks/moving.py`); a reserve that was
   emptied otherwise closes it.

The faces of a site are looked at every ten minutes, when a wave is released and when a desk asks;
some hundred items in one command, which sends itself on for the rest.
"""

from itertools import groupby
from typing import NamedTuple

from msgspec.structs import replace

from server.catalog.resolve import item_by_sku, owner_id
from server.lane.activity import Activity, Context
from server.lane.masters import put_record, within
from server.lane.message import Message
from server.lane.picture import Picture
from server.lane.want import Look, Want
from server.ledger.discrepancies import HOUR_MS
from server.ledger.records import LOCATION_KINDS, Place, Stock, Task
from server.ledger.stocks import find_place, find_stock, make_stock
from server.orders.available import Shelf, Shelves, want_item
from server.orders.messages import EMERGENCY
from server.orders.records import Demand, Shipment, ShipmentLine
from server.planning.guides import (
    RESERVE,
    close_guide,
    goods_key,
    open_guide,
    read_slot,
    resize_guide,
)
from server.planning.storage import Guide, PickFace, Replenished

REPLENISH = "replenish"
EVERY_MS = 10 * 60_000
ITEMS_MAX = 200
UNITS_MAX = 1_000_000
DUE_MS = {"emergency": HOUR_MS // 4, "demand": HOUR_MS, "minimum": 4 * HOUR_MS}
"""How soon a task is due, by why it is asked for."""


class PutPickFace(Message, frozen=True, kw_only=True, tag="put_pick_face"):
    """To a site: an item is picked from a place; a maximum of 0 says that it is no more."""

    place: str
    owner: str
    item: str
    """SKU."""
    minimum: int = 0
    maximum: int


class Replenish(Message, frozen=True, kw_only=True, tag="replenish"):
    """To a site: look at the pick faces of items with ids above `after`."""

    after: int = 0


class Face(NamedTuple):
    """A pick face as it is: units there that nobody has taken, on their way, and room for more."""

    rule: PickFace
    place: Place
    free: int
    coming: int
    room: float


class Reserve(NamedTuple):
    """Goods at a reserve place; `stock` is one of the keys that differ in their serials alone."""

    place: Place
    stock: Stock
    units: int


def face_needs(request: PutPickFace, want: Want, context: Context) -> None:
    """The place, the item, and the face as it is."""
    place, item = find_place(want, context.site, request.place), named_item(want, request)
    want.row(Replenished, (context.site,))
    if place is not None and item is not None:
        want.row(PickFace, (context.site, place.id, item[1]))


def named_item(look: Look, request: PutPickFace) -> tuple[int, int] | None:
    """The owner and the item that the codes of a face name."""
    owner = owner_id(look, request.owner)
    item = item_by_sku(look, owner, request.item) if owner is not None else None
    return (owner, item.id) if owner is not None and item is not None else None


def put_face(request: PutPickFace, picture: Picture, context: Context) -> None:
    """Make, change or take away a pick face."""
    place, item = find_place(picture, context.site, request.place), named_item(picture, request)
    if place is None or place.kind not in LOCATION_KINDS:
        context.refuse("unknown_place", actual=request.place, then="put the location first")
        return
    if item is None:
        context.refuse("unknown_item", actual=request.item, then="put the item first")
        return
    if not (
        within(context, "maximum", request.maximum, 0, UNITS_MAX)
        and within(context, "minimum", request.minimum, 0, request.maximum)
    ):
        return
    key = (context.site, place.id, item[1])
    before = picture.get(PickFace, key)
    if request.maximum:
        face = PickFace(*key, item[0], request.minimum, request.maximum)
        put_record(context, before, face, place=place.id)
    elif before is not None:
        picture.remove(before)
    if picture.get(Replenished, (context.site,)) is None:
        picture.put(Replenished(context.site, 0))


def want_replenishing(want: Want, context: Context) -> None:
    """Name whether a site has pick faces, and the way to have them looked at."""
    if want.row(Replenished, (context.site,)) is not None:
        context.want_outbox(want, context.site)


def ask_replenishing(context: Context, every_ms: int = 0) -> None:
    """Have the pick faces looked at, if there are any and the last look was so long ago."""
    last = context.picture.get(Replenished, (context.site,))
    if last is not None and context.now - last.at >= every_ms:
        context.send(context.site, Replenish())


def piece_of(look: Look, message: Replenish, site: int) -> tuple[list[list[PickFace]], int]:
    """The faces of the next items, by item, and the item after which others follow, or 0."""
    faces = look.listing(PickFace, "by_site", (site,))
    ahead = sorted(
        (face for face in faces if face.item > message.after), key=lambda f: (f.item, f.place)
    )
    items = [list(group) for _, group in groupby(ahead, lambda face: face.item)]
    then = items[ITEMS_MAX - 1][0].item if len(items) > ITEMS_MAX else 0
    return items[:ITEMS_MAX], then


def needs(message: Replenish, want: Want, context: Context) -> None:
    """The faces, their items wherever they stand, what waits for them and is on its way."""
    site = context.site
    want.row(Replenished, (site,))
    context.want_outbox(want, site)
    urgent_items(want, site)
    shelves = Shelves(want, site, context.now)
    for faces in piece_of(want, message, site)[0]:
        owner, item = faces[0].owner, faces[0].item
        want_item(want, site, owner, item)
        for face in faces:
            place = want.row(Place, (site, face.place))
            if place is not None:
                read_slot(want, site, place)
            for guide in want.listing(Guide, "by_target", (site, face.place)):
                want.row(Task, (site, guide.task))
        for shelf in shelves.of(owner, item):
            if shelf.place.use == RESERVE:
                want.listing(Guide, "by_source", (site, shelf.place.id))
                find_stock(want, site, goods_key(shelf.stock))


def urgent_items(look: Look, site: int) -> set[int]:
    """Items that emergency orders wait for."""
    found: set[int] = set()
    for shipment in look.listing(Shipment, "by_state", (site, "open")):
        if shipment.priority == EMERGENCY:
            lines = look.listing(ShipmentLine, "by_shipment", (site, shipment.id))
            found.update(line.item for line in lines if line.promised)
    return found


def decide(message: Replenish, picture: Picture, context: Context) -> None:
    """Ask for what the faces lack, item by item."""
    site = context.site
    if message.after == 0:
        picture.put(Replenished(site, context.now))
    shelves = Shelves(picture, site, context.now)
    urgent = urgent_items(picture, site)
    items, then = piece_of(picture, message, site)
    for faces in items:
        fit = shelves.fit(faces[0].owner, faces[0].item)
        stand = [face for rule in faces if (face := read_face(context, rule, fit)) is not None]
        if stand:
            fill_faces(context, stand, fit, urgent=faces[0].item in urgent)
    if then:
        context.send(site, Replenish(after=then))


def read_face(context: Context, rule: PickFace, fit: list[Shelf]) -> Face | None:
    """A pick face that may be filled, after guides that can't be followed any more were closed."""
    picture, site = context.picture, context.site
    place = picture.get(Place, (site, rule.place))
    if place is None or place.state != "open":
        return None
    coming = 0
    for guide in picture.find(Guide, "by_target", (site, place.id)):
        if guide.kind == REPLENISH and picture.need(Stock, (site, guide.stock)).item == rule.item:
            coming += kept(context, guide, fit)
    slot = read_slot(picture, site, place)
    if slot.closed:
        return None
    free = sum(shelf.free for shelf in fit if shelf.place.id == place.id)
    return Face(rule, place, free, coming, slot.room)


def kept(context: Context, guide: Guide, fit: list[Shelf]) -> int:
    """Units that a guide goes on to ask for: no more than its source still has."""
    there = sum(
        shelf.free
        for shelf in fit
        if shelf.place.id == guide.source and goods_key(shelf.stock).sign == guide.goods
    )
    task = context.picture.need(Task, (context.site, guide.task))
    if there <= 0 or task.open is None:
        close_guide(context, guide, "nothing is left to be brought")
        return 0
    return resize_guide(context, guide, min(guide.quantity, there)).quantity


def fill_faces(context: Context, faces: list[Face], fit: list[Shelf], *, urgent: bool) -> None:
    """Ask for what the faces of one item lack."""
    owner, item = faces[0].rule.owner, faces[0].rule.item
    demand = context.picture.get(Demand, (context.site, owner, item))
    wanted = demand.quantity if demand is not None else 0
    free = sum(face.free for face in faces)
    why = "minimum"
    if free < wanted:
        why = "emergency" if urgent else "demand"
        hasten(context, faces, why)
    lacks = [lack_of(face) for face in faces]
    beyond = wanted - free - sum(face.coming for face in faces) - sum(lacks)
    lacks[0] += max(0, beyond)
    reserve = reserve_of(context, fit)
    for face, lack in zip(faces, lacks, strict=True):
        bring(context, face, int(min(lack, face.room)), reserve, why)


def lack_of(face: Face) -> int:
    """Units up to the maximum, where a face will hold less than its minimum."""
    expected = face.free + face.coming
    return face.rule.maximum - expected if expected < face.rule.minimum else 0


def hasten(context: Context, faces: list[Face], why: str) -> None:
    """Make what is on its way due sooner: orders wait for it."""
    picture, due = context.picture, context.now + DUE_MS[why]
    for face in faces:
        for guide in picture.find(Guide, "by_target", (context.site, face.place.id)):
            task = picture.need(Task, (context.site, guide.task))
            if guide.kind == REPLENISH and task.due > due:
                picture.put(replace(task, due=due, note=why))


def reserve_of(context: Context, fit: list[Shelf]) -> list[Reserve]:
    """What reserve places have that nobody has been asked to bring, in the order of rotation."""
    picture, site = context.picture, context.site
    free: dict[tuple[int, str], int] = {}
    first: dict[tuple[int, str], Shelf] = {}
    for shelf in fit:
        if shelf.place.use == RESERVE and shelf.place.state == "open":
            key = (shelf.place.id, goods_key(shelf.stock).sign)
            free[key] = free.get(key, 0) + shelf.free
            first.setdefault(key, shelf)
    for place in {place for place, _ in free}:
        for guide in picture.find(Guide, "by_source", (site, place)):
            if (place, guide.goods) in free:
                free[place, guide.goods] -= guide.quantity
    order = sorted(free, key=lambda key: (first[key].turn, free[key], first[key].place.walk, key))
    return [
        Reserve(first[key].place, first[key].stock, free[key]) for key in order if free[key] > 0
    ]


def bring(context: Context, face: Face, units: int, reserve: list[Reserve], why: str) -> None:
    """Ask for units from reserve, and take them off what is left there."""
    for place, source in enumerate(reserve):
        part = min(units, source.units)
        if part <= 0:
            continue
        units -= part
        reserve[place] = source._replace(units=source.units - part)
        stock = source.stock
        if stock.serial:
            stock = make_stock(context, goods_key(stock))
        known = same_way(context, source, face)
        if known is not None:
            resize_guide(context, known, known.quantity + part)
        else:
            way = (source.place.id, stock, part, context.stamp.mid, [face.place])
            open_guide(context, REPLENISH, *way, due=context.now + DUE_MS[why], note=why)


def same_way(context: Context, source: Reserve, face: Face) -> Guide | None:
    """The open guide that brings the same goods from there to the face, if there is one."""
    sign = goods_key(source.stock).sign
    for guide in context.picture.find(Guide, "by_source", (context.site, source.place.id)):
        if (guide.goods, guide.target) == (sign, face.place.id):
            return guide
    return None


PUT_PICK_FACE = Activity(PutPickFace, face_needs, put_face)
REPLENISH_FACES = Activity(Replenish, needs, decide)
ACTIVITIES = (PUT_PICK_FACE, REPLENISH_FACES)
