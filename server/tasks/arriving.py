"""What arrives: goods, or a handling unit by its SSCC.

1. Goods are received as `receiving.py` says.
2. A code that is an SSCC is a pallet or carton: the unit itself came from the supplier and stands
   at the place. What is announced in it is told by receipts of their own, into the unit, which the
   same scan writes; so the book never asks what was announced to know what came, and batches and
   announcements may come in any order.
3. Without such receipts nobody knows what is in it: it is moved, counted and found like any unit.
4. Received twice it stands at two places or more than once, which is an open question.
"""

from collections.abc import Iterator
from functools import lru_cache

from msgspec.structs import replace

from device_protocol.operations import Receive
from device_protocol.scan import parse
from server.inbound.receipts import announcements_of
from server.inbound.records import AnnouncedLine
from server.lane.activity import Activity, Context
from server.lane.picture import Picture
from server.lane.want import Look, Want
from server.ledger.posting import point_of, post, want_posting
from server.ledger.records import SUPPLIER, Unit
from server.ledger.stocks import find_place, make_place, make_unit, want_unit
from server.tasks import receiving
from server.tasks.moving import chain_above, see

PALLET = "pallet"
SSCC_DIGITS = 18
KEPT = 4_096


def is_unit(operation: Receive) -> bool:
    """Whether a receipt tells of a handling unit; its code says so, and nothing that was booked."""
    return not operation.item and bool(unit_code(operation))


def unit_code(operation: Receive) -> str:
    """The SSCC of the unit, 18 digits; empty where its code is none."""
    return sscc_of(operation.code) if len(operation.code) >= SSCC_DIGITS else ""


@lru_cache(KEPT)
def sscc_of(code: str) -> str:
    """What a code says of a handling unit, kept: a decision asks more than once."""
    return parse(code).sscc


def needs(operation: Receive, want: Want, context: Context) -> Iterator[None] | None:
    """What the goods need; or the unit, the place and what it stands in, and what was announced."""
    if not is_unit(operation):
        return receiving.needs(operation, want, context)
    unit = want_unit(want, context.site, unit_code(operation))
    place = find_place(want, context.site, operation.to)
    target = place.id if place else SUPPLIER
    stock = unit.stock if unit else 0
    want_posting(want, context.site, SUPPLIER, target, stock, context.stamp.earliest)
    if place is not None:
        chain_above(want, context.site, place.id)
    announced_in(want, context, operation)
    return None


def decide(operation: Receive, picture: Picture, context: Context) -> None:
    """Post goods or a unit from the supplier to the place."""
    if not is_unit(operation):
        receiving.decide(operation, picture, context)
        return
    unit = as_pallet(context, make_unit(context, unit_code(operation), PALLET))
    place = make_place(context, operation.to)
    post(context, SUPPLIER, place.id, unit.stock, operation.quantity)
    see(context, unit, place.id, point_of(context))
    flag_unit(context, operation)


def as_pallet(context: Context, unit: Unit) -> Unit:
    """The unit as what it is, also where it was taken for a tote before its receipt came in."""
    if unit.kind == "tote":
        context.picture.put(unit := replace(unit, kind=PALLET))
    return unit


def announced_in(look: Look, context: Context, operation: Receive) -> list[AnnouncedLine] | None:
    """The lines announced in the unit under the receipt's number; None where nobody announced it.

    A receipt without a number says nothing of an announcement.
    """
    announced = announcements_of(look, context.site, operation.announced)
    if not announced:
        return None
    return [
        line
        for each in announced
        for line in look.listing(
            AnnouncedLine, "by_unit", (context.site, each.id, unit_code(operation))
        )
    ]


def flag_unit(context: Context, operation: Receive) -> None:
    """Say that a unit came which the receipt's announcement does not name."""
    if not operation.announced:
        return
    lines = announced_in(context.picture, context, operation)
    if lines is None:
        context.flag(
            "unknown_announcement",
            actual=operation.announced[:64],
            then="it counts as soon as the merchant announces it",
        )
    elif not lines:
        context.flag(
            "not_announced",
            expected=operation.announced,
            actual=unit_code(operation),
            then="what is in it is known once somebody scans it",
        )


def undo_needs(operation: Receive, want: Want, context: Context) -> None:
    """What taking goods off the announcement reads; a unit is taken back by its movement."""
    if not is_unit(operation):
        receiving.undo_needs(operation, want, context)


def undo(operation: Receive, picture: Picture, context: Context) -> None:
    """Take goods off what came under the number."""
    if not is_unit(operation):
        receiving.undo(operation, picture, context)


RECEIVE = Activity(Receive, needs, decide, undo, undo_needs)
