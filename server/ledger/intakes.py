"""Intakes: places from which goods are put away, and how that is asked for.

Every movement at an intake, whatever operation made it, leaves one mark there and one message to
the lane of its site. Planning (`server/planning/putaway.py`) takes the mark away again, so that a
burst of receipts is planned at once, and deciding a receipt costs no more than that.
"""

from server.lane.activity import Context
from server.lane.message import Message
from server.lane.records import OutboxHead
from server.lane.want import Look
from server.ledger.records import Intake, Place

INTAKE_USES = frozenset({"dock", "returns"})


class PlanPutaway(Message, frozen=True, kw_only=True, tag="plan_putaway"):
    """To a site: see what stands at an intake, and where each of it is to go."""

    place: int
    skip: int = 0
    """So many places were looked at before for goods for which none was found."""
    after: str = ""
    """Sign of the goods up to which all have been planned."""
    again: bool = False
    """Whether goods for which no place was found are planned again."""


def is_intake(place: Place | None) -> bool:
    """Whether goods are put away from a place."""
    return place is not None and place.use in INTAKE_USES


def want_intake(look: Look, site: int, place: int) -> None:
    """Name what marking a place reads, if it is an intake."""
    if is_intake(look.row(Place, (site, place))):
        look.row(Intake, (site, place))
        look.row(OutboxHead, (site, site))


def mark_intake(context: Context, place: int) -> None:
    """Ask once for planning, if something has moved at an intake."""
    picture, key = context.picture, (context.site, place)
    if is_intake(picture.get(Place, key)) and picture.get(Intake, key) is None:
        picture.put(Intake(*key, marked_at=context.stamp.mid))
        context.send(context.site, PlanPutaway(place=place))
