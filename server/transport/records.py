"""Rows of a site's transport: rounds with their stops, parcels, attempts and manifests."""

from typing import ClassVar

from server.record import Index, Record


class Round(Record, frozen=True):
    """One tour of one van on one day; a device and its person drive it."""

    TABLE = "round"
    KEY = ("site", "id")
    INDEXES: ClassVar[dict[str, Index]] = {
        "by_device": Index(("site", "device")),
        "by_open": Index(("site", "open")),
    }

    site: int
    id: int
    name: str
    date: str
    """`YYYY-MM-DD` on the site's calendar."""
    van: int
    """Place of the van."""
    device: int | None = None
    person: int | None = None
    state: str = "planned"
    """planned, loading, closed, under way, done: what the times below say."""
    stops: int = 0
    stops_open: int = 0
    """Stops at which some parcel was not yet tried."""
    made_at: int = 0
    opened_at: int | None = None
    """Loading began."""
    closed_at: int | None = None
    """Loading ended."""
    started_at: int | None = None
    """First attempt at a door."""
    done_at: int | None = None
    """Last attempt, once every stop was tried."""
    open: int | None = 1
    cash_open: int = 0
    """Tills with money of this round that nobody has handed over: until then it is not done."""


class Stop(Record, frozen=True):
    """One door on a round: where a shipment's parcels are to be handed over."""

    TABLE = "stop"
    KEY = ("site", "id")
    INDEXES: ClassVar[dict[str, Index]] = {
        "by_round": Index(("site", "round")),
        "by_shipment": Index(("site", "shipment")),
    }

    site: int
    id: int
    round: int
    sequence: int
    shipment: int
    destination: str
    """Region or country; never an address."""
    made_at: int
    state: str = "planned"
    """planned, delivered, failed, partly (some parcels), dropped (moved to another round)."""
    arrived_at: int | None = None
    done_at: int | None = None
    """Last attempt, once every parcel of the stop was tried."""
    kind: str = "deliver"
    """deliver, or collect: a return of the shipment is to be taken back there."""
    announced: str = ""
    """Number of that return."""
    task: int | None = None
    """The task that asks for it."""
    paid: int = 0
    """What was taken for its shipment, for whoever goes on with it."""


class Parcel(Record, frozen=True):
    """A handling unit on its way to a consumer: its id is the unit's, its code an SSCC.

    The state is what its latest time says, so late and withdrawn facts leave it right.
    """

    TABLE = "parcel"
    KEY = ("site", "id")
    INDEXES: ClassVar[dict[str, Index]] = {
        "by_shipment": Index(("site", "shipment")),
        "by_round": Index(("site", "round")),
        "by_stop": Index(("site", "stop")),
        "by_manifest": Index(("site", "manifest")),
    }

    site: int
    id: int
    code: str
    shipment: int | None = None
    """None where it is another site's, or nobody knows whose."""
    round: int | None = None
    stop: int | None = None
    manifest: int | None = None
    """Manifest under which it was loaded last."""
    origin: int = 0
    """Site whose parcel it is, if it was taken over at another depot; 0 is this one."""
    away: int = 0
    """Site that has taken it over; 0 is none."""
    task: int | None = None
    """Task about it that the next fact may close."""
    state: str = "open"
    """open, sealed, loaded, delivered, collected, returned, lost, void (its number was spoiled)."""
    sealed_at: int | None = None
    loaded_at: int | None = None
    delivered_at: int | None = None
    returned_at: int | None = None
    measured_g: int | None = None
    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None
    packaging: str = ""
    unsealed_at: int | None = None
    """When it was opened again last."""
    voided_at: int | None = None
    expected_g: int | None = None
    """By the book at its sealing, with the carton; None where some weight is unknown."""
    suggested: str = ""
    """Carton that was suggested for what is in it; billing reads it beside `packaging`."""
    cash: str = ""
    """Money that was taken for it: currency and smallest units, currencies parted by commas."""
    cash_question: int | None = None
    """Discrepancy of money for a parcel of which nobody knows whose it is."""
    collected_at: int | None = None
    """When it was taken back at a door."""
    announced: str = ""
    """Number of the return that it is, as far as the courier said it."""


