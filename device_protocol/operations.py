"""The operations a device writes: one line of JSON each, facts and intents.

A *fact* says what a person did and is never refused; an *intent* asks for something and may be.
Fields that hold their default are left out of the line. Quantities are whole base units; times are
milliseconds on the device's monotonic clock, counted per boot; codes are strings as scanned. No
personal data stands in a line: names and pictures are records of their own, named here by salted
hash.
"""

from typing import ClassVar

import msgspec

QUANTITY_MAX = 1_000_000
LINE_BYTES_MAX = 65_536
DEVICE_LINE_BYTES_MAX = 8_192


class Scan(msgspec.Struct, frozen=True, omit_defaults=True):
    """One scan as the reader gave it; `entry` is scanner, camera, keyed or chosen."""

    text: str
    symbology: str = ""
    entry: str = "scanner"


class Pack(msgspec.Struct, frozen=True, omit_defaults=True):
    """Packs counted by their code: `count` packs of `factor` base units each, as shown."""

    code: str
    count: int
    factor: int


class Origin(msgspec.Struct, frozen=True):
    """Where a line stood before a fork: the server recognises by it what it has already taken."""

    epoch: int
    seq: int
    hash: str


class Operation(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="kind", kw_only=True):
    """What every operation may say about who, where, when and by what right."""

    intent: ClassVar[bool] = False

    version: int = 1
    site: int | None = None
    """Site where it happened; None is the device's home site."""
    actor: str = ""
    """Offline grant of the person, as issued to this device."""
    witness: str = ""
    approved_by: str = ""
    shift: str = ""
    package: int | None = None
    fence: int | None = None
    """Fencing number of the lease under which the work was done."""
    seen_task: int | None = None
    """Version of the task document that the device had; likewise catalog and workflow."""
    seen_catalog: int | None = None
    seen_workflow: int | None = None
    scans: tuple[Scan, ...] = ()
    suggested: str = ""
    """Place that was suggested, where another was used."""
    reason: str = ""
    began: int | None = None
    ended: int = 0
    boot: int = 0
    activity: str = ""
    """Groups the lines of one receipt, count or stop."""
    temperature_dc: int | None = None
    """Tenths of a degree Celsius."""
    attachments: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()
    """Salted hashes of personal records."""
    again: Origin | None = None


class Goods(Operation, frozen=True, omit_defaults=True, kw_only=True):
    """Units of a stock key; any part left empty is unknown, or is what the named task says."""

    quantity: int
    code: str = ""
    """Barcode that tells the item, where neither task nor `item` does."""
    owner: str = ""
    item: str = ""
    """The owner's SKU."""
    lot: str = ""
    serial: str = ""
    condition: str = ""
    customs: str = ""
    expiry: str = ""
    """Best before or use by, `YYYY-MM-DD`."""
    packs: tuple[Pack, ...] = ()
    measured_g: int | None = None


class Receive(Goods, frozen=True, omit_defaults=True, kw_only=True, tag="receive"):
    """Goods arrived and stand at `to` (a dock, bin or handling unit); `announced` names an ASN."""

    to: str
    announced: str = ""


class Move(Goods, frozen=True, omit_defaults=True, kw_only=True, tag="move"):
    """Goods went from `source` to `to`."""

    source: str
    to: str


class MoveUnit(Operation, frozen=True, omit_defaults=True, kw_only=True, tag="move_unit"):
    """A handling unit with all in it went to `to`; `source` is where it was taken, if known."""

    unit: str
    to: str
    source: str = ""


class StartTote(Operation, frozen=True, omit_defaults=True, kw_only=True, tag="start_tote"):
    """An empty tote was put on the cart: a complete count of zero. `shipment` binds it at once."""

    unit: str
    shipment: int | None = None


class Pick(Goods, frozen=True, omit_defaults=True, kw_only=True, tag="pick"):
    """Units went from bin `source` into tote `to` for pick lines `tasks`, filled in that order."""

    source: str
    to: str
    tasks: tuple[int, ...] = ()
    instead: str = ""
    """SKU that was wanted, where this one was taken in its place."""


class ShortPick(Goods, frozen=True, omit_defaults=True, kw_only=True, tag="short_pick"):
    """`quantity` units of the pick lines `tasks` were not found at `source`; `reason` says why."""

    source: str
    tasks: tuple[int, ...] = ()


class Bind(Operation, frozen=True, omit_defaults=True, kw_only=True, tag="bind"):
    """A handling unit, or units in it, now belong to a shipment."""

    unit: str
    shipment: int


