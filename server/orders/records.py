"""Rows of orders (the network's) and shipments (a site's)."""

from typing import ClassVar

from server.record import Index, Record


class Order(Record, frozen=True):
    """What a merchant's channel asked for; the number is unique per owner and channel."""

    TABLE = "customer_order"
    KEY = ("site", "id")
    INDEXES: ClassVar[dict[str, Index]] = {
        "by_number": Index(("site", "owner", "channel", "number")),
    }

    site: int
    id: int
    owner: int
    channel: str
    number: str
    content: str
    """Hash of what was ordered: the same number with other content is a conflict."""
    priority: int
    """0 is an emergency; higher waits longer."""
    destination: str
    """Region or country by which rounds are made; never an address."""
    recipient: str
    """Salted hash of the personal record."""
    placed_at: int
    received_at: int
    promised_at: int | None
    fulfilled_by: int
    """Site of its shipment; 0 where nothing is to be shipped."""
    state: str = "open"
    """As its shipment's, or closed: there was nothing to ship."""
    cancelled_at: int | None = None
    cancel_reason: str = ""
    cancel_party: str = ""
    released_at: int | None = None
    picked_at: int | None = None
    packed_at: int | None = None
    loaded_at: int | None = None
    delivered_at: int | None = None
    carrier: str = ""
    """Carrier or service that is to take it, by code; empty where nobody named one."""
    cash_due: int = 0
    """What is to be collected at the door, in the smallest unit of `currency` (ISO 4217)."""
    currency: str = ""
    window_from: int | None = None
    """Not to be handed over before; the window ends when it was promised."""


class OrderLine(Record, frozen=True):
    """One line of an order: its identity is its position, so exact repeats stay."""

    TABLE = "order_line"
    KEY = ("site", "order_id", "position")
    INDEXES: ClassVar[dict[str, Index]] = {"by_order": Index(("site", "order_id"))}

    site: int
    order_id: int
    position: int
    item: int
    quantity: int
    price_minor: int = 0
    cancelled: int = 0


class PromiseFact(Record, frozen=True):
    """A date that was promised for an order: a change is a new row, the first stays."""

    TABLE = "promise"
    KEY = ("site", "order_id", "given_at", "operation")
    APPEND_ONLY = True

    site: int
    order_id: int
    given_at: int
    operation: str
    promised_at: int
    window_from: int | None = None
    """Where a window was promised, when it begins."""


class Cancellation(Record, frozen=True):
    """That units of an order were cancelled, by whom and why; the same reference cancels once."""

    TABLE = "order_cancellation"
    KEY = ("site", "order_id", "reference")
    APPEND_ONLY = True

    site: int
    order_id: int
    reference: str
    at: int
    units: int
    reason: str
    party: str


class ExpectedReturn(Record, frozen=True):
    """Units that a customer is sending back."""

    TABLE = "expected_return"
    KEY = ("site", "owner", "channel", "number", "position")
    INDEXES: ClassVar[dict[str, Index]] = {
        "by_number": Index(("site", "owner", "channel", "number")),
        "by_told": Index(("site", "number")),
    }

    site: int
    owner: int
    channel: str
    number: str
    position: int
    item: int
    quantity: int
    customer: str
    """Salted hash of the personal record; empty where nobody knows who sends them."""
    expected_at: int
    received: int = 0
    """Units that came, at whatever sites; what is too much stands at the item's last position."""


class ReturnedUnits(Record, frozen=True):
    """Units of an item that came back under the number of a return, announced or not yet."""

    TABLE = "returned_units"
    KEY = ("site", "owner", "channel", "number", "item")

    site: int
    owner: int
    channel: str
    number: str
    item: int
    quantity: int


class OrderConflict(Record, frozen=True):
    """The same number came with other content: for a person to read, never a silent edit."""

    TABLE = "order_conflict"
    KEY = ("site", "id")
    INDEXES: ClassVar[dict[str, Index]] = {
        "by_open": Index(("site", "open")),
        "by_order": Index(("site", "order_id")),
    }

    site: int
    id: int
    order_id: int
    content: str
    came_at: int
    operation: str
    open: int | None = 1


