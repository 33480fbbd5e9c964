"""What devices follow: the documents that records make, and the scopes they stand in.

Each `…_drafts` reads by `Look`, so the same words name what is to be loaded and then make the
documents from it. A subject is a record, or a group of records shown together; it makes no draft
where devices need not know it.
"""

from typing import Literal, NamedTuple

import msgspec
from msgspec.structs import replace

from device_protocol.bodies import (
    ActorBody,
    Code,
    ItemBody,
    PackageBody,
    PackLine,
    PlaceBody,
    RoundBody,
    ShipmentBody,
    StepBody,
    StoodBody,
    StopBody,
    TaskBody,
    WorkflowBody,
    ZoneBody,
)
from server.catalog.dispositions import WAYS
from server.catalog.records import Item, ItemCode
from server.identity.records import Grant, Person
from server.lane.activity import NETWORK
from server.lane.want import Look
from server.ledger.records import (
    LOCATION_KINDS,
    PARTNER,
    Allocation,
    Balance,
    Place,
    Stock,
    Task,
    Unit,
)
from server.merchants.records import Merchant
from server.orders.records import Shipment, ShipmentLine, ShipmentStep
from server.planning import cartons
from server.planning.count_plans import COUNTING
from server.planning.guides import LED
from server.planning.packages import seen_body
from server.planning.records import Package, Slot
from server.planning.storage import Guide
from server.record import Record
from server.sites.records import Workflow, Zone
from server.transport.records import Round, Stop

ScopeKind = Literal["zone", "device", "person", "round", "owner", "site"]
PACK = "pack"
ALL = "all"
TOGETHER = frozenset({"bench", "staging"})
"""Kinds of places where the totes of a shipment are put together."""
TO_PACK = ("released", "picked")
"""States in which a shipment is shown to packers while something is left to pack."""
STANDS_MAX = 100
"""A place with more keys than this is counted without being told what stands there."""
SUPERVISORS = ("supervisor", "admin")


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
    id: int | str

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


def site_scope(site: int) -> ScopeName:
    """The scope of what every device of a site follows, whatever its role and zones."""
    return ScopeName(site, "site", ALL)


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
    if place is None or place.kind not in {*LOCATION_KINDS, PARTNER}:
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
    # The note of what a rule says of goods is the place to which they are brought.
    to, *others = led_to(look, task) or (task.note if task.kind in WAYS else "",)
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
        merchant=merchant_code(look, stock.owner) if stock else "",
        stands=stands_at(look, site, task.place) if is_guided(task) else None,
        occasion=task.occasion,
        blind=1 if task.sight == "blind" else 0,
        not_by=task.not_by,
        to=to,
        next=tuple(others),
    )
    return (Draft(zone_scope(site, place.zone if place else 0), subject.text, _encode(body)),)


def led_to(look: Look, task: Task) -> list[str]:
    """Where the goods of a task are to go, the best place first."""
    guide = look.row(Guide, (task.site, task.id)) if task.kind in LED else None
    if guide is None or guide.target is None:
        return []
    numbers = (guide.target, *map(int, guide.next.split()))
    places = [look.row(Place, (task.site, number)) for number in numbers]
    return [place.code for place in places if place is not None]


def is_guided(task: Task) -> bool:
    """Whether a task asks for a count by somebody who may know what the book expects."""
    return task.kind in COUNTING and task.sight != "blind"


def merchant_code(look: Look, owner: int) -> str:
    """The code of an owner, by which scans and operations name it."""
    merchant = look.row(Merchant, (NETWORK, owner)) if owner else None
    return merchant.code if merchant else ""


def stands_at(look: Look, site: int, place: int | None) -> tuple[StoodBody, ...] | None:
    """What the book expects of known goods at a place; None where it is too much to tell."""
    balances = look.listing(Balance, "by_place", (site, place)) if place is not None else []
    if place is None or len(balances) > STANDS_MAX:
        return None
    stood = []
    for balance in balances:
        stock = look.row(Stock, (site, balance.stock)) if balance.quantity > 0 else None
        item = look.row(Item, (NETWORK, stock.item)) if stock is not None and stock.item else None
        if stock is not None and item is not None:
            owner = merchant_code(look, stock.owner)
            stood.append(StoodBody(balance.quantity, owner, item.sku, stock.lot, stock.serial))
    return tuple(stood)


def actor_drafts(look: Look, subject: Subject) -> tuple[Draft, ...]:
    """A person's right to act, on the device for which it was given."""
    grant = look.row(Grant, (subject.site, subject.id))
    if grant is None or grant.withdrawn_at is not None:
        return ()
    person = look.row(Person, (NETWORK, grant.person))
    body = ActorBody(
        grant.id,
        grant.person,
        grant.until,
        badge=person.code if person else "",
        supervisor=1 if person and person.role in SUPERVISORS else 0,
    )
    return (Draft(device_scope(subject.site, grant.device), subject.text, _encode(body)),)


