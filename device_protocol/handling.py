"""Operations of the floor beyond receive, pick, pack and deliver: returns, conversions, sorting.

They follow the rules of `operations.py`: facts are never refused, empty members are unknown.
"""

import msgspec

from device_protocol.operations import Goods, Operation


class TakeReturn(Goods, frozen=True, omit_defaults=True, kw_only=True, tag="take_return"):
    """Goods came back from a consumer and stand at `to`; their `condition` is their grade.

    `announced` is the number of the return as its channel told it; empty where nobody announced it.
    """

    to: str
    announced: str = ""
    channel: str = ""
    parcel: str = ""
    """Code of the parcel in which they came, as scanned."""
    disposition: str = ""
    """restock, quarantine, repair, scrap or recycle; empty where it is decided later."""


class Grade(Goods, frozen=True, omit_defaults=True, kw_only=True, tag="grade"):
    """Units at `at` were looked at: their condition is `graded` from now on; `reason` says why."""

    at: str
    graded: str
    disposition: str = ""
    step: str = ""
    """Step of the work in which it happened: storage, picking, packing, return, repair."""
    liable: str = ""
    """Who is liable: house, owner, carrier, consumer, supplier; empty is unknown."""


class Discard(Goods, frozen=True, omit_defaults=True, kw_only=True, tag="discard"):
    """Units at `source` left for good: `way` is scrap or recycle."""

    source: str
    way: str = "scrap"


class Relabel(Goods, frozen=True, omit_defaults=True, kw_only=True, tag="relabel"):
    """Units at `at` carry another label from now on; what is empty here stays as it was."""

    at: str
    to_item: str = ""
    to_lot: str = ""
    to_serial: str = ""
    to_expiry: str = ""
    to_customs: str = ""


class Part(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """So many units of a stock key that went into a kit, or came out of it."""

    quantity: int
    code: str = ""
    owner: str = ""
    item: str = ""
    lot: str = ""
    serial: str = ""
    condition: str = ""
    customs: str = ""


class Assemble(Goods, frozen=True, omit_defaults=True, kw_only=True, tag="assemble"):
    """`quantity` kits were made at `at` of `parts`, units in all; `apart` took them apart again."""

    at: str
    parts: tuple[Part, ...] = ()
    apart: bool = False
    task: int | None = None


class WorkStep(Operation, frozen=True, omit_defaults=True, kw_only=True, tag="work_step"):
    """A step of added value was done `quantity` times: gift wrap, insert, repair, engraving."""

    step: str
    quantity: int = 1
    unit: str = ""
    shipment: int | None = None
    owner: str = ""
    task: int | None = None


class Sort(Goods, frozen=True, omit_defaults=True, kw_only=True, tag="sort"):
    """Units went from tote or cart `source` into slot or tote `to`, which is of `shipment`."""

    source: str
    to: str
    shipment: int


class Unseal(Operation, frozen=True, omit_defaults=True, kw_only=True, tag="unseal"):
    """Parcel `unit` was opened again, as for a change of what is in it."""

    unit: str
    shipment: int | None = None
    at: str = ""


class SendTransfer(Goods, frozen=True, omit_defaults=True, kw_only=True, tag="send_transfer"):
    """Units of transfer `transfer` left the site from `source` for another; they are in transit."""

    source: str
    transfer: int


class TakeTransfer(Goods, frozen=True, omit_defaults=True, kw_only=True, tag="take_transfer"):
    """Units of transfer `transfer` arrived from another site and stand at `to`."""

    to: str
    transfer: int
