"""Announcing receipts (ASN), and ending them.

1. A merchant, or a supervisor in its name, announces a delivery under a number of the merchant's
   own. What was received under it already fills it at once.
2. The same number with the same content changes nothing. With other content it replaces what was
   announced until the delivery has arrived, and is refused from then on: what people have begun
   to count against does not change under their hands.
3. Its arrival at the dock is noted. What is received under its number fills its lines; receiving
   never waits for any of this.
4. Closing it says that nothing more is expected. What is missing and what is over is named in a
   task, and late facts go on changing that.
"""

import hashlib

import msgspec
from msgspec.structs import replace

from device_protocol.scan import parse
from server.catalog.records import Item
from server.catalog.resolve import item_by_sku
from server.inbound.messages import (
    AnnouncedGoods,
    AnnounceReceipt,
    CloseReceipt,
    NoteArrival,
)
from server.inbound.receipts import announcement_of, fill, seat, stand, want_difference
from server.inbound.records import (
    CROSS_DOCK,
    STORE,
    AnnouncedLine,
    Announcement,
    ReceivedGoods,
)
from server.inbound.rules import NUMBER_CHARACTERS_MAX, Standing, is_day, standing
from server.lane.activity import NETWORK, Activity, Context
from server.lane.masters import code_fits, text_fits, within
from server.lane.picture import Picture
from server.lane.want import Look, Want
from server.ledger.stocks import find_place
from server.merchants.records import Merchant

LINES_MAX = 1_000
UNITS_MAX = 1_000_000
NAMED_MAX = 20
RECEIPT = "receipt"
"""When a serial is captured: only then can serials be held against each other."""


def came_for(look: Look, site: int, message: AnnounceReceipt) -> list[ReceivedGoods]:
    """What was received under the number before it was announced."""
    goods = look.listing(ReceivedGoods, "by_number", (site, message.number))
    return [each for each in goods if each.owner == message.owner]


def needs(message: AnnounceReceipt, want: Want, context: Context) -> None:
    """The announcement of the same number, the merchant, the items, and what came already."""
    site = context.site
    if not 0 < len(message.number) <= NUMBER_CHARACTERS_MAX:
        return
    want.row(Merchant, (NETWORK, message.owner))
    came_for(want, site, message)
    for line in message.lines[:LINES_MAX]:
        item_by_sku(want, message.owner, line.sku)
    known = announcement_of(want, site, message.number, message.owner)
    if known is not None:
        want.listing(AnnouncedLine, "by_announcement", (site, known.id))
        want_difference(want, known)


def decide(message: AnnounceReceipt, picture: Picture, context: Context) -> None:
    """Keep what was announced, recognise it, or say why not."""
    if not (fits(message, context) and all(line_fits(line, context) for line in message.lines)):
        return
    if picture.get(Merchant, (NETWORK, message.owner)) is None:
        context.refuse("unknown_owner", actual=message.owner)
        return
    known = announcement_of(picture, context.site, message.number, message.owner)
    content = content_of(message)
    if known is not None and known.content == content:
        context.grant = {"announcement": known.id, "unchanged": True}
        return
    if known is not None and known.state != "announced":
        context.refuse(
            "announcement_fixed",
            expected=known.state,
            actual=message.number,
            then="what has arrived is not changed; announce the rest under another number",
        )
        return
    items = items_of(message, picture, context)
    if items is None:
        return
    context.grant = {"announcement": write(message, context, items, content, known)}
    if known is not None:
        context.grant["changed"] = True


def fits(message: AnnounceReceipt, context: Context) -> bool:
    """Whether the announcement as such can be kept."""
    if not (
        code_fits(context, "number", message.number)
        and text_fits(context, "supplier", message.supplier)
        and within(context, "lines", len(message.lines), 1, LINES_MAX)
    ):
        return False
    return day_fits(context, "expected_on", message.expected_on)


def line_fits(line: AnnouncedGoods, context: Context) -> bool:
    """Whether a line can be kept; its SKU is looked up apart."""
    texts = (("lot", line.lot), ("serial", line.serial), ("unit", line.unit))
    if not all(not text or code_fits(context, name, text) for name, text in texts):
        return False
    if not within(context, "quantity", line.quantity, 1, UNITS_MAX):
        return False
    if line.serial and line.quantity != 1:
        context.refuse("bad_quantity", expected="1 of a serial", actual=line.quantity)
        return False
    return day_fits(context, "expiry", line.expiry)


def day_fits(context: Context, field: str, text: str) -> bool:
    """Whether a day was told, if anything was."""
    if not text or is_day(text):
        return True
    context.refuse(f"bad_{field}", expected="YYYY-MM-DD", actual=text[:NUMBER_CHARACTERS_MAX])
    return False


def items_of(message: AnnounceReceipt, picture: Picture, context: Context) -> list[Item] | None:
    """The item of each line; None where one is unknown, which is refused by name."""
    found = [item_by_sku(picture, message.owner, line.sku) for line in message.lines]
    unknown = sorted(
        {line.sku for line, item in zip(message.lines, found, strict=True) if item is None}
    )
    if unknown:
        context.refuse(
            "unknown_item",
            actual=", ".join(unknown[:NAMED_MAX]),
            then="put the items into the catalog and announce it again",
        )
        return None
    return [item for item in found if item is not None]


def content_of(message: AnnounceReceipt) -> str:
    """Hash of what is announced."""
    told = (message.supplier, message.expected_on, message.cross_dock, message.lines)
    return hashlib.sha256(msgspec.json.encode(told)).hexdigest()


