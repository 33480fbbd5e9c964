"""The rows of the book."""

from typing import ClassVar

from server.record import Index, Record

SUPPLIER = 1
CONSUMER = 2
CARRIER = 3
ADJUSTMENT = 4
SCRAP = 5
LOST = 6
WORK = 7
ARRIVED = 8
"""Left this site on a transfer, and another has said that they arrived there."""
SAFE = 9
"""Where money goes that was handed over at no cash desk with a code."""
REMITTED = 10
"""Where money goes that was paid out to the merchants for whom it was collected."""
VIRTUAL_NAMES = {
    SUPPLIER: "supplier",
    CONSUMER: "consumer",
    CARRIER: "carrier",
    ADJUSTMENT: "adjustment",
    SCRAP: "scrap",
    LOST: "lost and found",
    WORK: "work",
    ARRIVED: "arrived elsewhere",
    SAFE: "safe",
    REMITTED: "paid out",
}
TRANSIT = 1_000
"""In transit to or from site n is place 1,000 + n."""
PARTNERS = 500_000
"""A partner with whom returnable units are exchanged is a place between this and `LAST_VIRTUAL`."""
LAST_VIRTUAL = 1_000_000
"""Virtual places are well known; real ones have ids beyond, from the site's counter."""

LOCATION_KINDS = ("bin", "dock", "bench", "staging", "van")
PARTNER = "partner"
UNIT_KINDS = ("tote", "carton", "pallet", "cage", "parcel")


class Place(Record, frozen=True):
    """Where stock can be: a location or a handling unit, by its scannable code."""

    TABLE = "place"
    KEY = ("site", "id")
    INDEXES: ClassVar[dict[str, Index]] = {
        "by_code": Index(("site", "code")),
        "by_kind": Index(("site", "kind")),
        "by_zone": Index(("site", "zone")),
    }

    site: int
    id: int
    code: str
    kind: str
    zone: int = 0
    walk: int = 0
    """Position on the walking path through the site."""
    state: str = "open"
    owner: int = 0
    use: str = ""
    """What stands there: pick, reserve, dock, returns, quarantine, outbound; empty is anything.

    Staging places: handover (totes that its zone takes on), packing (those that are to be packed).
    """
    size: str = ""
    """Class of its size, as the site calls it."""
    units_max: int = 0
    """Base units that it has room for; a handling unit counts as one, 0 is no limit."""
    mixing: str = "any"
    """What may stand together: any, item (one item of one owner), lot (one lot of it)."""


class Intake(Record, frozen=True):
    """That something has moved at an intake since putting away from there was planned last."""

    TABLE = "intake"
    KEY = ("site", "place")

    site: int
    place: int
    marked_at: int
    """Point of the floor order of what moved first, ms."""


class Unit(Record, frozen=True):
    """A handling unit: at once a place and a piece of stock of quantity 1."""

    TABLE = "unit"
    KEY = ("site", "id")
    INDEXES: ClassVar[dict[str, Index]] = {"by_shipment": Index(("site", "shipment"))}

    site: int
    id: int
    code: str
    kind: str
    stock: int
    """Its own stock key."""
    seen_place: int | None = None
    """Where it was last seen by the floor order; a projection that changes no balance."""
    seen_at: int = 0
    seen_stream: int = 0
    seen_epoch: int = 0
    shipment: int | None = None
    state: str = "open"
    measured_g: int | None = None
    round: int | None = None


class Stock(Record, frozen=True):
    """A stock key: owner, item, lot, serial, condition, customs; or a unit; or an unknown scan."""

    TABLE = "stock"
    KEY = ("site", "id")
    INDEXES: ClassVar[dict[str, Index]] = {
        "by_sign": Index(("site", "sign")),
        "by_item": Index(("site", "owner", "item")),
    }

    site: int
    id: int
    sign: str
    """All parts in one text: two keys are the same if their signs are."""
    owner: int = 0
    item: int = 0
    lot: str = ""
    serial: str = ""
    condition: str = "good"
    customs: str = "free"
    unit: int | None = None
    raw: str = ""
    discrepancy: int | None = None
    """Open discrepancy of a single piece that stands in two places."""

    @property
    def single(self) -> bool:
        """Whether there is only one such piece in the world."""
        return self.unit is not None or self.serial != ""


class Lot(Record, frozen=True):
    """What is known of a lot: its date as last said in the floor order, and its first receipt.

    What a label said stays said when the units are taken back; another label says otherwise.
    """

    TABLE = "lot"
    KEY = ("site", "owner", "item", "lot")
    INDEXES: ClassVar[dict[str, Index]] = {"by_item": Index(("site", "owner", "item"))}

    site: int
    owner: int
    item: int
    lot: str
    received_at: int
    """The earliest point of the floor order at which it was seen, ms."""
    expiry: str = ""
    """Best before or use by, `YYYY-MM-DD`; empty is unknown."""
    said_at: int = 0
    """Point of the floor order at which the date was said; likewise stream and epoch."""
    said_stream: int = 0
    said_epoch: int = 0


class Movement(Record, frozen=True):
    """So many units of a key from one place to another, or from one key to another at one place."""

    TABLE = "movement"
    KEY = ("site", "number")
    INDEXES: ClassVar[dict[str, Index]] = {
        "from_place": Index(("site", "source"), at_least="occurred_at", derived=True),
        "to_place": Index(("site", "target"), at_least="occurred_at", derived=True),
    }
    APPEND_ONLY = True

    site: int
    number: int
    source: int
    target: int
    stock: int
    stock_to: int
    quantity: int
    stream: int
    epoch: int
    seq: int
    occurred_at: int
    """Point of the floor order: the middle of the interval, ms."""
    uncertainty: int
    cause: str = "fact"
    """fact, count, absorbed (a count had already seen the goods), undo, correction."""
    mends: int | None = None


