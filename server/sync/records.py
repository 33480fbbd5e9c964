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
