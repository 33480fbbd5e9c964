"""What the interpreter may look up: the documents of a device, or the server for a terminal.

Nothing here waits or writes. An answer may be old or missing: the floor is right, and the
interpreter asks instead of refusing.
"""

from collections.abc import Sequence
from typing import Protocol

import msgspec


class Work(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What the person has taken on; each part only where the workflow has one."""

    package: int | None = None
    fence: int | None = None
    mode: str = ""
    """`batch` where totes are shared by shipments, else each shipment has its own."""
    announced: str = ""
    shipment: int | None = None
    round: int | None = None
    van: str = ""
    bench: str = ""
    stop: int | None = None
    """Door at which something is collected."""
    site: int | None = None
    activity: str = ""
    seen_task: int | None = None
    seen_catalog: int | None = None


class Instead(msgspec.Struct, frozen=True, omit_defaults=True):
    """What may be taken in place of an item that is not found, and where it stands."""

    item: str
    description: str = ""
    codes: tuple[str, ...] = ()
    place: str = ""


class Line(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A piece of planned work: a pick line, an announced item, a parcel to be loaded."""

    task: int
    quantity: int = 1
    """Units that are open as far as the document knows."""
    place: str = ""
    planned: str = ""
    """Where it was planned, if it is sought at another place."""
    to: str = ""
    owner: str = ""
    item: str = ""
    description: str = ""
    codes: tuple[str, ...] = ()
    lot: str = ""
    serial: str = ""
    expiry: str = ""
    unit: str = ""
    whole: int = 0
    """Units that are announced in `unit`, come or not; 0 where no unit is named."""
    shipment: int | None = None
    number: str = ""
    """The shipment's number, as people say it."""
    stop: int | None = None
    asks_code: bool = False
    check: str = ""
    """What is checked of the person at the door: age_16, age_18, identity."""
    due: int = 0
    """Money that is to be collected there, in the smallest unit of `currency`."""
    currency: str = ""
    verify: str = "line"
    """One scan per `line`, or one per `unit`."""
    carton: str = ""
    """Carton that is suggested for what is left to pack of its shipment."""
    steps: str = ""
    """Steps of added value that its shipment asks for and that nobody did, as people read them."""
    next: tuple[str, ...] = ()
    """Other places where it stands, or may be put, the best first."""
    instead: tuple[Instead, ...] = ()
    """What may be taken in its place, the best first."""
    wanted: str = ""
    """SKU that was wanted, where this is taken in its place."""
    spans: bool = False
    """Whether the shipment's tote may come from another zone with goods in it."""
    then: str = ""
    """Where the shipment's tote goes once the work is done; empty if nobody said so."""
    leaves: int = -1
    """Units of it that the place keeps, as it was planned; 0 leaves it empty, -1 is unknown."""
    occasion: str = ""
    """Why the place is to be counted: planned, exception, zero, check."""
    attempt: int = 1
    """Which count of the place it is: 1 the first, 2 the recount."""
    sight: str = ""
    """blind: who counts is not told what the book expects."""


class Meaning(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """An item at one pack level, as one of the meanings of a barcode."""

    code: str
    owner: str = ""
    item: str = ""
    description: str = ""
    level: str = "each"
    factor: int = 1
    lot_capture: str = "never"
    serial_capture: str = "never"
    expiry_capture: str = "never"


class PlaceSeen(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A place as the documents know it."""

    code: str
    kind: str = "bin"
    state: str = "open"


class UnitSeen(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A tote, parcel or pallet as the documents know it."""

    code: str
    kind: str = "unit"
    state: str = "open"
    shipment: int | None = None
    place: str = ""


class Stood(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What the book expects to stand at a place."""

    item: str
    owner: str = ""
    lot: str = ""
    serial: str = ""
    quantity: int = 0


class Badge(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A person's badge and the grant by which the person may act on this device."""

    grant: str
    name: str = ""
    supervisor: bool = False


class View(Protocol):
    """The documents, read only."""

    def lines(self, work: Work) -> Sequence[Line]:
        """Return the lines of a piece of work, in the order in which they are walked."""
        ...

    def meanings(self, code: str) -> Sequence[Meaning]:
        """Return every item and pack level that a barcode may mean."""
        ...

    def place(self, code: str) -> PlaceSeen | None:
        """Return a place by its code."""
        ...

    def unit(self, code: str) -> UnitSeen | None:
        """Return a handling unit by its code."""
        ...

    def badge(self, code: str) -> Badge | None:
        """Return whose badge it is, if that person may act on this device."""
        ...

    def stood(self, place: str) -> Sequence[Stood] | None:
        """Return what the book expects at a place; None if the device does not know."""
        ...

    def in_question(self, place: str) -> bool:
        """Tell whether a count of a place or unit is asked for and nobody has made it yet."""
        ...

    def serial_used(self, owner: str, item: str, serial: str) -> bool:
        """Tell whether a serial is known to be elsewhere already."""
        ...

    def today(self) -> str:
        """Return the date, `YYYY-MM-DD`, as far as it is known; else an empty text."""
        ...
