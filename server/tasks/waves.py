"""Waves: shipments released together.

1. Ops releases named shipments, or all that wait: emergencies first, then by promised time, then by
   age.
2. A released shipment belongs to its wave at once, so that no other wave takes it unless it is
   named, as after a planning that failed.
3. Planning it (`server/tasks/planning.py`) is follow-up work in pieces of a few hundred lines, each
   a commit of its own, so that no push waits long.
"""

from itertools import groupby

from msgspec.structs import replace

from server.lane.activity import Activity, Context
from server.lane.message import Message
from server.lane.picture import Picture
from server.lane.want import Want
from server.orders.messages import EMERGENCY
from server.orders.records import Shipment
from server.tasks.packages import TOTES_MAX
from server.tasks.records import Wave

PLANNED_LINES_MAX = 500
NEVER = 1 << 62


class ReleaseWave(Message, frozen=True, kw_only=True, tag="release_wave"):
    """To a site: make pick work of these shipments, or of all that wait, `limit` at most."""

    name: str = ""
    shipments: tuple[int, ...] = ()
    limit: int = 0
    """0 is no limit."""


class PlanWave(Message, frozen=True, kw_only=True, tag="plan_wave"):
    """To a site: allocate these shipments of a wave to places and cut their lines into packages."""

    wave: int
    shipments: tuple[int, ...]
    then: tuple[tuple[int, ...], ...] = ()
    """Further pieces, each planned when the one before it has been."""


def urgency(shipment: Shipment) -> tuple[int, int, int, int]:
    """The order in which shipments are worked."""
    promised = NEVER if shipment.promised_at is None else shipment.promised_at
    return (shipment.priority, promised, shipment.received_at, shipment.id)


def needs(message: ReleaseWave, want: Want, context: Context) -> None:
    """The shipments."""
    site = context.site
    for number in message.shipments:
        want.row(Shipment, (site, number))
    if not message.shipments:
        want.listing(Shipment, "by_state", (site, "open"))
    context.want_outbox(want, site)


def decide(message: ReleaseWave, picture: Picture, context: Context) -> None:
    """Put the shipments into a new wave and have it planned piece by piece."""
    site = context.site
    if message.shipments:
        named = [picture.get(Shipment, (site, number)) for number in set(message.shipments)]
        waiting = [shipment for shipment in named if shipment and shipment.state == "open"]
    else:
        waiting = picture.listing(Shipment, "by_state", (site, "open"))
    waiting.sort(key=urgency)
    chosen = waiting[: message.limit] if message.limit > 0 else waiting
    if not chosen:
        context.refuse(
            "nothing_to_release",
            actual=len(message.shipments),
            then="only open shipments are released",
        )
        return
    number = context.new_id()
    wave = Wave(site, number, message.name, context.now, message.actor, len(chosen))
    picture.add(wave)
    for shipment in chosen:
        picture.put(replace(shipment, wave=number, waiting=None))
    first, *then = pieces(chosen)
    context.send(site, PlanWave(wave=number, shipments=first, then=tuple(then)))
    context.grant = {"wave": number, "shipments": len(chosen)}


def pieces(shipments: list[Shipment]) -> list[tuple[int, ...]]:
    """Cut shipments, in order, into pieces of not too many lines that fill whole carts.

    A long shipment fills carts alone: it is a piece alone, planned after the others of its urgency.
    """
    cut: list[tuple[int, ...]] = []
    for _, group in groupby(shipments, lambda shipment: shipment.priority == EMERGENCY):
        piece: list[Shipment] = []
        long: list[tuple[int, ...]] = []
        for shipment in group:
            if 2 * shipment.lines > PLANNED_LINES_MAX:
                long.append((shipment.id,))
                continue
            if sum(each.lines for each in piece) + shipment.lines > PLANNED_LINES_MAX:
                full = len(piece) - len(piece) % TOTES_MAX or len(piece)
                cut.append(tuple(each.id for each in piece[:full]))
                piece = piece[full:]
            piece.append(shipment)
        if piece:
            cut.append(tuple(each.id for each in piece))
        cut += long
    return cut


RELEASE_WAVE = Activity(ReleaseWave, needs, decide)
