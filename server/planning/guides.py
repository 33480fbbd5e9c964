"""Guides: tasks that say where goods are to go, and what becomes of them as goods go there.

1. A guide names its goods, where they are, and the place that is suggested with the next best; the
   units are promised to that place while the task is open.
2. Whoever moves goods from a guided place leaves a note of what was suggested and what was used.
   Another place than the suggested one is as good: people see what is there.
3. A place that was found full is closed for suggestions until it is empty. Where the book says that
   it is empty already, the book and the floor differ: it is to be counted, and is open again after.
"""

from msgspec.structs import replace

from device_protocol.operations import Move, MoveUnit
from server.lane.activity import Context
from server.lane.want import Look
from server.ledger.discrepancies import close_task, open_task
from server.ledger.intakes import is_intake
from server.ledger.records import LOCATION_KINDS, Balance, Place, Stock, Task
from server.ledger.stocks import StockKey, find_place, key_of
from server.planning.putaway_rules import Held, Slot
from server.planning.storage import FullPlace, Guide, Stowed

FULL = "full"
BROUGHT = "brought"
"""Note of a task whose goods have all been brought."""
LED = frozenset({"putaway", "replenish", "put_back"})
"""Kinds of tasks that have a guide."""
RESERVE = "reserve"


def goods_key(stock: Stock) -> StockKey:
    """The key of goods that go together: pieces with serials that differ in nothing else do."""
    return replace(key_of(stock), serial="")


def is_guided(place: Place | None) -> bool:
    """Whether goods at a place may have a guide."""
    return place is not None and (is_intake(place) or place.use == RESERVE)


def read_slot(look: Look, site: int, place: Place, without: int = 0) -> Slot:
    """A place with what stands there and what is promised to it, but for one guide's own units."""
    held = []
    for balance in look.listing(Balance, "by_place", (site, place.id)):
        stock = look.row(Stock, (site, balance.stock))
        if stock is not None and balance.quantity > 0:
            held.append(Held(stock.owner, stock.item, stock.lot, balance.quantity))
    closed = is_closed(look, site, place, stands=bool(held))
    for guide in look.listing(Guide, "by_target", (site, place.id)):
        stock = look.row(Stock, (site, guide.stock))
        if stock is not None and guide.task != without:
            held.append(Held(stock.owner, stock.item, stock.lot, guide.quantity))
    return Slot(place, tuple(held), closed)


def is_closed(look: Look, site: int, place: Place, *, stands: bool) -> bool:
    """Whether a place was found full and is not empty, or counted, since."""
    full = look.row(FullPlace, (site, place.id))
    if full is None:
        return False
    if full.task is None:
        return stands
    task = look.row(Task, (site, full.task))
    return task is not None and task.open is not None


def open_guide(  # noqa: PLR0917 - a guide is these facts.
    context: Context,
    kind: str,
    source: int,
    stock: Stock,
    quantity: int,
    since: int,
    places: list[Place],
    **about: int | str | None,
) -> Guide:
    """Ask a person to bring goods to the first of some places."""
    task = open_task(context, kind, place=source, stock=stock.id, quantity=quantity, **about)
    goods = goods_key(stock).sign
    guide = Guide(context.site, task, kind, source, stock.id, goods, quantity, since)
    guide = led_to(context, guide, places)
    context.picture.add(guide)
    return guide


def led_to(context: Context, guide: Guide, places: list[Place]) -> Guide:
    """The guide to the first of some places, or to none; what was found full once is so no more."""
    if not places:
        return replace(guide, target=None, next="", waits=1, sought_at=context.now)
    for place in places:
        full = context.picture.get(FullPlace, (context.site, place.id))
        if full is not None:
            context.picture.remove(full)
    first, *others = places
    return replace(
        guide, target=first.id, next=" ".join(str(place.id) for place in others), waits=None
    )


def resize_guide(context: Context, guide: Guide, quantity: int) -> Guide:
    """Let a guide and its task be of so many units."""
    if guide.quantity != quantity:
        picture = context.picture
        task = picture.need(Task, (context.site, guide.task))
        picture.put(replace(task, quantity=quantity))
        guide = replace(guide, quantity=quantity)
        picture.put(guide)
    return guide


def close_guide(context: Context, guide: Guide, note: str) -> None:
    """Close a task of putting away or replenishing."""
    close_task(context, context.picture.need(Task, (context.site, guide.task)), note)
    context.picture.remove(guide)


def want_stowing(
    look: Look, context: Context, operation: Move | MoveUnit, source: Place | None
) -> None:
    """Name what noting a move from a guided place reads."""
    site = context.site
    if source is not None and is_guided(source):
        for guide in look.listing(Guide, "by_source", (site, source.id)):
            if source.use == RESERVE:
                look.row(Task, (site, guide.task))
    if operation.suggested:
        place = find_place(look, site, operation.suggested)
        if place is not None and operation.reason == FULL:
            look.row(FullPlace, (site, place.id))
            look.listing(Balance, "by_place", (site, place.id))


def note_stowing(  # noqa: PLR0917 - a move is these facts.
    context: Context,
    operation: Move | MoveUnit,
    source: Place,
    target: Place,
    stock: Stock,
    quantity: int,
) -> None:
    """Note where goods from a guided place went, and close a place that was found full."""
    picture, site = context.picture, context.site
    suggested = find_place(picture, site, operation.suggested) if operation.suggested else None
    if operation.reason == FULL and suggested is not None and suggested.id != target.id:
        close_full(context, suggested)
    if not is_guided(source) or is_intake(target) or target.kind not in LOCATION_KINDS:
        return
    sign = goods_key(stock).sign
    of_goods = [
        guide
        for guide in picture.find(Guide, "by_source", (site, source.id))
        if guide.goods == sign
    ]
    led = {suggested.id} if suggested is not None else {target.id}
    meant = [guide for guide in of_goods if guide.target in led]
    guide = next(iter(meant or of_goods), None)
    if source.use == RESERVE:
        if not meant:
            return
        fill_guide(context, meant[0], quantity)
    told = suggested.id if suggested is not None else guide.target if guide is not None else None
    picture.add(
        Stowed(
            site=site,
            stream=context.stream,
            epoch=context.epoch,
            seq=context.seq,
            source=source.id,
            stock=stock.id,
            quantity=quantity,
            used=target.id,
            done_at=context.stamp.mid,
            suggested=told,
            since=guide.since if guide is not None else None,
            reason=operation.reason,
        )
    )


def fill_guide(context: Context, guide: Guide, quantity: int) -> None:
    """Take units that were brought off what is asked for; close the task with the last of them."""
    if quantity >= guide.quantity:
        close_guide(context, guide, BROUGHT)
    else:
        resize_guide(context, guide, guide.quantity - quantity)


def close_full(context: Context, place: Place) -> None:
    """Suggest a place no more; where the book says that it is empty, have it counted."""
    picture, site = context.picture, context.site
    known = picture.get(FullPlace, (site, place.id))
    stands = any(
        balance.quantity > 0 for balance in picture.find(Balance, "by_place", (site, place.id))
    )
    if known is not None and is_closed(picture, site, place, stands=stands):
        return
    task = None
    if not stands:
        context.flag("full_by_sight", "an empty place", place.code, "a count task")
        task = open_task(context, "count", place=place.id, note="found full, empty by the book")
    picture.put(FullPlace(site, place.id, context.now, context.name, task))
