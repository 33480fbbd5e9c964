"""How each kind of subject is shown, and which changes of records make it so again."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from server.catalog.records import Item, ItemCode
from server.identity.records import Grant
from server.inbound.records import AnnouncedLine, Announcement
from server.lane.want import Look
from server.ledger.records import Place, Task, Unit
from server.orders.records import Shipment, ShipmentLine
from server.planning.records import Package, Slot
from server.planning.storage import Guide
from server.record import Record
from server.sites.records import Workflow, Zone
from server.sync.announced import announced_drafts
from server.sync.documents import (
    Draft,
    Subject,
    actor_drafts,
    item_drafts,
    package_drafts,
    place_drafts,
    round_drafts,
    shipment_drafts,
    stop_drafts,
    task_drafts,
    workflow_drafts,
    zone_drafts,
)
from server.sync.parcels import parcel_drafts
from server.sync.transfers import transfer_drafts
from server.transfers.records import Transfer, TransferLine, TransferUnits
from server.transport.records import Parcel, Round, Stop

DRAFTS: Mapping[str, Callable[[Look, Subject], tuple[Draft, ...]]] = {
    "package": package_drafts,
    "place": place_drafts,
    "task": task_drafts,
    "actor": actor_drafts,
    "item": item_drafts,
    "shipment": shipment_drafts,
    "round": round_drafts,
    "stop": stop_drafts,
    "parcel": parcel_drafts,
    "workflow": workflow_drafts,
    "announced": announced_drafts,
    "transfer": transfer_drafts,
    "zone": zone_drafts,
}
"""How each kind of subject is shown."""


class Trigger(NamedTuple):
    """Which change of a kind of record makes a subject worth looking at again."""

    subject: str
    names: str
    """The field that names the subject."""
    fields: tuple[str, ...]
    """Only a change of one of these matters."""


TRIGGERS: Mapping[type[Record], Trigger] = {
    Package: Trigger("package", "id", ("state", "holder", "fence", "body", "zone", "open")),
    Place: Trigger("place", "id", ("code", "kind", "zone", "walk", "state")),
    Task: Trigger("task", "id", ("open", "place", "quantity", "due", "attempt", "note")),
    Guide: Trigger("task", "task", ("target", "next")),
    Grant: Trigger("actor", "id", ("device", "until", "withdrawn_at")),
    Item: Trigger("item", "id", Item.__struct_fields__),
    ItemCode: Trigger("item", "item", ("factor", "level")),
    Shipment: Trigger("shipment", "id", ("state", "number", "priority")),
    ShipmentLine: Trigger("shipment", "shipment", ("quantity", "packed", "cancelled", "sorted")),
    Unit: Trigger("shipment", "shipment", ("shipment", "code", "kind", "seen_place")),
    Slot: Trigger("shipment", "shipment", ("shipment",)),
    Round: Trigger("round", "id", ("name", "date", "van", "state")),
    Stop: Trigger("stop", "id", ("round", "sequence", "shipment", "destination", "state", "paid")),
    Zone: Trigger("zone", "id", ("code", "name")),
    Workflow: Trigger("workflow", "name", ("version", "definition")),
    Announcement: Trigger("announced", "id", ("closed_at", "route", "expected_on")),
    AnnouncedLine: Trigger("announced", "announcement", AnnouncedLine.__struct_fields__),
    Transfer: Trigger("transfer", "id", ("closed_at",)),
    TransferLine: Trigger("transfer", "transfer", TransferLine.__struct_fields__),
    TransferUnits: Trigger("transfer", "transfer", ("sent", "taken")),
    Parcel: Trigger("parcel", "id", ("code", "state", "shipment", "round", "stop")),
}
"""What is not listed here changes no document."""
LATE: Mapping[str, type[Record]] = {"zone": Zone}
"""Subjects of which a site has few, and that older programs showed to nobody.

They are listed by their index `all` as time passes: so a book of before shows them, too, without
anybody's changing them.
"""
STANDING = Trigger("parcel", "id", ("seen_place",))
"""Of units that are parcels, besides what is said of all units."""


def subjects_of(kind: type[Record], before: Any, after: Any) -> set[Subject]:  # noqa: ANN401 - any record.
    """The subjects that a change of one record concerns: its old one and its new one."""
    subjects = _subjects_of(TRIGGERS[kind], before, after)
    if kind is Unit and (after or before).kind == "parcel":
        subjects |= _subjects_of(STANDING, before, after)
    return subjects


def _subjects_of(trigger: Trigger, before: Any, after: Any) -> set[Subject]:  # noqa: ANN401 - as above.
    if before is not None and after is not None:
        same = all(getattr(before, name) == getattr(after, name) for name in trigger.fields)
        if same:
            return set()
    return {
        Subject(record.site, trigger.subject, named)
        for record in (before, after)
        if record is not None and (named := getattr(record, trigger.names)) is not None
    }
