"""Rows of the feed: documents as devices get them, and what each scope adds up to."""

from typing import ClassVar

from server.record import Index, Record


class Document(Record, frozen=True):
    """The latest version of one document of one scope, encoded; a tombstone has no body."""

    TABLE = "document"
    KEY = ("site", "scope", "key")
    INDEXES: ClassVar[dict[str, Index]] = {
        "by_version": Index(("site", "scope"), at_least="version"),
        "by_subject": Index(("site", "subject")),
    }

    site: int
    scope: str
    key: str
    version: int
    """The commit of the site's lane that last changed it."""
    body: bytes | None
    changed_at: int
    subject: str | None = None
    """What it is about, where that may change.

    All documents about it are found by this, in whatever scope.
    """


class Scope(Record, frozen=True):
    """How many documents a scope holds, tombstones not counted, and the sum of their hashes."""

    TABLE = "scope"
    KEY = ("site", "scope")
    INDEXES: ClassVar[dict[str, Index]] = {"by_kind": Index(("site", "kind"))}

    site: int
    scope: str
    kind: str
    """zone, device, person, round or owner."""
    count: int = 0
    sum: bytes = bytes(16)
    """Modulo 2^128, big-endian; see `device_protocol.digest`."""
    version: int = 0
    """The last commit that changed anything in it."""


class Attachment(Record, frozen=True):
    """A picture or the like to which lines refer by salted hash; its bytes stand in the store.

    As a personal record it is no part of the book, and is deleted when its time is over.
    """

    TABLE = "attachment"
    KEY = ("site", "hash")
    INDEXES: ClassVar[dict[str, Index]] = {"by_device": Index(("site", "device"))}

    site: int
    hash: str
    """SHA-256 of salt and content, hexadecimal."""
    device: int
    salt: bytes
    size: int
    """Bytes, without the salt."""
    media_type: str
    have: int
    """Bytes that have arrived, from the first on."""
    began_at: int
    kept_until: int
    completed_at: int | None = None
    """When all had arrived and the hash was right."""


class Evidence(Record, frozen=True):
    """That an operation names something that is kept apart: an attachment or a personal record.

    What it names may come before or after it, or be erased; it is found by this row from the parcel
    that it is about, and missed where it does not come.
    """

    TABLE = "evidence"
    KEY = ("site", "stream", "epoch", "seq", "hash")
    INDEXES: ClassVar[dict[str, Index]] = {
        "by_hash": Index(("hash",)),
        "by_unit": Index(("unit",)),
        "by_shipment": Index(("site", "shipment")),
        "by_awaited": Index(("site", "awaited"), at_least="named_at"),
    }

    site: int
    stream: int
    epoch: int
    seq: int
    hash: str
    kind: str
    """attachment or personal."""
    named_at: int
    """When the operation came."""
    unit: str | None = None
    """Code of the parcel or tote that the operation names."""
    shipment: int | None = None
    awaited: int | None = 1
    """None once it has come, or need not come any more."""


class ArchivedPart(Record, frozen=True):
    """That the lines of some commits of a site stand in a file, and what that file must be.

    Parts of a site are numbered 1, 2, 3 … and each goes on where the one before it ended: the
    last is the horizon, before which a book alone can't show all its lines.
    """

    TABLE = "archived_part"
    KEY = ("site", "number")
    APPEND_ONLY = True

    site: int
    number: int
    last_commit: int
    hash: bytes
    """The chain hash of that commit."""
    last_operation: int
    manifest: bytes
    """SHA-256 of the part's manifest, which names the hash of its file."""
    archived_at: int