class Balance(Record, frozen=True):
    """Units of a key at a place: the sum of its movements."""

    TABLE = "balance"
    KEY = ("site", "place", "stock")
    INDEXES: ClassVar[dict[str, Index]] = {
        "by_place": Index(("site", "place")),
        "by_stock": Index(("site", "listed")),
    }

    site: int
    place: int
    stock: int
    quantity: int = 0
    adjusted: int = 0
    """What counts have added to the sum of reported facts."""
    allocated: int = 0
    discrepancy: int | None = None
    """The open discrepancy that explains a quantity below zero."""
    listed: int | None = None
    """The stock key, at locations and for single pieces only: totes are not searched by key."""


class CountLine(Record, frozen=True):
    """What a count found of one key (stock 0: the count is complete) at one place and moment."""

    TABLE = "count_line"
    KEY = ("site", "place", "stock", "occurred_at", "stream", "epoch")
    INDEXES: ClassVar[dict[str, Index]] = {"by_place": Index(("site", "place"), at_least="latest")}

    site: int
    place: int
    stock: int
    occurred_at: int
    stream: int
    epoch: int
    seq: int
    latest: int
    """End of the count's interval, ms."""
    uncertainty: int
    quantity: int
    book: int
    """What the book held for that point when the count was decided."""
    adjusted: int
    """What makes the facts up to that point equal the counted quantity."""
    state: str = "live"
    """live, claimed (its time is only claimed), aside (counted again at once); void (undone).

    All but live post nothing.
    """
    recounts: int = 0
    told: str = ""
    """listed: somebody named the key; empty: the count was complete and did not name it."""
    occasion: str = ""
    """planned, exception, zero, check, or tote (an empty one was started), as far as known."""
    attempt: int = 1
    """1 is the first count, 2 the recount, and so on."""
    sight: str = ""
    """blind, or guided by what the book expects."""
    actor: int | None = None
    """Grant of the person."""
    task: int | None = None


class Recount(Record, frozen=True):
    """That a count has been asked for again: once, whatever the number of reasons."""

    TABLE = "recount"
    KEY = ("site", "place", "occurred_at", "stream", "epoch")

    site: int
    place: int
    occurred_at: int
    stream: int
    epoch: int
    task: int


class Discrepancy(Record, frozen=True):
    """An open question where the book and the floor differ."""

    TABLE = "discrepancy"
    KEY = ("site", "id")
    INDEXES: ClassVar[dict[str, Index]] = {"by_open": Index(("site", "open"))}

    site: int
    id: int
    kind: str
    """negative, short, two_places, serial_over_one, coarse, count_variance, surplus, misroute."""
    place: int
    stock: int
    expected: str
    actual: str
    opened_at: int
    opened_by: str
    """Operation as stream/epoch/seq."""
    deadline: int
    open: int | None = 1
    closed_at: int | None = None
    closed_by: str = ""
    note: str = ""
    cause: str = ""
    """Why book and floor differed, as whoever closed it says; a note may be deleted one day."""
    explained_by: str = ""
    """The operation that shows it, as stream/epoch/seq."""


class Task(Record, frozen=True):
    """Work that an exception asks for: a count, a put-back, an unpacking, a review."""

    TABLE = "task"
    KEY = ("site", "id")
    INDEXES: ClassVar[dict[str, Index]] = {"by_open": Index(("site", "open"))}

    site: int
    id: int
    kind: str
    opened_at: int
    opened_by: str
    due: int
    place: int | None = None
    stock: int | None = None
    quantity: int | None = None
    shipment: int | None = None
    unit: int | None = None
    discrepancy: int | None = None
    attempt: int = 1
    occasion: str = ""
    """Why something is to be counted: planned, exception, zero, check."""
    sight: str = ""
    """blind: who counts is not told what the book expects."""
    not_by: int | None = None
    """Person who must not do it."""
    open: int | None = 1
    closed_at: int | None = None
    closed_by: str = ""
    note: str = ""


class Hold(Record, frozen=True):
    """Stock that may not be allocated, picked, loaded, delivered: all selectors given match."""

    TABLE = "hold"
    KEY = ("site", "id")
    INDEXES: ClassVar[dict[str, Index]] = {"by_open": Index(("site", "open"))}

    site: int
    id: int
    reason: str
    opened_at: int
    opened_by: str
    owner: int | None = None
    item: int | None = None
    lot: str | None = None
    serial: str | None = None
    place: int | None = None
    unit: int | None = None
    open: int | None = 1
    closed_at: int | None = None
    closed_by: str = ""


class Allocation(Record, frozen=True):
    """Units promised to a shipment's line at a place: the hard allocation is the pick line."""

    TABLE = "allocation"
    KEY = ("site", "id")
    INDEXES: ClassVar[dict[str, Index]] = {
        "by_shipment": Index(("site", "shipment")),
        "by_package": Index(("site", "package")),
        "by_place": Index(("site", "pending_place")),
    }

    site: int
    id: int
    shipment: int
    line: int
    place: int
    stock: int
    quantity: int
    package: int | None
    sequence: int
    """Position in the package, by walking path."""
    pending_place: int | None
    """The place while something is still to be picked there."""
    picked: int = 0
    short: int = 0
    state: str = "pending"
    """pending, settled, voided."""
