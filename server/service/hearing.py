"""What consumers say by the page of their order, heard by the network's lane.

1. Each thing is kept once, by the name that the page gave it; said again it changes nothing.
2. A wish for another day or place is refused once the parcel is loaded. Until then somebody at the
   site sees to it: the site opens a task. A van that was loaded meanwhile is flagged there, and the
   task stays: a person may still call the courier.
3. A receipt, with stars or not, is a fact, also where the courier's phone has not told of the
   delivery yet; that is flagged.
4. A complaint opens a task at the site; its pictures are found from the parcel as other proofs are.
5. A return is expected under a number of its own, for no more units than were ordered and kept; the
   site is asked to collect it.
"""

from msgspec.structs import replace

from server.lane.activity import NETWORK, Activity, Context
from server.lane.picture import Picture
from server.lane.want import Look, Want
from server.ledger.discrepancies import open_task
from server.orders.messages import CollectReturn, Units
from server.orders.progress import GONE_OUT
from server.orders.records import ExpectedReturn, Order, OrderLine, Shipment
from server.orders.returned import returned_units, shared_out
from server.service.messages import HearConsumer, HeedConsumer, WithdrawLinks
from server.service.records import ConsumerWord, OrderLinks
from server.service.rules import (
    BEFORE_LOADING,
    WORDS_MAX,
    left_to_return,
    wish_in_words,
    write_units,
)


def words_of(look: Look, order: int) -> list[ConsumerWord]:
    """What was said of an order, as it came."""
    found = look.listing(ConsumerWord, "by_order", (NETWORK, order))
    return sorted(found, key=lambda word: (word.at, word.operation))


def return_number(order: Order, words: list[ConsumerWord]) -> tuple[int, str, str]:
    """The number of the next return of an order: owner, channel and number."""
    asked = sum(word.about == "return" for word in words)
    return (order.owner, order.channel, f"R{order.id}-{asked + 1}")


def needs(message: HearConsumer, want: Want, context: Context) -> None:
    """The order, what was said before, and the way to the site; of a return also its items."""
    order = want.row(Order, (NETWORK, message.order))
    words = words_of(want, message.order)
    if order is None:
        return
    if order.fulfilled_by != NETWORK:
        context.want_outbox(want, order.fulfilled_by)
    if message.about == "return":
        number = return_number(order, words)
        want.listing(ExpectedReturn, "by_number", (NETWORK, *number))
        for line in want.listing(OrderLine, "by_order", (NETWORK, order.id)):
            returned_units(want, number, line.item)


def decide(message: HearConsumer, picture: Picture, context: Context) -> None:
    """Keep what was said, once, and have somebody see to it."""
    order = picture.get(Order, (NETWORK, message.order))
    if order is None:
        context.refuse("unknown_order", actual=message.order)
        return
    words = words_of(picture, order.id)
    known = next((word for word in words if word.name == message.name), None)
    if known is not None:
        context.grant = {"duplicate": True} | numbered(known.number)
        return
    if len(words) >= WORDS_MAX:
        context.refuse("too_many", expected=f"at most {WORDS_MAX}", then="call the shop")
        return
    word = ConsumerWord(
        site=NETWORK,
        order_id=order.id,
        name=message.name,
        about=message.about,
        at=context.now,
        operation=context.name,
        date=message.date,
        handed_to=message.handed_to,
        rating=message.rating,
        cause=message.cause,
        words=message.words,
        pictures=" ".join(message.attachments),
    )
    if message.about == "return":
        taken = expect_return(order, message, words, context)
        if taken is None:
            return
        word = replace(word, units=write_units(message.lines), number=taken)
        context.grant = numbered(taken)
    elif not heeded(order, message, context):
        return
    picture.add(word)


def numbered(number: str) -> dict[str, str]:
    """What is granted of a return: its number."""
    return {"return": number} if number else {}


