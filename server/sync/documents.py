"""What devices follow: the documents that records make, and the scopes they stand in.

Each `…_drafts` reads by `Look`, so the same words name what is to be loaded and then make the
documents from it. A subject is a record, or a group of records shown together; it makes no draft
where devices need not know it.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

import msgspec
from msgspec.structs import replace

from server.catalog.records import Item, ItemCode
from server.identity.records import Grant
from server.lane.activity import NETWORK
from server.lane.want import Look
from server.ledger.records import LOCATION_KINDS, Place, Stock, Task, Unit
from server.orders.records import Shipment, ShipmentLine
from server.record import Record
from server.sync.bodies import (
    ActorBody,
    Code,
    ItemBody,
    PackageBody,
    PackLine,
    ParcelBody,
    PlaceBody,
    RoundBody,
    ShipmentBody,
    StopBody,
    TaskBody,
)
from server.tasks.packages import seen_body
from server.tasks.records import Package
from server.transport.records import Parcel, Round, Stop

ScopeKind = Literal["zone", "device", "person", "round", "owner"]
PACK = "pack"
TO_PACK = ("released", "picked")
"""States in which a shipment is shown to packers while something is left to pack."""


class ScopeName(NamedTuple):
    """A scope as devices name it: `site/kind/name`."""

    site: int
    kind: ScopeKind
    name: int | str

    @property
    def text(self) -> str:
        """How it is written."""
        return f"{self.site}/{self.kind}/{self.name}"


class Subject(NamedTuple):
    """What documents are about."""

    site: int
    kind: str
    id: int

    @property
    def text(self) -> str:
        """How it is written; also the key of its document."""
        return f"{self.kind}/{self.id}"


class Draft(NamedTuple):
    """A document before it has a version."""

    scope: ScopeName
    key: str
    body: bytes


_encode = msgspec.json.Encoder().encode
_decode_shipment = msgspec.json.Decoder(ShipmentBody).decode


def zone_scope(site: int, zone: int | str) -> ScopeName:
    """The scope of a zone; 0 is for what stands in none, `pack` for the packing benches."""
    return ScopeName(site, "zone", zone)


def device_scope(site: int, device: int) -> ScopeName:
    """The scope of one device."""
    return ScopeName(site, "device", device)


def package_drafts(look: Look, subject: Subject) -> tuple[Draft, ...]:
    """A package that is not done, in its zone."""
    package = look.row(Package, (subject.site, subject.id))
    if package is None or package.open is None:
        return ()
    body = PackageBody(
        id=package.id,
        wave=package.wave,
        priority=package.priority,
        state=package.state,
        fence=package.fence,
        package=msgspec.Raw(seen_body(package.body) or b"null"),
        holder=package.holder,
    )
    return (Draft(zone_scope(subject.site, package.zone), subject.text, _encode(body)),)


def place_drafts(look: Look, subject: Subject) -> tuple[Draft, ...]:
    """A location, in its zone."""
    place = look.row(Place, (subject.site, subject.id))
    if place is None or place.kind not in LOCATION_KINDS:
        return ()
    body = PlaceBody(place.id, place.code, place.kind, place.zone, place.walk, place.state)
    return (Draft(zone_scope(subject.site, place.zone), subject.text, _encode(body)),)


def task_drafts(look: Look, subject: Subject) -> tuple[Draft, ...]:
    """An open task, in the zone of its place, with the goods it is about."""
    site = subject.site
    task = look.row(Task, (site, subject.id))
    if task is None or task.open is None:
        return ()
    place = look.row(Place, (site, task.place)) if task.place is not None else None
    stock = look.row(Stock, (site, task.stock)) if task.stock is not None else None
    item = look.row(Item, (NETWORK, stock.item)) if stock is not None and stock.item else None
    unit = look.row(Unit, (site, task.unit)) if task.unit is not None else None
    body = TaskBody(
        id=task.id,
        kind=task.kind,
        due=task.due,
        attempt=task.attempt,
        place=place.code if place else "",
        quantity=task.quantity,
        owner=stock.owner if stock else 0,
        sku=item.sku if item else "",
        lot=stock.lot if stock else "",
        serial=stock.serial if stock else "",
        raw=stock.raw if stock else "",
        shipment=task.shipment,
        unit=unit.code if unit else "",
        note=task.note,
    )
    return (Draft(zone_scope(site, place.zone if place else 0), subject.text, _encode(body)),)


def actor_drafts(look: Look, subject: Subject) -> tuple[Draft, ...]:
    """A person's right to act, on the device for which it was given."""
    grant = look.row(Grant, (subject.site, subject.id))
    if grant is None or grant.withdrawn_at is not None:
        return ()
    body = ActorBody(grant.id, grant.person, grant.until)
    return (Draft(device_scope(subject.site, grant.device), subject.text, _encode(body)),)


def item_drafts(look: Look, subject: Subject) -> tuple[Draft, ...]:
    """An item with its codes, in its owner's catalog."""
    item = look.row(Item, (subject.site, subject.id))
    codes = codes_of(look, subject.id)
    if item is None or item.state != "open":
        return ()
    body = ItemBody(
        id=item.id,
        owner=item.owner,
        sku=item.sku,
        description=item.description,
        lot_capture=item.lot_capture,
        serial_capture=item.serial_capture,
        base_unit=item.base_unit,
        codes=codes,
    )
    return (Draft(ScopeName(subject.site, "owner", item.owner), subject.text, _encode(body)),)