def item_drafts(look: Look, subject: Subject) -> tuple[Draft, ...]:
    """An item with its codes, in its owner's catalog."""
    item = look.row(Item, (subject.site, subject.id))
    codes = codes_of(look, int(subject.id))
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
        merchant=merchant_code(look, item.owner),
        expiry_capture=item.expiry_capture,
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
    totes = tuple(unit.code for unit in units if unit.kind == "tote")
    slots = look.listing(Slot, "by_shipment", (site, subject.id)) if shipment.wall else []
    steps = steps_of(look, site, shipment.id)
    undone = any(step.done < step.asked for step in steps)
    if not undone and not any(line.quantity - line.cancelled > line.packed for line in lines):
        return ()
    body = ShipmentBody(
        id=shipment.id,
        number=shipment.number,
        owner=shipment.owner,
        priority=shipment.priority,
        state=shipment.state,
        lines=tuple(pack_line(look, line, wall=bool(shipment.wall)) for line in lines),
        totes=(*totes, *(slot.code for slot in slots)),
        wall=shipment.wall,
        coming=coming(look, units) if len(totes) > 1 else (),
        cartons=cartons.suggested(look, site, lines),
        steps=steps,
        merchant=merchant_code(look, shipment.owner),
    )
    return (Draft(zone_scope(site, PACK), subject.text, _encode(body)),)


def coming(look: Look, units: list[Unit]) -> tuple[str, ...]:
    """The totes that nobody has brought to where shipments are put together."""
    found = []
    for unit in units:
        seen = unit.seen_place
        place = look.row(Place, (unit.site, seen)) if seen is not None else None
        if unit.kind == "tote" and (place is None or place.kind not in TOGETHER):
            found.append(unit.code)
    return tuple(found)


def steps_of(look: Look, site: int, shipment: int) -> tuple[StepBody, ...]:
    """The steps of added value that a shipment asks for."""
    steps = look.listing(ShipmentStep, "by_shipment", (site, shipment))
    return tuple(
        StepBody(step.step, step.asked, step.done, step.personal) for step in steps if step.asked
    )


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


def pack_line(look: Look, line: ShipmentLine, *, wall: bool) -> PackLine:
    """One line as the packer verifies it, with its pick line where the put wall sorts it."""
    item = look.row(Item, (NETWORK, line.item))
    picks = look.listing(Allocation, "by_shipment", (line.site, line.shipment)) if wall else []
    return PackLine(
        position=line.position,
        item=line.item,
        sku=item.sku if item else "",
        quantity=line.quantity - line.cancelled,
        packed=line.packed,
        description=item.description if item else "",
        verify=item.verify if item else "line",
        codes=codes_of(look, line.item),
        sorted=line.sorted,
        task=next((pick.id for pick in picks if pick.line == line.position), 0),
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
    delivers = stop.kind == "deliver"
    body = StopBody(
        id=stop.id,
        sequence=stop.sequence,
        shipment=stop.shipment,
        destination=stop.destination,
        state=stop.state,
        number=shipment.number if shipment else "",
        recipient=shipment.recipient if shipment else "",
        asks_code=1 if shipment and delivers and shipment.one_time_code else 0,
        check=shipment.door_check if shipment and delivers else "",
        cash=max(0, shipment.cash_due - stop.paid) if shipment and delivers else 0,
        currency=shipment.currency if shipment and delivers else "",
        kind=stop.kind,
        announced=stop.announced,
    )
    return (Draft(ScopeName(subject.site, "round", stop.round), subject.text, _encode(body)),)


def workflow_drafts(look: Look, subject: Subject) -> tuple[Draft, ...]:
    """A workflow as the site wants it, for everybody there: couriers follow no zone."""
    workflow = look.row(Workflow, (subject.site, subject.id))
    if workflow is None:
        return ()
    body = WorkflowBody(workflow.name, workflow.version, msgspec.Raw(workflow.definition))
    return (Draft(site_scope(subject.site), subject.text, _encode(body)),)


def zone_drafts(look: Look, subject: Subject) -> tuple[Draft, ...]:
    """A zone, for everybody at its site: who follows other zones is sent there all the same."""
    zone = look.row(Zone, (subject.site, subject.id))
    if zone is None:
        return ()
    body = ZoneBody(zone.id, zone.code, zone.name)
    return (Draft(site_scope(subject.site), subject.text, _encode(body)),)