class Attempt(Record, frozen=True):
    """One try to deliver a parcel, arrival and hand-over apart; a later row names an undone one."""

    TABLE = "attempt"
    KEY = ("site", "id")
    INDEXES: ClassVar[dict[str, Index]] = {
        "by_parcel": Index(("site", "parcel")),
        "by_stop": Index(("site", "stop")),
    }
    APPEND_ONLY = True

    site: int
    id: int
    parcel: int
    stop: int | None
    occurred_at: int
    stream: int
    epoch: int
    result: str
    """delivered, failed, collected, uncollected; undone takes back the one that `mends` names."""
    arrived_at: int | None = None
    handed_to: str = ""
    """person, neighbour, place."""
    reason: str = ""
    """Why it failed; of a delivery, how age or identity was checked."""
    next_date: str = ""
    code_ok: str = "none"
    """Whether the one-time code typed at the door was right: yes, no; none was asked or typed."""
    personal: str = ""
    """Salted hashes of personal records, parted by blanks."""
    mends: int | None = None


class Till(Record, frozen=True):
    """Money of one round in one purse: what was taken at doors, and what was handed over."""

    TABLE = "till"
    KEY = ("site", "purse", "round", "currency")

    site: int
    purse: int
    """Its place."""
    round: int
    """0 where nobody knows on which it was taken."""
    currency: str
    taken: int = 0
    """In the smallest unit; likewise what was handed over."""
    handed: int = 0
    hand_overs: int = 0
    question: int | None = None
    """The discrepancy that names the difference."""


class Account(Record, frozen=True):
    """Money that was collected for a merchant at a site, and what of it was paid out."""

    TABLE = "merchant_account"
    KEY = ("site", "owner", "currency")

    site: int
    owner: int
    currency: str
    collected: int = 0
    """In the smallest unit, by what was taken for shipments; likewise what was paid out."""
    remitted: int = 0


class Remittance(Record, frozen=True):
    """That a merchant was paid what was collected for them, as a voucher says; it counts once."""

    TABLE = "remittance"
    KEY = ("site", "owner", "voucher")

    site: int
    owner: int
    voucher: str
    currency: str
    amount: int
    place: int
    """The cash desk from which it was paid, or the safe."""
    told_at: int
    told_by: str
    movement: int
    """Number of the movement that says so."""
    cancelled_at: int | None = None
    cancelled_by: str = ""


class Manifest(Record, frozen=True):
    """What one van carries on one round, by the loads and by the device's own count."""

    TABLE = "manifest"
    KEY = ("site", "id")
    INDEXES: ClassVar[dict[str, Index]] = {
        "by_round": Index(("site", "round")),
        "by_open": Index(("site", "open_van")),
    }

    site: int
    id: int
    round: int
    van: int
    state: str = "open"
    """open, closed, amended (opened again, or parcels were loaded after it was closed)."""
    loaded: int = 0
    """Parcels loaded until it was closed, by the loads that have come in.

    A closed manifest is provisional while this is below `counted`.
    """
    added: int = 0
    """Parcels loaded after it was closed."""
    counted: int | None = None
    opened_at: int | None = None
    closed_at: int | None = None
    reopened_at: int | None = None
    task: int | None = None
    """The open question why the count differs."""
    open_van: int | None = None
    """The van while the manifest is open."""
    full_at: int | None = None
    """When it was closed because the van was full."""
    left_behind: int = 0
    """Parcels of the round that did not go in."""
    left_task: int | None = None
    """The task to plan them on another round."""


class UnitType(Record, frozen=True):
    """A kind of units that come back, such as roll cages: the network's, by its code.

    Units of it that are told one by one are known by the beginning of their code or, where no type
    says so, by their kind; those that are told by number are units of its item.
    """

    TABLE = "unit_type"
    KEY = ("site", "code")

    site: int
    code: str
    item: int
    """Under which empties are told by number."""
    owner: int
    """Whose item it is."""
    begins: str = ""
    unit_kind: str = ""
    state: str = "open"


class Exchange(Record, frozen=True):
    """That units were given to a partner and taken back, as a voucher says; it counts once."""

    TABLE = "unit_exchange"
    KEY = ("site", "partner", "voucher")

    site: int
    partner: int
    """Its place."""
    voucher: str
    unit_type: str
    stock: int
    """The key under which they were posted; likewise the place where they were, or were missed."""
    place: int
    gave: int
    took: int
    told_at: int
    told_by: str
    given: int | None = None
    """Movement by which they were given; likewise taken."""
    taken: int | None = None
    cancelled_at: int | None = None
    cancelled_by: str = ""