def codes_of(look: Look, item: int) -> tuple[Code, ...]:
    """The barcodes of an item."""
    codes = look.listing(ItemCode, "by_item", (NETWORK, item))
    return tuple(Code(code.code, code.level, code.factor) for code in codes)


def shipment_drafts(look: Look, subject: Subject) -> tuple[Draft, ...]:
    """A shipment with something left to pack, for the packing benches."""
    site = subject.site
    shipment = look.row(Shipment, (site, subject.id))
    if shipment is None or shipment.state not in TO_PACK:
        return ()
    lines = look.listing(ShipmentLine, "by_shipment", (site, subject.id))
    units = look.listing(Unit, "by_shipment", (site, subject.id))
    if not any(line.quantity - line.cancelled > line.packed for line in lines):
        return ()
    body = ShipmentBody(
        id=shipment.id,
        number=shipment.number,
        owner=shipment.owner,
        priority=shipment.priority,
        state=shipment.state,
        lines=tuple(pack_line(look, line) for line in lines),
        totes=tuple(unit.code for unit in units if unit.kind == "tote"),
    )
    return (Draft(zone_scope(site, PACK), subject.text, _encode(body)),)


def is_restated(before: Record | None, after: Record | None) -> bool:
    """Whether packers see the shipment before and after, and of its own fields only a new state."""
    return (
        isinstance(before, Shipment)
        and isinstance(after, Shipment)
        and before.state in TO_PACK
        and after.state in TO_PACK
        and (before.number, before.priority) == (after.number, after.priority)
    )


def restated_draft(shipment: Shipment, shown: bytes) -> Draft:
    """The document of a shipment of which only the state has changed: its lines stay as shown."""
    body = replace(_decode_shipment(shown), state=shipment.state)
    scope = zone_scope(shipment.site, PACK)
    return Draft(scope, Subject(shipment.site, "shipment", shipment.id).text, _encode(body))


def pack_line(look: Look, line: ShipmentLine) -> PackLine:
    """One line as the packer verifies it."""
    item = look.row(Item, (NETWORK, line.item))
    return PackLine(
        position=line.position,
        item=line.item,
        sku=item.sku if item else "",
        quantity=line.quantity - line.cancelled,
        packed=line.packed,
        description=item.description if item else "",
        verify=item.verify if item else "line",
        codes=codes_of(look, line.item),
    )


def round_drafts(look: Look, subject: Subject) -> tuple[Draft, ...]:
    """A round, in its own scope."""
    tour = look.row(Round, (subject.site, subject.id))
    if tour is None:
        return ()
    van = look.row(Place, (subject.site, tour.van))
    body = RoundBody(tour.id, tour.name, tour.date, van.code if van else "", tour.state)
    return (Draft(ScopeName(subject.site, "round", tour.id), subject.text, _encode(body)),)


def stop_drafts(look: Look, subject: Subject) -> tuple[Draft, ...]:
    """A stop, in its round's scope, unless its shipment was moved to another round."""
    stop = look.row(Stop, (subject.site, subject.id))
    if stop is None or stop.state == "dropped":
        return ()
    shipment = look.row(Shipment, (subject.site, stop.shipment))
    body = StopBody(
        id=stop.id,
        sequence=stop.sequence,
        shipment=stop.shipment,
        destination=stop.destination,
        state=stop.state,
        number=shipment.number if shipment else "",
        recipient=shipment.recipient if shipment else "",
        asks_code=1 if shipment and shipment.one_time_code else 0,
    )
    return (Draft(ScopeName(subject.site, "round", stop.round), subject.text, _encode(body)),)


def parcel_drafts(look: Look, subject: Subject) -> tuple[Draft, ...]:
    """A parcel that is planned for a round or rides on one, in that round's scope."""
    parcel = look.row(Parcel, (subject.site, subject.id))
    if parcel is None or parcel.round is None:
        return ()
    body = ParcelBody(parcel.id, parcel.code, parcel.state, parcel.shipment, parcel.stop)
    return (Draft(ScopeName(subject.site, "round", parcel.round), subject.text, _encode(body)),)


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
    Grant: Trigger("actor", "id", ("device", "until", "withdrawn_at")),
    Item: Trigger("item", "id", Item.__struct_fields__),
    ItemCode: Trigger("item", "item", ("factor", "level")),
    Shipment: Trigger("shipment", "id", ("state", "number", "priority")),
    ShipmentLine: Trigger("shipment", "shipment", ("quantity", "packed", "cancelled")),
    Unit: Trigger("shipment", "shipment", ("shipment", "code", "kind")),
    Round: Trigger("round", "id", ("name", "date", "van", "state")),
    Stop: Trigger("stop", "id", ("round", "sequence", "shipment", "destination", "state")),
    Parcel: Trigger("parcel", "id", ("code", "state", "shipment", "round", "stop")),
}
"""What is not listed here changes no document."""


def subjects_of(kind: type[Record], before: Any, after: Any) -> set[Subject]:  # noqa: ANN401 - any record.
    """The subjects that a change of one record concerns: its old one and its new one."""
    trigger = TRIGGERS[kind]
    if before is not None and after is not None:
        same = all(getattr(before, name) == getattr(after, name) for name in trigger.fields)
        if same:
            return set()
    return {
        Subject(record.site, trigger.subject, named)
        for record in (before, after)
        if record is not None and (named := getattr(record, trigger.names)) is not None
    }
