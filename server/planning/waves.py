"""Waves: shipments released together.

1. Ops releases named shipments, or all that wait: emergencies first, then by promised time, then by
   age. Rules release by themselves (`wave_rules`).
2. A released shipment belongs to its wave at once, so that no other wave takes it unless it is
   named, as after a planning that failed.
3. Planning it (`server/planning/releasing.py`) is follow-up work in pieces of at most some thousand
   lines, each a commit of its own, so that no push waits long. The more lines are planned together,
   the shorter the way through the aisles: most waves are one piece.
"""

from itertools import groupby

from msgspec.structs import replace

from server.lane.activity import Activity, Context
from server.lane.masters import among
from server.lane.message import Message
from server.lane.picture import Picture
from server.lane.want import Want
from server.orders.messages import EMERGENCY, NO_CARRIER
from server.orders.records import Shipment
from server.planning.packages import MODES, urgency
from server.planning.records import Wave

PLANNED_LINES_MAX = 1_500
"""2,000 keep pushes waiting for 0.3 s; with 1,250 people walk 5 % further on real days."""


class ReleaseWave(Message, frozen=True, kw_only=True, tag="release_wave"):
    """To a site: make pick work of these shipments, or of all that wait, `limit` at most."""

    name: str = ""
    shipments: tuple[int, ...] = ()
    limit: int = 0
    """0 is no limit."""
    mode: str = ""
    """How it is picked: a cart for each shipment (single), in total and sorted (bulk), or as is
    best."""
    carriers: tuple[str, ...] = ()
    """Of all that wait, those that one of these carriers is to take; `-` names none."""


class PlanWave(Message, frozen=True, kw_only=True, tag="plan_wave"):
    """To a site: allocate these shipments of a wave to places and cut their lines into packages."""

    wave: int
    shipments: tuple[int, ...]
    then: tuple[tuple[int, ...], ...] = ()
    """Further pieces, each planned when the one before it has been."""
    mode: str = ""


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
    if not among(context, "mode", message.mode, MODES):
        return
    if message.shipments:
        named = [picture.get(Shipment, (site, number)) for number in set(message.shipments)]
        waiting = [shipment for shipment in named if shipment and shipment.state == "open"]
    else:
        waiting = [
            shipment
            for shipment in picture.listing(Shipment, "by_state", (site, "open"))
            if not message.carriers or carrier_of(shipment) in message.carriers
        ]
    waiting.sort(key=urgency)
    chosen = waiting[: message.limit] if message.limit > 0 else waiting
    if not chosen:
        context.refuse(
            "nothing_to_release",
            actual=len(message.shipments),
            then="only open shipments are released",
        )
        return
    number = release(context, chosen, name=message.name, by=message.actor, mode=message.mode)
    context.grant = {"wave": number, "shipments": len(chosen)}


def carrier_of(shipment: Shipment) -> str:
    """The carrier that a shipment names, as rules and waves name it."""
    return shipment.carrier or NO_CARRIER


def release(
    context: Context,
    chosen: list[Shipment],
    *,
    name: str,
    by: str,
    mode: str = "",
    cut_off: int | None = None,
) -> int:
    """Put shipments, the most urgent first, into a new wave and have it planned; answer its id."""
    site, picture = context.site, context.picture
    number = context.new_id()
    picture.add(Wave(site, number, name, context.now, by, len(chosen), cut_off))
    for shipment in chosen:
        picture.put(replace(shipment, wave=number, waiting=None))
    first, *then = pieces(chosen)
    context.send(site, PlanWave(wave=number, shipments=first, then=tuple(then), mode=mode))
    return number


def pieces(shipments: list[Shipment]) -> list[tuple[int, ...]]:
    """Cut shipments, in order, into as few and as even pieces as go; emergencies are apart."""
    cut: list[tuple[int, ...]] = []
    for _, group in groupby(shipments, lambda shipment: shipment.priority == EMERGENCY):
        together = list(group)
        total = sum(shipment.lines for shipment in together)
        even = -(-total // max(1, -(-total // PLANNED_LINES_MAX)))
        piece: list[int] = []
        lines = 0
        for shipment in together:
            if piece and (lines >= even or lines + shipment.lines > PLANNED_LINES_MAX):
                cut.append(tuple(piece))
                piece, lines = [], 0
            piece.append(shipment.id)
            lines += shipment.lines
        cut.append(tuple(piece))
    return cut


RELEASE_WAVE = Activity(ReleaseWave, needs, decide)
