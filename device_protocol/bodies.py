"""The bodies of feed documents, as devices read them."""

import msgspec


class Body(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the bodies of documents have in common: frozen, with defaults left out."""


class PackageBody(Body, frozen=True):
    """A piece of pick work, with its lines as they were cut."""

    id: int
    wave: int
    priority: int
    state: str
    fence: int
    package: msgspec.Raw
    holder: int | None = None


class PlaceBody(Body, frozen=True):
    """A location, by its scannable code."""

    id: int
    code: str
    kind: str
    zone: int
    walk: int
    state: str = "open"


class ZoneBody(Body, frozen=True):
    """A part of a site, by what people call it."""

    id: int
    code: str
    name: str = ""


class StoodBody(Body, frozen=True):
    """Units of one stock key that the book expects at a place."""

    quantity: int
    merchant: str = ""
    sku: str = ""
    lot: str = ""
    serial: str = ""


class TaskBody(Body, frozen=True):
    """Work that an exception asks for."""

    id: int
    kind: str
    due: int
    attempt: int = 1
    place: str = ""
    quantity: int | None = None
    owner: int = 0
    sku: str = ""
    lot: str = ""
    serial: str = ""
    raw: str = ""
    shipment: int | None = None
    unit: str = ""
    note: str = ""
    merchant: str = ""
    """Code of the owner, as scans and operations name it."""
    stands: tuple[StoodBody, ...] | None = None
    """What the book expected at the place when the task was last written; of counts alone."""
    occasion: str = ""
    """Why a place is to be counted: planned, exception, zero, check."""
    blind: int = 0
    """1 where who counts is not told what the book expects."""
    not_by: int | None = None
    """Person who must not do it: the one whose count is to be checked."""
    to: str = ""
    """Place that is suggested for the goods."""
    next: tuple[str, ...] = ()
    """Other places for them, the best first."""


class ActorBody(Body, frozen=True):
    """That a person may act on this device until then, offline too."""

    id: int
    person: int
    until: int
    badge: str = ""
    """What the person types to sign in; their badge is this, after `STAFF-` or as it is."""
    supervisor: int = 0
    """1 where the person may approve what only a supervisor may."""


class Code(Body, frozen=True):
    """A barcode of an item at one pack level."""

    code: str
    level: str
    factor: int = 1


class ItemBody(Body, frozen=True):
    """An item as the floor needs it."""

    id: int
    owner: int
    sku: str
    description: str = ""
    lot_capture: str = "never"
    serial_capture: str = "never"
    base_unit: str = "each"
    codes: tuple[Code, ...] = ()
    merchant: str = ""
    """Code of the owner, as scans and operations name it."""
    expiry_capture: str = "never"


class PackLine(Body, frozen=True):
    """So many units of an item, of which so many are packed."""

    position: int
    item: int
    sku: str
    quantity: int
    packed: int
    description: str = ""
    verify: str = "line"
    codes: tuple[Code, ...] = ()
    sorted: int = 0
    """Units that were put into the shipment's slot at the put wall."""
    task: int = 0
    """Its first pick line, where the put wall sorts the shipment."""


class StepBody(Body, frozen=True):
    """A step of added value that a shipment asks for."""

    step: str
    asked: int
    done: int = 0
    personal: str = ""
    """Salted hash of the personal record with its text, as of a gift message."""


class ShipmentBody(Body, frozen=True):
    """What a packer needs of a shipment, and the totes bound to it."""

    id: int
    number: str
    owner: int
    priority: int
    state: str
    lines: tuple[PackLine, ...]
    totes: tuple[str, ...] = ()
    merchant: str = ""
    """Code of the owner, as scans and operations name it."""
    cartons: tuple[str, ...] = ()
    """Codes of the cartons that hold what is left to pack; none where nobody can tell."""
    steps: tuple[StepBody, ...] = ()
    wall: int = 0
    """1 where it is picked in total and sorted at the put wall."""
    coming: tuple[str, ...] = ()
    """Of several totes those that nobody has brought to a bench or staging place yet."""


class AnnouncedLineBody(Body, frozen=True):
    """So many units of an item that were announced, of which so many have come."""

    position: int
    item: int
    sku: str
    quantity: int
    received: int = 0
    description: str = ""
    lot: str = ""
    serial: str = ""
    expiry: str = ""
    unit: str = ""
    """SSCC of the pallet or carton in which it comes."""


class AnnouncedBody(Body, frozen=True):
    """A delivery that a merchant announced and nobody has closed."""

    id: int
    number: str
    owner: int
    lines: tuple[AnnouncedLineBody, ...]
    merchant: str = ""
    """Code of the owner, as scans and operations name it."""
    expected_on: str = ""
    cross_dock: int = 0
    """1 where the goods go on to orders and are not to be stored."""


class TransferLineBody(Body, frozen=True):
    """So many units of an item that one site is to send to another."""

    position: int
    item: int
    sku: str
    quantity: int
    sent: int = 0
    taken: int = 0
    description: str = ""
    lot: str = ""


class TransferBody(Body, frozen=True):
    """A transfer between sites that is not done, as either of the two has heard of it."""

    id: int
    number: str
    origin: int
    target: int
    owner: int
    lines: tuple[TransferLineBody, ...]
    merchant: str = ""
    """Code of the owner, as scans and operations name it."""


class RoundBody(Body, frozen=True):
    """One tour of one van."""

    id: int
    name: str
    date: str
    van: str
    state: str


class StopBody(Body, frozen=True):
    """One door; who lives there is a hash, and the address is nowhere here."""

    id: int
    sequence: int
    shipment: int
    destination: str
    state: str
    number: str = ""
    recipient: str = ""
    asks_code: int = 0
    """1 where the consumer will say a one-time code."""
    check: str = ""
    """What is checked of the person: age_16, age_18, identity; else empty."""
    cash: int = 0
    """What is still to be collected, in the smallest unit of `currency`, an ISO 4217 code."""
    currency: str = ""
    """Also where all of it was taken; empty where nothing was due."""
    kind: str = "deliver"
    """deliver, or collect: a return is to be taken back there."""
    announced: str = ""
    """Number of that return."""


class ParcelBody(Body, frozen=True):
    """A parcel of a round."""

    id: int
    code: str
    state: str
    shipment: int | None = None
    stop: int | None = None
    place: str = ""
    """Where it was last seen, until it is in a van."""


class WorkflowBody(Body, frozen=True):
    """A workflow as a site wants it, ready to be run; what can't be run is left for the own one."""

    name: str
    version: int
    """Stands in what is written as `seen_workflow`."""
    definition: msgspec.Raw
