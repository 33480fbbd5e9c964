"""A `View` over feed documents, the same for a device's replica and for the server.

1. Where the documents are is behind `Lookups`: a replica's index (`held.py`), or tables of the
   server. Each answers bodies; what they mean for the interpreter is said here and in
   `work_lines.py` alone.
2. A document may be old or missing: then less is known, and the interpreter asks.
"""

from collections.abc import Sequence
from functools import lru_cache

from device_protocol.workflow.lookups import (
    KEPT,
    Lookups,
    actor_of,
    item_of,
    parcel_of,
    place_of,
    shipment_of,
    task_of,
)
from device_protocol.workflow.view import (
    Badge,
    Line,
    Meaning,
    PlaceSeen,
    Stood,
    UnitSeen,
    Work,
)
from device_protocol.workflow.work_lines import LINES


class Documents:
    """What the interpreter may look up, read out of documents."""

    def __init__(self, lookups: Lookups, workflow: str, today: str = "") -> None:
        """Look for one workflow; `today` is the date as far as it is known."""
        self._lookups = lookups
        self._workflow = workflow
        self._today = today

    def lines(self, work: Work) -> Sequence[Line]:
        """Return the lines of a piece of work, in the order in which they are walked."""
        lines = LINES.get(self._workflow)
        return lines(self._lookups, work) if lines is not None else ()

    def meanings(self, code: str) -> Sequence[Meaning]:
        """Return every item and pack level that a barcode may mean."""
        return [
            meaning
            for body in self._lookups.coded("item", code)
            for meaning in _meanings(body, code)
        ]

    def place(self, code: str) -> PlaceSeen | None:
        """Return a place by its code."""
        found = self._lookups.coded("place", code)
        if not found:
            return None
        place = place_of(found[0])
        return PlaceSeen(code=place.code, kind=place.kind, state=place.state)

    def unit(self, code: str) -> UnitSeen | None:
        """Return a handling unit by its code: a parcel of a round, or a tote to be packed."""
        for body in self._lookups.coded("parcel", code):
            parcel = parcel_of(body)
            return UnitSeen(
                code=code,
                kind="parcel",
                state="sealed",
                shipment=parcel.shipment,
                place=parcel.place,
            )
        for body in self._lookups.coded("shipment", code):
            return UnitSeen(code=code, kind="tote", shipment=shipment_of(body).id)
        return None

    def badge(self, code: str) -> Badge | None:
        """Return whose badge it is, by the latest grant that the person has on this device."""
        actors = [actor_of(body) for body in self._lookups.coded("actor", code)]
        if not actors:
            return None
        actor = max(actors, key=lambda each: (each.until, each.id))
        return Badge(grant=str(actor.id), name=actor.badge, supervisor=bool(actor.supervisor))

    def stood(self, place: str) -> Sequence[Stood] | None:
        """Return what the book expects at a place; known where a count of it is asked for."""
        for task in map(task_of, self._lookups.coded("task", place)):
            if task.stands is not None:
                return [
                    Stood(
                        item=each.sku,
                        owner=each.merchant,
                        lot=each.lot,
                        serial=each.serial,
                        quantity=each.quantity,
                    )
                    for each in task.stands
                ]
        return None

    def in_question(self, place: str) -> bool:
        """Tell whether a task asks for a count of the place."""
        return bool(self._lookups.coded("task", place))

    def serial_used(self, owner: str, item: str, serial: str) -> bool:  # noqa: ARG002 - see below.
        """Tell whether a serial is known to be elsewhere: no document does, the book flags it."""
        return False

    def today(self) -> str:
        """Return the date, as it was told."""
        return self._today


@lru_cache(KEPT)
def _meanings(body: bytes, code: str) -> tuple[Meaning, ...]:
    item = item_of(body)
    return tuple(
        Meaning(
            code=code,
            owner=item.merchant,
            item=item.sku,
            description=item.description,
            level=each.level,
            factor=each.factor,
            lot_capture=item.lot_capture,
            serial_capture=item.serial_capture,
            expiry_capture=item.expiry_capture,
        )
        for each in item.codes
        if each.code == code
    )
