"""From movements to EPCIS 2.0 events; docs/traceability.md has the table.

A movement becomes up to three events: goods leave a unit or van (aggregation, DELETE), enter one
(aggregation, ADD), and are seen at a place (object event). Parts that go into a kit, and the kit,
are transformations with one name. What the book says by its own arithmetic (counts) adds or
deletes. An undo declares the events of the original as errors: the same events
with the same names, as EPCIS asks (7.4.1.4).
"""

from collections.abc import Iterator
from datetime import tzinfo
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from server.clock import to_rfc3339
from server.integrations.epcis_names import (
    Thing,
    class_name,
    event_id,
    instance_name,
    local_time,
    unit_name,
    urn,
)
from server.ledger.records import (
    ADJUSTMENT,
    ARRIVED,
    CONSUMER,
    LAST_VIRTUAL,
    LOST,
    UNIT_KINDS,
    WORK,
)

Event = dict[str, Any]

VAN = "van"
STEPS = {
    "receive": ("receiving", "in_progress"),
    "move": ("storing", "in_progress"),
    "move_unit": ("storing", "in_progress"),
    "pick": ("picking", "in_progress"),
    "sort": ("picking", "in_progress"),
    "pack": ("packing", "in_progress"),
    "seal": ("commissioning", "active"),
    "unseal": ("decommissioning", "inactive"),
    "load": ("loading", "in_transit"),
    "deliver": ("accepting", "retail_sold"),
    "bring_back": ("receiving", "returned"),
    "collect": ("collecting", "returned"),
    "take_over": ("shipping", "in_transit"),
    "give_back": ("receiving", "returned"),
    "reclassify": ("inspecting", "in_progress"),
    "take_return": ("receiving", "returned"),
    "send_transfer": ("shipping", "in_transit"),
    "take_transfer": ("receiving", "in_progress"),
    "scrap": ("destroying", "destroyed"),
    "recycle": ("destroying", "disposed"),
    "assemble": ("assembling", "in_progress"),
    "take_apart": ("disassembling", "in_progress"),
}
"""Business step and disposition (CBV 2.0) by kind of operation."""
OTHER = ("other", "in_progress")
COUNTED = frozenset({"count", "absorbed", "undo_count"})
FILLING = frozenset({"picking", "packing"})
ENDING = frozenset({"scrap", "recycle", "unseal"})
MAKING = frozenset({"assemble", "take_apart"})


class Spot(NamedTuple):
    """One side of a movement."""

    place: int
    code: str
    kind: str

    @property
    def is_unit(self) -> bool:
        """Whether it is a handling unit."""
        return self.kind in UNIT_KINDS

    @property
    def holds(self) -> bool:
        """Whether what is in it goes where it goes."""
        return self.is_unit or self.kind == VAN

    @property
    def is_floor(self) -> bool:
        """Whether it is a place that stays where it is."""
        return self.place > LAST_VIRTUAL and not self.holds


class Posting(msgspec.Struct, frozen=True):
    """One movement with everything that its events say."""

    site: int
    site_code: str
    zone: tzinfo
    number: int
    cause: str
    mends: int | None
    did: str
    operation: str
    operation_hash: bytes
    occurred_at: int
    uncertainty: int
    recorded_at: int
    quantity: int
    source: Spot
    target: Spot
    left: Thing
    came: Thing
    order: str = ""
    announced: str = ""
    returned: str = ""
    declared_at: int | None = None
    """When it was said that it did not happen."""


def events_of(posting: Posting) -> list[Event]:
    """The events of a movement, in their order."""
    drafts = list(adjusting(posting) if posting.cause != "fact" else reported(posting))
    return [finished(posting, draft, position) for position, draft in enumerate(drafts)]


def declared(original: Posting, undone_by: Posting) -> list[Event]:
    """The events of a movement that was undone, as errors."""
    at = undone_by.recorded_at
    return events_of(replace(original, declared_at=at, recorded_at=at))


def finished(posting: Posting, draft: Event, position: int) -> Event:
    """An event with its name, its times and what it belongs to."""
    at, offset = local_time(posting.occurred_at, posting.zone)
    event: Event = {
        "type": draft["type"],
        "eventID": event_id(posting.operation_hash, posting.site, posting.number, position),
        "eventTime": at,
        "eventTimeZoneOffset": offset,
        "recordTime": to_rfc3339(posting.recorded_at),
    }
    if posting.declared_at is not None:
        event["errorDeclaration"] = {
            "declarationTime": to_rfc3339(posting.declared_at),
            "reason": "did_not_occur",
            "correctiveEventIDs": [],
        }
    event |= draft
    transactions = [
        {"type": kind, "bizTransaction": name}
        for kind, name in (
            ("po", posting.order),
            ("desadv", posting.announced),
            ("rma", posting.returned),
        )
        if name
    ]
    if transactions:
        event["bizTransactionList"] = transactions
    event["totebook:operation"] = f"{posting.site}/{posting.operation}"
    event["totebook:uncertainty_ms"] = posting.uncertainty
    return event


