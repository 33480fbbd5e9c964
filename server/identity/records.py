"""Rows about who may do what."""

from typing import ClassVar

from server.record import Index, Record


class Device(Record, frozen=True):
    """A handheld or phone; its id is site · 1,000,000 + n, and is its stream's number."""

    TABLE = "device"
    KEY = ("site", "id")
    INDEXES: ClassVar[dict[str, Index]] = {"by_code": Index(("site", "enrolment"))}

    site: int
    id: int
    name: str
    role: str
    """floor or courier."""
    state: str = "invited"
    """invited, active, suspended, revoked."""
    enrolment: str | None = None
    """Hash of the last one-time code; kept when spent, so that a lost answer can be given again."""
    enrolment_until: int = 0
    enrolled_at: int | None = None
    """When that code was spent; None while it may still be."""
    public_key: bytes = b""
    zones: str = ""
    """Zones that it follows, ids parted by blanks; none named means all of the site."""
    app: str = ""
    invited_at: int = 0
    person: int | None = None
    """Who signed in last."""
    last_epoch: int = 0
    command: str = ""
    """What it is to do once it says hello: rotate_key, wipe, upload_then_wipe."""


class Person(Record, frozen=True):
    """A member of staff, by pseudonymous id; the network keeps them."""

    TABLE = "person"
    KEY = ("site", "id")
    INDEXES: ClassVar[dict[str, Index]] = {"by_code": Index(("site", "code"))}

    site: int
    id: int
    code: str
    """What is typed or scanned to sign in."""
    role: str
    """operator, courier, supervisor, admin or merchant."""
    secret: str
    """argon2 hash of PIN or password."""
    home: int = 0
    """Home site."""
    owner: int | None = None
    """Whose goods a merchant's person may see."""
    state: str = "active"
    """active or disabled."""
    sessions_from: int = 0
    """Sessions begun before this time, ms, are void."""


class ApiKey(Record, frozen=True):
    """A key of an integrator or a script; only its hash is kept."""

    TABLE = "api_key"
    KEY = ("site", "id")
    INDEXES: ClassVar[dict[str, Index]] = {"by_hash": Index(("site", "hash"))}

    site: int
    id: int
    hash: str
    name: str
    role: str
    """admin, supervisor, integrator or merchant."""
    owner: int | None = None
    state: str = "active"
    """active or revoked."""


class Grant(Record, frozen=True):
    """That a person may act on a device, also offline, for a shift."""

    TABLE = "actor_grant"
    KEY = ("site", "id")
    INDEXES: ClassVar[dict[str, Index]] = {
        "by_device": Index(("site", "device"), at_least="until"),
        "by_person": Index(("site", "person"), at_least="until"),
    }

    site: int
    id: int
    device: int
    person: int
    given_at: int
    until: int
    withdrawn_at: int | None = None


class Incident(Record, frozen=True):
    """Something about a device that a supervisor must hear of: a fork, a clone, a lost range."""

    TABLE = "incident"
    KEY = ("site", "id")
    INDEXES: ClassVar[dict[str, Index]] = {"by_open": Index(("site", "open"))}

    site: int
    id: int
    device: int
    kind: str
    """fork, reopened (a new epoch), gap (a new epoch, and lines were lost), clone."""
    opened_at: int
    note: str = ""
    open: int | None = 1


class PersonalRecord(Record, frozen=True):
    """Personal data (a name, an address) apart from the book, which names it by `hash` alone.

    It is written and deleted outside the lanes; the book stays whole without it.
    """

    TABLE = "personal_record"
    KEY = ("site", "hash")

    site: int
    hash: str
    """SHA-256 of salt and body, hexadecimal."""
    salt: bytes
    body: bytes
    """JSON, or the text itself."""
    kept_until: int
    kind: str = ""
    """recipient, name, note or position; empty where it came before kinds were told apart."""


class ErasedRecord(Record, frozen=True):
    """That a personal record or attachment is gone for good, also if a device sends it again."""

    TABLE = "erased_record"
    KEY = ("site", "hash")

    site: int
    hash: str
    at: int
    cause: str
    """expired or asked."""


class Erasure(Record, frozen=True):
    """That everything about the consumer of an order was erased: when, by whom and how much."""

    TABLE = "erasure"
    KEY = ("site", "order_id", "at")
    APPEND_ONLY = True

    site: int
    order_id: int
    at: int
    actor: str
    recipients: int
    names: int
    notes: int
    positions: int
    attachments: int
    awaited: int
    """Named by operations and not yet here: they will not be taken when they come."""
