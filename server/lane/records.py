"""What the lane itself keeps: its head, its commits, streams, stored operations and the outbox."""

from typing import ClassVar

from server.record import Index, Record


class Lane(Record, frozen=True):
    """The head of one site's book; locking this row is holding the site."""

    TABLE = "lane"
    KEY = ("site",)

    site: int
    generation: int = 1
    """Raised by a restore, so that devices notice."""
    head: int = 0
    """Number of the last commit."""
    hash: bytes = b""
    last_id: int = 1_000_000
    """Last id given out at this site, for whatever kind; up to 1,000,000 are well known."""
    last_device: int = 0
    movements: int = 0
    operations: int = 0
    recorded_at: int = 0


class Commit(Record, frozen=True):
    """The movements and operations that one site recorded together, chained by hash."""

    TABLE = "book_commit"
    KEY = ("site", "number")
    INDEXES: ClassVar[dict[str, Index]] = {"by_latest": Index(("site", "latest"))}
    APPEND_ONLY = True

    site: int
    number: int
    hash: bytes
    first_movement: int
    movements: int
    first_operation: int
    operations: int
    recorded_at: int
    latest: int
    """Latest point of the floor order among its movements, ms; 0 without movements."""
    network: int
    """Head of the network's lane (site 0) as these decisions saw it."""


class Stream(Record, frozen=True):
    """One epoch of a device, or a server-side stream: how far it is stored, and its clock."""

    TABLE = "stream"
    KEY = ("site", "stream", "epoch")
    INDEXES: ClassVar[dict[str, Index]] = {"by_stream": Index(("site", "stream"))}

    site: int
    stream: int
    epoch: int
    next: int
    head: bytes
    nonce: bytes = b""
    state: str = "open"
    attempt: str = ""
    """Attempt id by which opening this epoch is idempotent."""
    opened_at: int = 0
    boot: int | None = None
    """Boot of the last clock anchor."""
    mono: int = 0
    anchor: int = 0
    """Server time, ms, at `mono` of `boot`."""
    half: int = 0
    """Uncertainty of the anchor, ms."""
    mid: int = 0
    """Floor time of the stream's last operation, ms; the next one is later."""
    wall_offset: int | None = None


class StoredOperation(Record, frozen=True):
    """One line as it came, byte for byte, with its first and only outcome."""

    TABLE = "operation"
    KEY = ("site", "stream", "epoch", "seq")
    APPEND_ONLY = True

    site: int
    stream: int
    epoch: int
    seq: int
    number: int
    """Position among all operations of the site."""
    hash: bytes
    line: bytes
    outcome: bytes
    occurred_at: int
    uncertainty: int
    quality: str
    first_movement: int
    movements: int


class Outgoing(Record, frozen=True):
    """A message to a lane, numbered per target; kept until that lane has stored it."""

    TABLE = "outbox"
    KEY = ("site", "target", "seq")

    site: int
    target: int
    seq: int
    line: bytes


class OutboxHead(Record, frozen=True):
    """How many messages a site has written for a target."""

    TABLE = "outbox_head"
    KEY = ("site", "target")

    site: int
    target: int
    last: int


class MovedLine(Record, frozen=True):
    """A line that a device offered again in another place of its history: it is taken once."""

    TABLE = "moved_line"
    KEY = ("site", "stream", "from_epoch", "from_seq", "hash")
    INDEXES: ClassVar[dict[str, Index]] = {
        "by_origin": Index(("site", "stream", "from_epoch", "from_seq")),
    }

    site: int
    stream: int
    from_epoch: int
    from_seq: int
    hash: str
    """Chain hash of the line where it first stood, hexadecimal."""
    epoch: int
    seq: int
