"""Rows of planned work: waves, the packages they are cut into, and who holds them."""

from typing import ClassVar

from server.record import Index, Record


class Wave(Record, frozen=True):
    """Orders released together."""

    TABLE = "wave"
    KEY = ("site", "id")

    site: int
    id: int
    name: str
    released_at: int
    released_by: str
    shipments: int = 0
    cut_off: int | None = None
    """Until when it must be out, ms, where a rule released it."""


class Package(Record, frozen=True):
    """A piece of pick work for one person with one cart, and the lease under which it is held."""

    TABLE = "package"
    KEY = ("site", "id")
    INDEXES: ClassVar[dict[str, Index]] = {"by_state": Index(("site", "open"))}

    site: int
    id: int
    wave: int
    zone: int
    priority: int
    lines: int
    left: int
    """Pick lines still open."""
    body: bytes
    """The lines as devices need them, encoded once when the package is cut."""
    state: str = "ready"
    """ready, leased, done."""
    fence: int = 0
    """Raised by each takeover."""
    holder: int | None = None
    """Device that holds the lease."""
    actor: str = ""
    leased_at: int | None = None
    lease_until: int | None = None
    """Server time, ms, at which the lease ends."""
    open: int | None = 1


class NumberRange(Record, frozen=True):
    """Where the next block of SSCC serials begins."""

    TABLE = "number_range"
    KEY = ("site", "prefix")
    INDEXES: ClassVar[dict[str, Index]] = {"by_site": Index(("site",))}

    site: int
    prefix: str
    next: int


class Voided(Record, frozen=True):
    """A number that was spoiled: never used again."""

    TABLE = "voided_number"
    KEY = ("site", "number")

    site: int
    number: str
    operation: str


class Undone(Record, frozen=True):
    """That an operation was undone, and by which of the same device: once."""

    TABLE = "undone"
    KEY = ("site", "stream", "epoch", "seq")

    site: int
    stream: int
    epoch: int
    seq: int
    by_epoch: int
    by_seq: int


class Resolution(Record, frozen=True):
    """That what no fact closes was closed: a parked line, an order conflict, an incident."""

    TABLE = "resolution"
    KEY = ("site", "subject", "name")
    APPEND_ONLY = True

    site: int
    subject: str
    """parked, conflict, incident."""
    name: str
    """Operation as stream/epoch/seq, or the id of the row."""
    resolved_at: int
    resolved_by: str
    """Operation of the desk as stream/epoch/seq; its line names the person."""
    note: str = ""
    decision: bytes | None = None
    """Outcome of a parked line that was decided later; None where it was set aside."""


class Reconsidered(Record, frozen=True):
    """Which program has tried all parked lines of a site again; no part of the book."""

    TABLE = "reconsidered"
    KEY = ("site",)

    site: int
    program: str
    at: int


class Carton(Record, frozen=True):
    """A kind of box in which a site packs parcels, measured inside."""

    TABLE = "carton"
    KEY = ("site", "code")
    INDEXES: ClassVar[dict[str, Index]] = {"by_site": Index(("site",))}

    site: int
    code: str
    length_mm: int
    width_mm: int
    height_mm: int
    weight_g_max: int
    """What it may hold at most."""
    own_g: int
    """What it weighs empty."""
    state: str = "open"
    """open, retired."""


class WorkDone(Record, frozen=True):
    """That a step of added value was done so many times: an input of billing.

    The quantity of a row that takes another back is below zero, so the rows are summed.
    """

    TABLE = "work_done"
    KEY = ("site", "id")
    APPEND_ONLY = True

    site: int
    id: int
    step: str
    quantity: int
    shipment: int | None
    unit: int | None
    """The parcel or tote."""
    owner: int
    """0 where nobody said whose it is."""
    task: int | None
    stream: int
    epoch: int
    seq: int
    occurred_at: int


class PlaceCount(Record, frozen=True):
    """When a place was last counted whole, and who was asked to look into it when it emptied."""

    TABLE = "place_count"
    KEY = ("site", "place")
    INDEXES: ClassVar[dict[str, Index]] = {"by_site": Index(("site",))}

    site: int
    place: int
    counted_at: int = 0
    """Point of the latest live complete count, ms; 0 is never."""
    emptied_at: int = 0
    """Point of the pick that asked for a look into it, ms."""
    asked: int | None = None
    """Task of that look."""


class CountRule(Record, frozen=True):
    """What a site counts every day by itself."""

    TABLE = "count_rule"
    KEY = ("site", "name")
    INDEXES: ClassVar[dict[str, Index]] = {"by_state": Index(("site", "open"))}

    site: int
    name: str
    zone: str
    owner: str
    item: str
    rank: str
    days: int
    """Only places that were not counted for so many days."""
    places_max: int
    """Places a day."""
    sight: str
    next_at: int
    """When it plans the next time, ms."""
    open: int | None = 1


