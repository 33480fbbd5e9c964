"""Where totes go on to: from zone to zone, then to where their shipments are packed.

1. A staging place of the use `handover` is where its zone takes totes on. One of the use `packing`
   is where totes go when nothing is left to be picked, and also before that where the next zone
   takes none on: then each zone fills totes of its own.
2. A shipment goes through its packages in the order in which they were cut.
3. A site without such places leads nobody on; what is picked in total goes to the put wall.
"""

from collections.abc import Iterable

from server.lane.want import Look
from server.ledger.records import Place
from server.planning.packages import BULK, Cut

HANDOVER = "handover"
PACKING = "packing"
KIND = "staging"
"""The kind of places that take totes on."""


class Onward:
    """The places of a site that take totes on, the first along the walking path before others."""

    def __init__(self, look: Look, site: int) -> None:
        """Find them."""
        staging = look.listing(Place, "by_kind", (site, KIND))
        self._places = sorted(
            (place for place in staging if place.state == "open"),
            key=lambda place: (place.walk, place.id),
        )

    def after(self, zone: int | None) -> str:
        """The code of the place to go to before another package in `zone`, or after the last."""
        of_zone = (each for each in self._places if each.use == HANDOVER and each.zone == zone)
        packing = (each for each in self._places if each.use == PACKING)
        found = next(of_zone, None) or next(packing, None)
        return found.code if found is not None else ""


def want_onward(look: Look, site: int) -> None:
    """Name the places that may take totes on."""
    look.listing(Place, "by_kind", (site, KIND))


def led_on(pieces: Iterable[Cut], onward: Onward) -> list[Cut]:
    """Say in each package where the totes of its shipments go on to."""
    later: dict[int, int] = {}
    led: list[Cut] = []
    for piece in reversed(list(pieces)):
        shipments = {line.shipment.id for line in piece.lines}
        then = {each: onward.after(later.get(each)) for each in shipments}
        led.append(piece if piece.mode == BULK else piece._replace(then=then))
        later |= dict.fromkeys(shipments, piece.zone)
    return led[::-1]