def reported(posting: Posting) -> Iterator[Event]:
    """What a fact comes to."""
    step, disposition = step_of(posting)
    source, target = posting.source, posting.target
    if posting.left != posting.came:
        yield seen(posting, posting.left, "DELETE", ("inspecting", disposition))
        yield seen(posting, posting.came, "ADD", ("inspecting", disposition))
    if source.place == target.place or ARRIVED in {source.place, target.place}:
        # Where goods arrived, the other site has said.
        return
    if posting.did in MAKING:
        yield transformed(posting, (step, disposition))
        return
    if source.holds:
        out = "unloading" if source.kind == VAN else "unpacking"
        yield aggregated(posting, source, posting.left, "DELETE", (out, "in_progress"))
    if target.holds:
        into = "loading" if target.kind == VAN else step if step in FILLING else "packing"
        state = "in_transit" if target.kind == VAN else "in_progress"
        yield aggregated(posting, target, posting.came, "ADD", (into, state))
    from_outside = source.place <= LAST_VIRTUAL and source.place != LOST
    if from_outside or not target.holds:
        action = "ADD" if posting.did == "seal" else "OBSERVE"
        action = "DELETE" if posting.did in ENDING else action
        yield seen(posting, posting.came, action, (step, disposition))


def step_of(posting: Posting) -> tuple[str, str]:
    """Business step and disposition of a fact."""
    step, disposition = STEPS.get(posting.did, OTHER)
    if posting.did == "bring_back" and posting.source.place != CONSUMER:
        step, disposition = "unloading", "in_progress"
    if posting.came.condition == "damaged" and posting.did not in ENDING:
        disposition = "damaged"
    return step, disposition


def adjusting(posting: Posting) -> Iterator[Event]:
    """What a difference comes to: goods that the book lacked, or had too many of."""
    step = "stock_taking" if posting.cause in COUNTED else "other"
    if posting.source.place in {ADJUSTMENT, LOST}:
        yield seen(posting, posting.came, "ADD", (step, "in_progress"))
    else:
        yield seen(posting, posting.left, "DELETE", (step, "unknown"))


def seen(posting: Posting, thing: Thing, action: str, why: tuple[str, str]) -> Event:
    """An object event."""
    pieces, quantities = content(posting, thing)
    event: Event = {"type": "ObjectEvent", "action": action}
    if pieces or not quantities:
        event["epcList"] = pieces
    if quantities:
        event["quantityList"] = quantities
    return event | why_and_where(posting, why)


def transformed(posting: Posting, why: tuple[str, str]) -> Event:
    """What went into a kit, or came of it: the events of one operation have one name."""
    side, thing = (
        ("input", posting.left) if posting.target.place == WORK else ("output", posting.came)
    )
    pieces, quantities = content(posting, thing)
    event: Event = {
        "type": "TransformationEvent",
        "transformationID": urn("work", posting.site_code, posting.operation),
    }
    if pieces:
        event[f"{side}EPCList"] = pieces
    if quantities:
        event[f"{side}QuantityList"] = quantities
    return event | why_and_where(posting, why)


def aggregated(
    posting: Posting, parent: Spot, thing: Thing, action: str, why: tuple[str, str]
) -> Event:
    """An aggregation event."""
    pieces, quantities = content(posting, thing)
    event: Event = {
        "type": "AggregationEvent",
        "action": action,
        "parentID": spot_name(posting, parent),
    }
    if pieces:
        event["childEPCs"] = pieces
    if quantities:
        event["childQuantityList"] = quantities
    return event | why_and_where(posting, why)


def content(posting: Posting, thing: Thing) -> tuple[list[str], list[dict[str, Any]]]:
    """What moved: single pieces by name, else so many of a class."""
    if thing.unit:
        return [unit_name(posting.site_code, thing.unit)], []
    if thing.serial:
        return [instance_name(thing)], []
    element: dict[str, Any] = {"epcClass": class_name(thing), "quantity": posting.quantity}
    return [], [element | ({"uom": "GRM"} if thing.grams else {})]


def why_and_where(posting: Posting, why: tuple[str, str]) -> Event:
    """Business step, disposition, and the places; where goods stay is told where it is known."""
    step, disposition = why
    event: Event = {"bizStep": step, "disposition": disposition}
    spots = (posting.target, posting.source)
    floor = next((spot for spot in spots if spot.is_floor), None)
    van = next((spot for spot in spots if spot.kind == VAN), None)
    read_at = floor or van
    name = spot_name(posting, read_at) if read_at else urn("site", posting.site_code)
    event["readPoint"] = {"id": name}
    if posting.target.is_floor:
        event["bizLocation"] = {"id": spot_name(posting, posting.target)}
    return event


def spot_name(posting: Posting, spot: Spot) -> str:
    """A place or unit by name."""
    if spot.is_unit:
        return unit_name(posting.site_code, spot.code)
    return urn("place", posting.site_code, spot.code)
