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