class CountPolicy(Record, frozen=True):
    """How a site counts."""

    TABLE = "count_policy"
    KEY = ("site",)

    site: int
    zero_check: str = "off"
    """on: a pick that takes the last unit of a key, by the book, asks for a look into the bin."""
    units_off_max: int | None = None
    """A difference of more units of one key asks another person to count again."""
    minor_off_max: int | None = None
    """Likewise of more value, in hundredths of the site's currency."""


class ItemClass(Record, frozen=True):
    """How much an item matters at a site, and what a unit is worth there, from a time on."""

    TABLE = "item_class"
    KEY = ("site", "item", "since")
    INDEXES: ClassVar[dict[str, Index]] = {
        "by_item": Index(("site", "item")),
        "by_rank": Index(("site", "current")),
    }

    site: int
    item: int
    since: int
    owner: int
    rank: str
    """A, B, C, or empty."""
    value_minor: int | None
    """Value of a unit in hundredths of the site's currency, if known."""
    current: str | None
    """The rank while nothing newer holds."""


class WaveRule(Record, frozen=True):
    """What of the waiting shipments is released by itself before each cut-off."""

    TABLE = "wave_rule"
    KEY = ("site", "name")
    INDEXES: ClassVar[dict[str, Index]] = {"by_open": Index(("site", "open"))}

    site: int
    name: str
    cut_off: str
    """`HH:MM` on the site's clock."""
    lead_min: int
    """So many minutes before the cut-off they are released."""
    days: str = "1234567"
    """Days of the week, Monday is 1."""
    destinations: str = ""
    """Parted by line breaks; none named means all. Likewise channels; owners are ids."""
    channels: str = ""
    owners: str = ""
    shipments_max: int = 0
    """Of one wave; 0 is no limit."""
    mode: str = ""
    reached: int = 0
    """Cut-off, ms, of the last release; those before the rule was put count as reached."""
    open: int | None = 1
    carriers: str = ""
    """By code; `-` are the shipments that name none."""


class WorkRule(Record, frozen=True):
    """How many people pick in a zone, and how long the parts of their work take."""

    TABLE = "work_rule"
    KEY = ("site", "zone")
    INDEXES: ClassVar[dict[str, Index]] = {"by_site": Index(("site",))}

    site: int
    zone: int
    """0 holds for zones without a rule of their own."""
    pickers: int
    """0 where nobody said."""
    step_ms: int
    """Time for one step of the path."""
    line_ms: int
    unit_ms: int
    package_ms_min: int
    """Less work than this is not worth a package of its own."""


class Verdict(Record, frozen=True):
    """What a person said of goods: they came back, are of another condition, or left for good."""

    TABLE = "verdict"
    KEY = ("site", "operation")
    INDEXES: ClassVar[dict[str, Index]] = {"by_time": Index(("site",), at_least="occurred_at")}

    site: int
    operation: str
    """Operation as stream/epoch/seq."""
    kind: str
    """returned, graded, discarded."""
    occurred_at: int
    """Point of the floor order, ms."""
    uncertainty: int
    recorded_at: int
    place: int
    stock: int
    """The key that the goods have since."""
    owner: int
    item: int
    quantity: int
    condition: str
    before: str = ""
    """Condition before, where it was graded."""
    disposition: str = ""
    """restock, quarantine, repair, scrap, recycle."""
    step: str = ""
    reason: str = ""
    liable: str = ""
    announced: str = ""
    """Number of the return, as the person said it; likewise channel and parcel."""
    channel: str = ""
    parcel: str = ""
    task: int | None = None
    """Asks to bring the goods where they belong."""
    hold: int | None = None
    """Keeps good units from being sold that are not to be."""
    state: str = "live"
    """live, void (undone)."""


class Substituted(Record, frozen=True):
    """That units of another item were picked for a pick line, in place of what was wanted."""

    TABLE = "substituted"
    KEY = ("site", "task", "item")
    INDEXES: ClassVar[dict[str, Index]] = {"by_approval": Index(("site", "approval"))}

    site: int
    task: int
    """The pick line that wanted something else."""
    item: int
    """What was taken."""
    shipment: int
    wanted: int
    """Position of the shipment's line that wanted something else."""
    line: int
    """Position of the line under which it is shipped."""
    allocation: int
    quantity: int
    rule: str
    """As its owner put it: free, ask; none where the owner names no such substitute."""
    state: str = "taken"
    """taken, approved, rejected."""
    approval: int | None = None
    """The task by which a supervisor decides."""


class Slot(Record, frozen=True):
    """A slot of the put wall, which is a location, and the shipment that is sorted into it."""

    TABLE = "wall_slot"
    KEY = ("site", "place")
    INDEXES: ClassVar[dict[str, Index]] = {"by_shipment": Index(("site", "shipment"))}

    site: int
    place: int
    code: str
    shipment: int | None


class KitPromise(Record, frozen=True):
    """Units of a part that are promised to kits that were ordered and are still to be made."""

    TABLE = "kit_promise"
    KEY = ("site", "task", "item")
    INDEXES: ClassVar[dict[str, Index]] = {"by_task": Index(("site", "task"))}

    site: int
    task: int
    item: int
    owner: int
    each: int
    """Units that one kit takes."""
    promised: int
    missing: int
    """Units that were not found for any of the kits."""
