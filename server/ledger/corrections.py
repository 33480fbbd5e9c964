"""Corrections: a difference that a supervisor posts against the adjustment place."""

from server.lane.activity import Context
from server.lane.want import Look
from server.ledger.posting import Point, point_of, post, want_posting
from server.ledger.records import ADJUSTMENT, Movement


def movement_mended(look: Look, site: int, number: int) -> Movement | None:
    """The movement with this number, if there is one."""
    return look.row(Movement, (site, number))


def want_correction(
    look: Look, context: Context, place: int, stock: int, mends: int | None
) -> None:
    """Name what correcting a key at a place reads."""
    earliest = context.stamp.earliest
    movement = movement_mended(look, context.site, mends) if mends is not None else None
    if movement is not None:
        # The correction stands where that stands, even where that is later than now.
        earliest = movement.occurred_at - movement.uncertainty
    want_posting(look, context.site, place, ADJUSTMENT, stock, earliest)


def correct(context: Context, place: int, stock: int, quantity: int, mends: int | None) -> None:
    """Post units that the book lacks (or, negative, has too many) at a place.

    A correction of one movement stands at that movement's point of the floor order; any other
    stands at now.
    """
    point = point_of(context)
    if mends is not None:
        movement = context.picture.need(Movement, (context.site, mends))
        point = Point(movement.occurred_at, movement.uncertainty, point.stream, point.epoch)
    source, target = (ADJUSTMENT, place) if quantity > 0 else (place, ADJUSTMENT)
    post(
        context, source, target, stock, abs(quantity), cause="correction", mends=mends, point=point
    )