def write(
    message: AnnounceReceipt,
    context: Context,
    items: list[Item],
    content: str,
    known: Announcement | None,
) -> int:
    """Write an announcement with its lines, or other lines for one that is known."""
    picture, site = context.picture, context.site
    number = known.id if known else context.new_id()
    if known is None:
        picture.declare_empty(AnnouncedLine, "by_announcement", (site, number))
    else:
        for old in picture.listing(AnnouncedLine, "by_announcement", (site, number)):
            picture.remove(old)
    lines = []
    for position, (told, item) in enumerate(zip(message.lines, items, strict=True), 1):
        line = AnnouncedLine(
            site,
            number,
            position,
            item.id,
            told.quantity,
            told.lot,
            told.serial,
            told.expiry,
            parse(told.unit).sscc or told.unit,
            shared=None if told.serial and item.serial_capture == RECEIPT else item.id,
        )
        lines.append(line)
        # Another line may have stood at this position; all of them are known, and were removed.
        picture.declare_absent(AnnouncedLine, (site, number, position))
        picture.put(line)
    goods = came_for(picture, site, message)
    found = fill_all(message, context, lines)
    announcement = Announcement(
        site=site,
        id=number,
        owner=message.owner,
        number=message.number,
        supplier=message.supplier,
        expected_on=message.expected_on,
        route=CROSS_DOCK if message.cross_dock else STORE,
        content=content,
        announced_at=context.now,
        announced_by=message.actor,
        units=sum(line.quantity for line in lines),
        left=found.left,
        over=found.over,
        came=sum(each.quantity for each in goods if each.summed is not None),
        task=known.task if known else None,
    )
    picture.declare_absent(Announcement, (site, number))
    picture.put(stand(context, announcement))
    return number


def fill_all(message: AnnounceReceipt, context: Context, lines: list[AnnouncedLine]) -> Standing:
    """Fill all lines with what came before them; answer what has not come, and what is over."""
    picture, site = context.picture, context.site
    seats: dict[tuple[int, str], list[AnnouncedLine]] = {}
    shared: dict[int, list[AnnouncedLine]] = {}
    for line in lines:
        if line.shared is None:
            seats.setdefault((line.item, line.serial), []).append(line)
        else:
            shared.setdefault(line.item, []).append(line)
    singles: dict[tuple[int, str], list[ReceivedGoods]] = {}
    for each in came_for(picture, site, message):
        if each.summed is None:
            singles.setdefault((each.item, each.serial), []).append(each)
    for name, came in singles.items():
        seat(context, seats.get(name, ()), came)
    sums: dict[int, list[ReceivedGoods]] = {}
    for each in came_for(picture, site, message):
        if each.summed is not None:
            sums.setdefault(each.item, []).append(each)
    left = sum(line.quantity for line in lines)
    over = 0
    for item, goods in sums.items():
        of_item = shared.get(item, [])
        fill(context, of_item, goods)
        found = standing(of_item, goods)
        came_in = sum(each.quantity for each in goods)
        left, over = left - (came_in - found.over), over + found.over
    return Standing(left, over)


def arrival_needs(message: NoteArrival, want: Want, context: Context) -> None:
    """The announcement and the dock."""
    known = want.row(Announcement, (context.site, message.announcement))
    if known is not None:
        want_difference(want, known)
    if message.dock:
        find_place(want, context.site, message.dock)


def note_arrival(message: NoteArrival, picture: Picture, context: Context) -> None:
    """Note when it arrived and where; said again without a time it changes nothing."""
    known = picture.get(Announcement, (context.site, message.announcement))
    if known is None:
        context.refuse("not_found", actual=message.announcement)
        return
    dock = find_place(picture, context.site, message.dock) if message.dock else None
    if message.dock and dock is None:
        context.refuse("unknown_place", actual=message.dock)
        return
    if message.at is not None and not within(context, "at", message.at, 0, context.now):
        return
    if known.arrived_at is not None and message.at is None:
        context.grant = {"announcement": known.id, "unchanged": True}
        return
    at = context.now if message.at is None else message.at
    picture.put(stand(context, replace(known, arrived_at=at, dock=dock.id if dock else known.dock)))
    context.grant = {"announcement": known.id}


def close_needs(message: CloseReceipt, want: Want, context: Context) -> None:
    """The announcement, and the task that names what differs."""
    known = want.row(Announcement, (context.site, message.announcement))
    if known is not None:
        want_difference(want, known)


def close(message: CloseReceipt, picture: Picture, context: Context) -> None:
    """Expect nothing more, and name what differs."""
    known = picture.get(Announcement, (context.site, message.announcement))
    if known is None:
        context.refuse("not_found", actual=message.announcement)
        return
    told = {"announcement": known.id, "missing": known.left, "over": known.over}
    if known.closed_at is not None:
        context.grant = {**told, "unchanged": True}
        return
    closed = replace(known, closed_at=context.now, closed_by=message.actor)
    picture.put(stand(context, closed))
    context.grant = dict(told)
    if known.left or known.over:
        context.flag(
            "receipt_differs",
            expected=known.units,
            actual=known.came,
            then="a task names the units that differ",
        )


ANNOUNCE_RECEIPT = Activity(AnnounceReceipt, needs, decide)
NOTE_ARRIVAL = Activity(NoteArrival, arrival_needs, note_arrival)
CLOSE_RECEIPT = Activity(CloseReceipt, close_needs, close)
ACTIVITIES = (ANNOUNCE_RECEIPT, NOTE_ARRIVAL, CLOSE_RECEIPT)