class Shipment(Record, frozen=True):
    """The part of an order that one site fulfils."""

    TABLE = "shipment"
    KEY = ("site", "id")
    INDEXES: ClassVar[dict[str, Index]] = {
        "by_order": Index(("site", "order_id")),
        "by_state": Index(("site", "waiting")),
    }

    site: int
    id: int
    order_id: int
    owner: int
    channel: str
    number: str
    priority: int
    destination: str
    recipient: str
    received_at: int
    state: str = "open"
    """open, released, picked, packed, loaded, delivered, cancelled, exception, returned."""
    waiting: str | None = None
    """The state while it waits for ops: open, packed, exception; None keeps the index small."""
    to_pick: int = 0
    """Pick lines still open."""
    parcels: int = 0
    parcels_open: int = 0
    """Parcels not yet delivered."""
    one_time_code: str = ""
    """Hash of what the consumer says at the door."""
    promised_at: int | None = None
    released_at: int | None = None
    picked_at: int | None = None
    packed_at: int | None = None
    loaded_at: int | None = None
    delivered_at: int | None = None
    cancelled_at: int | None = None
    wave: int | None = None
    lines: int = 0
    shortage: int | None = None
    """The task that names what is missing, if there ever was one."""
    wall: int = 0
    """1 where it is picked in bulk and sorted at the put wall."""
    carrier: str = ""
    """Carrier or service that is to take it, by code; empty where nobody named one."""
    door_check: str = ""
    """What is checked of the person at the door: age_16, age_18, identity; else empty."""
    cash_due: int = 0
    """What is to be collected at the door, in the smallest unit of `currency` (ISO 4217)."""
    currency: str = ""
    cash_taken: int = 0
    """What was taken so far for its parcels, in that currency."""
    cash_question: int | None = None
    """Discrepancy that names the difference."""
    window_from: int | None = None
    """Not to be handed over before."""


class ShipmentLine(Record, frozen=True):
    """So many units of an item, and how far they have come; places stand in allocations."""

    TABLE = "shipment_line"
    KEY = ("site", "shipment", "position")
    INDEXES: ClassVar[dict[str, Index]] = {"by_shipment": Index(("site", "shipment"))}

    site: int
    shipment: int
    position: int
    item: int
    quantity: int
    promised: int = 0
    """Softly allocated at the site and not yet at a place."""
    packed: int = 0
    cancelled: int = 0
    missing: int = 0
    """Could not be allocated: part of an exception."""
    put_back: int = 0
    """Of the cancelled units, those that had been picked and are to be put back."""
    sorted: int = 0
    """Units that were put into its slot at the put wall."""
    instead: int = 0
    """Position of the line in whose place it is shipped; 0 for what was ordered."""
    slack: int = 0
    """Units by which a weighed line may fall short and still be whole."""


class Lacking(Record, frozen=True):
    """That shipments of a site lack units of an item, as far as anybody has looked."""

    TABLE = "lacking"
    KEY = ("site", "owner", "item")

    site: int
    owner: int
    item: int
    sought: int | None = None
    """When it was asked to be sought for them; None where nothing is on its way."""


class ShipmentStep(Record, frozen=True):
    """A step of added value at packing: how often a shipment asks for it, how often it was done."""

    TABLE = "shipment_step"
    KEY = ("site", "shipment", "step")
    INDEXES: ClassVar[dict[str, Index]] = {"by_shipment": Index(("site", "shipment"))}

    site: int
    shipment: int
    step: str
    asked: int = 0
    done: int = 0
    personal: str = ""
    """Salted hash of the personal record with its text, as of a gift message."""


class Demand(Record, frozen=True):
    """Units of an item promised at the site and not yet allocated to a place."""

    TABLE = "demand"
    KEY = ("site", "owner", "item")

    site: int
    owner: int
    item: int
    quantity: int