class CountLine(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What was counted of one full stock key, or that a handling unit stands there."""

    quantity: int
    code: str = ""
    owner: str = ""
    item: str = ""
    lot: str = ""
    serial: str = ""
    condition: str = ""
    customs: str = ""
    unit: str = ""


class Count(Operation, frozen=True, omit_defaults=True, kw_only=True, tag="count"):
    """At this moment `place` held `lines`; what is not listed is zero only if `complete`."""

    place: str
    lines: tuple[CountLine, ...] = ()
    complete: bool = False
    task: int | None = None
    occasion: str = ""
    """Why it was counted: planned, exception, zero (a place seen empty) or check, if known.

    again: this figure was counted again on the spot; it is kept and posts nothing.
    """
    attempt: int = 1
    """1 is the first count, 2 the recount, and so on."""
    blind: bool = False
    """Whether the person did not see what the book expects."""


class PackItem(Goods, frozen=True, omit_defaults=True, kw_only=True, tag="pack"):
    """Units went from tote or place `source` into parcel `unit` of `shipment`."""

    source: str
    unit: str
    shipment: int


class Seal(Operation, frozen=True, omit_defaults=True, kw_only=True, tag="seal"):
    """Parcel `unit` was closed and labelled, and stands at bench `at`."""

    unit: str
    shipment: int
    at: str = ""
    packaging: str = ""
    measured_g: int | None = None
    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None


class OpenManifest(Operation, frozen=True, omit_defaults=True, kw_only=True, tag="open_manifest"):
    """Loading of van `van` for `round` began."""

    round: int
    van: str


class Load(Operation, frozen=True, omit_defaults=True, kw_only=True, tag="load"):
    """Parcel `unit` was put into van `to`; `source` is where it stood, as far as known."""

    unit: str
    to: str
    source: str = ""
    round: int | None = None


class CloseManifest(Operation, frozen=True, omit_defaults=True, kw_only=True, tag="close_manifest"):
    """Loading ended; `loaded` parcels stood in the van by the device's own count."""

    round: int
    van: str
    loaded: int = 0


class Deliver(Operation, frozen=True, omit_defaults=True, kw_only=True, tag="deliver"):
    """Parcel `unit` was handed over: to a `person`, a `neighbour` or a `place`.

    `typed` is the one-time code as typed at the door; the device knows neither code nor hash of it.
    """

    unit: str
    source: str
    to: str = "person"
    stop: int | None = None
    typed: str = ""
    arrived: int | None = None
    """Monotonic milliseconds at which the courier arrived at the stop."""
    taken: int = 0
    """Money taken for it, in the smallest unit of `currency`, which is its ISO 4217 code."""
    currency: str = ""


class FailDelivery(Operation, frozen=True, omit_defaults=True, kw_only=True, tag="fail_delivery"):
    """An attempt to deliver `unit` failed for `reason`; the parcel stays in the van."""

    unit: str
    stop: int | None = None
    next_date: str = ""
    arrived: int | None = None


class BringBack(Operation, frozen=True, omit_defaults=True, kw_only=True, tag="bring_back"):
    """Parcel `unit` came back from van `source` and stands at `to`."""

    unit: str
    source: str
    to: str


class Undo(Operation, frozen=True, omit_defaults=True, kw_only=True, tag="undo"):
    """The operation at (`epoch`, `seq`) of this device did not happen; `epoch` None is this one."""

    seq: int
    epoch: int | None = None


class VoidNumber(Operation, frozen=True, omit_defaults=True, kw_only=True, tag="void_number"):
    """A number of the device's block was spoiled and will never be used."""

    number: str


class Clock(Operation, frozen=True, omit_defaults=True, kw_only=True, tag="clock"):
    """The server's clock read `server` ms at monotonic `ended`; the call took `round_trip` ms."""

    server: int | None = None
    round_trip: int = 0
    wall: int = 0
    """The device's own wall clock, ms; never trusted, kept for the record."""


class Seen(Operation, frozen=True, omit_defaults=True, kw_only=True, tag="seen"):
    """The replica holds `scope` up to version `cursor`."""

    scope: str
    cursor: int


class Claim(Operation, frozen=True, omit_defaults=True, kw_only=True, tag="claim"):
    """Asks for the lease of work package `work`; worth answering for `valid_for_ms`."""

    intent: ClassVar[bool] = True

    work: int
    valid_for_ms: int = 60_000


class Renew(Operation, frozen=True, omit_defaults=True, kw_only=True, tag="renew"):
    """Asks to hold a lease longer; raises no fence."""

    intent: ClassVar[bool] = True

    work: int
    valid_for_ms: int = 60_000


class HandBack(Operation, frozen=True, omit_defaults=True, kw_only=True, tag="hand_back"):
    """Gives a lease up, done or not."""

    intent: ClassVar[bool] = True

    work: int
    valid_for_ms: int = 60_000


class TakeNumbers(Operation, frozen=True, omit_defaults=True, kw_only=True, tag="take_numbers"):
    """Asks for a block of `count` SSCC serials to use offline."""

    intent: ClassVar[bool] = True

    count: int = 1_000
    valid_for_ms: int = 60_000
