"""Messages of desks and lanes about rounds and about parcels between sites."""

from server.lane.message import Message


class MakeRound(Message, frozen=True, kw_only=True, tag="make_round"):
    """From a desk: plan these shipments, in this order, as one round of a van."""

    name: str
    date: str
    van: str
    """Code of the van."""
    shipments: tuple[int, ...] = ()
    device: int | None = None
    person: int | None = None
    collections: tuple[int, ...] = ()
    """Tasks that ask for a return to be collected: doors behind those of the shipments."""


class MakeRounds(Message, frozen=True, kw_only=True, tag="make_rounds"):
    """From a desk: share the packed shipments out to vans, whole destinations together.

    `devices` belong to the vans at the same positions; at most `shipments_max` are planned.
    """

    date: str
    vans: tuple[str, ...]
    devices: tuple[int, ...] = ()
    shipments_max: int = 1_000


class AssignRound(Message, frozen=True, kw_only=True, tag="assign_round"):
    """From a desk: another device, person or van drives the round; what is not named stays."""

    round: int
    device: int | None = None
    person: int | None = None
    van: str = ""


class AddCollections(Message, frozen=True, kw_only=True, tag="add_collections"):
    """From a desk: collect these returns, too, behind the last door of a round."""

    round: int
    collections: tuple[int, ...]
    """Tasks that ask for it."""


class DropCollection(Message, frozen=True, kw_only=True, tag="drop_collection"):
    """From a desk: this return is not collected on this round; it waits for another."""

    round: int
    stop: int


class Crossing(Message, frozen=True, kw_only=True):
    """A parcel crossed between the books of two sites, as the courier's home lane decided it."""

    unit: str
    site: int
    """The courier's home, which sends this."""
    operation: str
    """The device's operation, as stream/epoch/seq, of which this is the other side."""
    occurred_at: int
    uncertainty: int = 0
    place: str = ""
    """Where it stood, or now stands, at the receiving site; empty is lost and found."""
    undone: int = 0
    """1 takes back what the same message had said."""


class TakeOver(Crossing, frozen=True, kw_only=True, tag="take_over"):
    """To a site: a courier of another site loaded a parcel here."""


class GiveBack(Crossing, frozen=True, kw_only=True, tag="give_back"):
    """To a site: a courier of another site set a parcel down here."""


class ParcelProgress(Message, frozen=True, kw_only=True, tag="parcel_progress"):
    """To the site a parcel comes from: how far it has come with a courier of another site."""

    unit: str
    site: int
    delivered_at: int | None
    """None where the delivery was undone."""
