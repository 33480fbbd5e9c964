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


class ActorBody(Body, frozen=True):
    """That a person may act on this device until then, offline too."""

    id: int
    person: int
    until: int


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


class ShipmentBody(Body, frozen=True):
    """What a packer needs of a shipment, and the totes bound to it."""

    id: int
    number: str
    owner: int
    priority: int
    state: str
    lines: tuple[PackLine, ...]
    totes: tuple[str, ...] = ()


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


class ParcelBody(Body, frozen=True):
    """A parcel of a round."""

    id: int
    code: str
    state: str
    shipment: int | None = None
    stop: int | None = None
