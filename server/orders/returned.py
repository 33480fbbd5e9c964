"""Returns in the network: what came back, at whatever site, under the number of a return.

1. A site tells the units that came in, or did not after all. They are summed per number and item,
   so it does not matter which site tells first, or whether the return was announced before.
2. The announced lines show what came; what is too much stands at the item's last line.
3. More than was announced asks a person at the site where it came in.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from server.lane.activity import NETWORK, Activity, Context
from server.lane.picture import Picture
from server.lane.want import Look, Want
from server.ledger.discrepancies import open_task
from server.orders.messages import ReturnCame, ReviewReturn
from server.orders.records import ExpectedReturn, ReturnedUnits

Number = tuple[int, str, str]
"""Owner, channel and number of a return."""


def returned_units(look: Look, number: Number, item: int) -> int:
    """Units of an item that came back under a number so far."""
    found = look.row(ReturnedUnits, (NETWORK, *number, item))
    return found.quantity if found else 0


def lines_of(look: Look, number: Number) -> list[ExpectedReturn]:
    """The announced lines of a return, by position."""
    found = look.listing(ExpectedReturn, "by_number", (NETWORK, *number))
    return sorted(found, key=lambda line: line.position)


def shared_out(lines: Sequence[ExpectedReturn], item: int, units: int) -> list[ExpectedReturn]:
    """The lines of an item with the units that came: filled in order, the last takes the rest."""
    of_item = [line for line in lines if line.item == item]
    shared = []
    for place, line in enumerate(of_item, 1):
        taken = units if place == len(of_item) else min(units, line.quantity)
        shared.append(replace(line, received=taken))
        units -= taken
    return shared


def needs(message: ReturnCame, want: Want, context: Context) -> None:
    """What came so far, what was announced, and the way to the site."""
    number = (message.owner, message.channel, message.number)
    returned_units(want, number, message.item)
    lines_of(want, number)
    context.want_outbox(want, message.site)


def decide(message: ReturnCame, picture: Picture, context: Context) -> None:
    """Add up what came, and ask about more than was announced."""
    number = (message.owner, message.channel, message.number)
    key = (NETWORK, *number, message.item)
    units = returned_units(picture, number, message.item) + message.quantity
    picture.put(ReturnedUnits(*key, quantity=units))
    lines = lines_of(picture, number)
    if not lines:
        context.flag("not_announced", actual=message.number, then="counted once it is announced")
        return
    for line in shared_out(lines, message.item, units):
        picture.put(line)
    expected = sum(line.quantity for line in lines if line.item == message.item)
    if units > expected and message.quantity > 0:
        context.flag("more_than_announced", expected, units, "a review task at the site")
        review = ReviewReturn(
            number=message.number, item=message.item, expected=expected, received=units
        )
        context.send(message.site, review)


def review_needs(_message: ReviewReturn, _want: Want, _context: Context) -> None:
    """Nothing: the message says it all."""


def review(message: ReviewReturn, _picture: Picture, context: Context) -> None:
    """Ask a person to look at goods that nobody announced."""
    open_task(
        context,
        "return_over",
        quantity=message.received - message.expected,
        note=f"return {message.number}: {message.expected} announced, {message.received} came",
    )


RETURN_CAME = Activity(ReturnCame, needs, decide)
REVIEW_RETURN = Activity(ReviewReturn, review_needs, review)
