"""What is received under a number, and the announcement that it fills.

1. Units of a lot and condition that came under a number are a sum (`ReceivedGoods`), whether or
   not the announcement was there first, so that batches and announcements may come in any order.
2. The announcement's lines show their share of it (`rules.filled`), computed anew for the item
   that came: late facts, undone ones and corrected ones lead to the same rows.
3. When everything came, or the receipt was closed, one task names how many units differ; what
   comes later changes it, and where nothing differs any more it is done.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from server.inbound.records import AnnouncedLine, Announcement, ReceivedGoods
from server.inbound.rules import Standing, filled, is_number, standing
from server.lane.activity import Context
from server.lane.want import Look
from server.ledger.discrepancies import close_task, open_task
from server.ledger.records import Stock, Task
from server.ledger.stocks import StockKey
from server.record import shape

GOODS = shape(ReceivedGoods)
NOTHING = Standing(0, 0)


def announcements_of(look: Look, site: int, number: str) -> list[Announcement]:
    """What was announced under a number, by several owners perhaps."""
    return look.listing(Announcement, "by_number", (site, number)) if is_number(number) else []


def announcement_of(look: Look, site: int, number: str, owner: int) -> Announcement | None:
    """What an owner announced under a number."""
    found = [each for each in announcements_of(look, site, number) if each.owner == owner]
    return found[0] if found else None


def lines_of(look: Look, announcement: Announcement, item: int) -> list[AnnouncedLine]:
    """The lines of an announcement about an item, but for those that name a serial."""
    return look.listing(AnnouncedLine, "by_item", (announcement.site, announcement.id, item))


def seats_of(
    look: Look, announcement: Announcement, goods: StockKey | Stock
) -> list[AnnouncedLine]:
    """The lines of an announcement that name the serial of these goods."""
    if not goods.serial:
        return []
    key = (announcement.site, announcement.id, goods.item, goods.serial)
    found = look.listing(AnnouncedLine, "by_serial", key)
    return [line for line in found if line.shared is None]


def sums_of(look: Look, site: int, number: str, owner: int, item: int) -> list[ReceivedGoods]:
    """What came of an item under a number, by lot and condition."""
    return look.listing(ReceivedGoods, "by_item", (site, number, owner, item))


def serial_of(look: Look, site: int, number: str, goods: StockKey | Stock) -> list[ReceivedGoods]:
    """What came of one serial under a number."""
    if not goods.serial:
        return []
    key = (site, number, goods.owner, goods.item, goods.serial)
    return look.listing(ReceivedGoods, "by_serial", key)


def want_receipt(look: Look, site: int, number: str, goods: StockKey | Stock) -> None:
    """Name what counting goods in under a number reads."""
    if not is_number(number):
        return
    sums_of(look, site, number, goods.owner, goods.item)
    serial_of(look, site, number, goods)
    announcement = announcement_of(look, site, number, goods.owner)
    if announcement is not None:
        lines_of(look, announcement, goods.item)
        seats_of(look, announcement, goods)
        want_difference(look, announcement)


def want_difference(look: Look, announcement: Announcement) -> None:
    """Name the task that says what differs."""
    if announcement.task is not None:
        look.row(Task, (announcement.site, announcement.task))


def want_named(look: Look, site: int, before: Stock, after: StockKey) -> None:
    """Name what telling receipts that unknown goods were named reads."""
    for each in unnamed_goods(look, site, before):
        want_receipt(look, site, each.number, before)
        want_receipt(look, site, each.number, after)


def unnamed_goods(look: Look, site: int, stock: Stock) -> list[ReceivedGoods]:
    """What came of goods that nobody could name, by number; goods with a name stay as they came."""
    if stock.item != 0:
        return []
    found = look.listing(ReceivedGoods, "by_unnamed", (site, stock.id))
    return sorted((each for each in found if each.summed is not None), key=lambda each: each.number)


def name_goods(context: Context, before: Stock, after: Stock, quantity: int) -> None:
    """Count goods that were named under their name, where they came under a number."""
    for each in unnamed_goods(context.picture, context.site, before):
        part = max(0, min(quantity, each.quantity))
        quantity -= part
        if part:
            span = (each.first_at, each.last_at)
            count_in(context, each.number, before, -part, span)
            count_in(context, each.number, after, part, span)


def count_in(
    context: Context,
    number: str,
    stock: Stock,
    quantity: int,
    span: tuple[int, int] | None = None,
) -> None:
    """Add units to what came under a number; fewer than none take some back.

    `span` says when the first and the last came; without it they come now.
    """
    if not is_number(number):
        return
    picture, site = context.picture, context.site
    announcement = announcement_of(picture, site, number, stock.owner)
    before = standing_of(picture, announcement, stock) if announcement else NOTHING
    if stock.serial:
        seat(context, (), serial_of(picture, site, number, stock))
    first, last = span or (context.stamp.mid, context.stamp.mid)
    came = ReceivedGoods(
        site,
        number,
        stock.owner,
        stock.item,
        stock.lot,
        stock.condition,
        serial="",
        unnamed=0 if stock.item else stock.id,
        quantity=quantity,
        first_at=first,
        last_at=last,
        summed=stock.item,
    )
    add(context, came, sums_of(picture, site, number, stock.owner, stock.item))
    if stock.serial:
        single = replace(came, serial=stock.serial, summed=None)
        add(context, single, serial_of(picture, site, number, stock))
    if announcement is None:
        return
    seat(context, seats_of(picture, announcement, stock), serial_of(picture, site, number, stock))
    lines = lines_of(picture, announcement, stock.item)
    fill(context, lines, sums_of(picture, site, number, stock.owner, stock.item))
    after = standing_of(picture, announcement, stock)
    announcement = replace(
        announcement,
        left=announcement.left + after.left - before.left,
        over=announcement.over + after.over - before.over,
        came=announcement.came + quantity,
    )
    picture.put(stand(context, announcement))


def standing_of(look: Look, announcement: Announcement, goods: StockKey | Stock) -> Standing:
    """How far the lines are that these goods can fill."""
    site, number = announcement.site, announcement.number
    sums = sums_of(look, site, number, announcement.owner, goods.item)
    shared = standing(lines_of(look, announcement, goods.item), sums)
    empty = sum(1 - line.received for line in seats_of(look, announcement, goods))
    return Standing(shared.left + empty, shared.over)


def seat(
    context: Context, seats: Iterable[AnnouncedLine], singles: Iterable[ReceivedGoods]
) -> None:
    """Put the units of one serial on the lines that name it, one on each, and none elsewhere."""
    picture = context.picture
    ordered = sorted(seats, key=lambda line: line.position)
    room = len(ordered)
    for each in sorted(singles, key=lambda each: (each.lot, each.condition)):
        apart = max(0, min(room, each.quantity))
        room -= apart
        if apart != each.apart:
            whole = replace(each, serial="")
            total = picture.need(ReceivedGoods, GOODS.key_of(whole))
            picture.put(replace(total, apart=total.apart + apart - each.apart))
            picture.put(replace(each, apart=apart))
    for place, line in enumerate(ordered):
        received = 1 if place < len(ordered) - room else 0
        if line.received != received:
            picture.put(replace(line, received=received))


def add(context: Context, came: ReceivedGoods, known: Iterable[ReceivedGoods]) -> None:
    """Add units to their row, which is one of those known, or new; at none it is let go."""
    picture = context.picture
    key = GOODS.key_of(came)
    before = next((each for each in known if GOODS.key_of(each) == key), None)
    if before is None:
        picture.declare_absent(ReceivedGoods, key)
        picture.put(came)
    elif before.quantity + came.quantity == 0:
        picture.remove(before)
    else:
        first, last = min(before.first_at, came.first_at), max(before.last_at, came.last_at)
        total = before.quantity + came.quantity
        picture.put(replace(before, quantity=total, first_at=first, last_at=last))


def fill(context: Context, lines: Iterable[AnnouncedLine], goods: list[ReceivedGoods]) -> None:
    """Write down what each line of an item has of what came."""
    lines = list(lines)
    got = filled(lines, goods)
    for line in lines:
        if line.received != got[line.position]:
            context.picture.put(replace(line, received=got[line.position]))


def stand(context: Context, announcement: Announcement) -> Announcement:
    """The announcement in the state that its figures give it, with what differs named."""
    if announcement.closed_at is not None:
        state = "closed"
    elif announcement.left == 0:
        state = "received"
    elif announcement.came > 0:
        state = "receiving"
    else:
        state = "announced" if announcement.arrived_at is None else "arrived"
    return name_difference(context, replace(announcement, state=state))


def name_difference(context: Context, announcement: Announcement) -> Announcement:
    """Name in one task how many units differ, once nothing more is expected."""
    picture = context.picture
    ended = announcement.state in {"received", "closed"}
    units = announcement.left + announcement.over if ended else 0
    known: Task | None = None
    if announcement.task is not None:
        known = picture.need(Task, (announcement.site, announcement.task))
    if known is not None and known.open is not None:
        picture.put(known := replace(known, quantity=units))
        if units == 0:
            close_task(context, known, "nothing differs any more")
    elif units and (known is None or known.quantity != units):
        note = announcement.number
        number = open_task(context, "receipt_difference", quantity=units, note=note)
        return replace(announcement, task=number)
    return announcement