def heeded(order: Order, message: HearConsumer, context: Context) -> bool:
    """Have the site see to a wish or complaint; False where a wish came too late."""
    if message.about == "wish":
        if order.state not in BEFORE_LOADING:
            context.refuse("too_late", expected="before loading", actual=order.state)
            return False
        note = message.words or wish_in_words(message.date, message.handed_to)
    elif message.about == "complaint":
        note = message.words or message.cause
    else:
        if order.state not in GONE_OUT:
            context.flag("not_delivered_yet", actual=order.state, then="kept")
        return True
    if order.fulfilled_by == NETWORK:
        context.flag("no_site", actual=order.number, then="kept; read it with the order")
    else:
        told = HeedConsumer(order=order.id, about=message.about, note=note)
        context.send(order.fulfilled_by, told)
    return True


def expect_return(
    order: Order, message: HearConsumer, words: list[ConsumerWord], context: Context
) -> str | None:
    """Expect units back and answer under which number; None where that was refused."""
    picture = context.picture
    if order.state not in GONE_OUT:
        context.refuse("not_delivered_yet", actual=order.state, then="ask the shop to cancel")
        return None
    lines = {
        line.position: line for line in picture.listing(OrderLine, "by_order", (NETWORK, order.id))
    }
    left = left_to_return(lines.values(), words)
    fault = bad_units(message.lines, left)
    if fault:
        context.refuse("bad_quantity", expected=left, actual=fault)
        return None
    number = return_number(order, words)
    if picture.listing(ExpectedReturn, "by_number", (NETWORK, *number)):
        # The channel numbers its returns as we do: two returns must not become one.
        context.refuse("number_taken", actual=number[-1], then="ask the shop")
        return None
    expected = [
        ExpectedReturn(
            *(NETWORK, *number, position, lines[position].item, quantity),
            customer=order.recipient,
            expected_at=context.now,
        )
        for position, quantity in message.lines
    ]
    for item in {line.item for line in expected}:
        for line in shared_out(expected, item, returned_units(picture, number, item)):
            picture.add(line)
    if order.fulfilled_by != NETWORK:
        context.send(order.fulfilled_by, CollectReturn(order=order.id, number=number[-1]))
    return number[-1]


def bad_units(asked: tuple[Units, ...], left: dict[int, int]) -> str:
    """What of these units can't go back, as text; empty where all can."""
    positions = [line.position for line in asked]
    if not asked or len(positions) > len(set(positions)):
        return "each line once, and at least one"
    return write_units(
        line for line in asked if not 1 <= line.quantity <= left.get(line.position, 0)
    )


def heed_needs(message: HeedConsumer, want: Want, context: Context) -> None:
    """The shipment of the order."""
    want.listing(Shipment, "by_order", (context.site, message.order))


def heed(message: HeedConsumer, picture: Picture, context: Context) -> None:
    """Ask somebody to see to it, also where the goods have left meanwhile."""
    found = picture.listing(Shipment, "by_order", (context.site, message.order))
    shipment = found[0] if found else None
    if message.about == "wish" and shipment and shipment.state not in BEFORE_LOADING:
        context.flag("too_late", "before loading", shipment.state, "a task: tell the courier")
    number = shipment.id if shipment else None
    open_task(context, message.about, shipment=number, note=message.note)


def withdraw_needs(message: WithdrawLinks, want: Want, _context: Context) -> None:
    """The order and its links."""
    want.row(Order, (NETWORK, message.order))
    want.row(OrderLinks, (NETWORK, message.order))


def withdraw(message: WithdrawLinks, picture: Picture, context: Context) -> None:
    """Have only links of a higher number open the page."""
    if picture.get(Order, (NETWORK, message.order)) is None:
        context.refuse("unknown_order", actual=message.order)
        return
    found = picture.get(OrderLinks, (NETWORK, message.order))
    number = found.number + 1 if found else 1
    picture.put(OrderLinks(NETWORK, message.order, number, context.now, message.actor))
    context.grant = {"number": number}


ACTIVITIES = (
    Activity(HearConsumer, needs, decide),
    Activity(HeedConsumer, heed_needs, heed),
    Activity(WithdrawLinks, withdraw_needs, withdraw),
)
