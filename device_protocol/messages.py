"""The calls between device and server, as JSON bodies.

Hashes are lower-case hexadecimal; keys and signatures base64url without padding; times are
milliseconds, since 1970 UTC or per boot of a device. What holds its default is left out. Calls
other than enrol, epoch and push are signed in the header `Totebook-Signature` (`signatures.py`).
Pull, digest, live and scan need a signed-in person as well.

| call | path | up | down |
| --- | --- | --- | --- |
| enrol | `POST /device/v1/enrol` | `EnrolRequest` | `EnrolAnswer` |
| epoch | `POST /device/v1/epoch` | `EpochRequest` | `EpochAnswer` |
| hello | `POST /device/v1/hello` | `HelloRequest` | `HelloAnswer` |
| push | `POST /device/v1/push` | a batch (see `codec.py`) | `PushAnswer` |
| pull | `POST /device/v1/pull` | `PullRequest` | `PullAnswer` |
| sign in | `POST /device/v1/sign_in` | `SignInRequest` | `SignInAnswer` |
| personal | `POST /device/v1/personal` | `PersonalRequest` | `PersonalAnswer` |
| digest | `POST /device/v1/digest` | `DigestRequest` | `DigestAnswer` |
| rotate | `POST /device/v1/rotate` | `RotateRequest` | `RotateAnswer` |
| scan | `POST /device/v1/scan` | `ScanRequest` | `ScanAnswer` (`terminal.py`) |
| live | `GET /device/v1/live` | | server-sent events, a `Hint` each |
| attachments | `GET`, `PUT /device/v1/attachments/{hash}` | bytes | `AttachmentAnswer` |
"""

from typing import Any, Literal

import msgspec

from device_protocol.problems import Problem
from device_protocol.terminal import ScanAnswer, ScanRequest

ENROL_PATH = "/device/v1/enrol"
EPOCH_PATH = "/device/v1/epoch"
HELLO_PATH = "/device/v1/hello"
PUSH_PATH = "/device/v1/push"
PULL_PATH = "/device/v1/pull"
SIGN_IN_PATH = "/device/v1/sign_in"
PERSONAL_PATH = "/device/v1/personal"
DIGEST_PATH = "/device/v1/digest"
ROTATE_PATH = "/device/v1/rotate"
LIVE_PATH = "/device/v1/live"
ATTACHMENTS_PATH = "/device/v1/attachments"

GRANT_PREFIX = "grant/"
"""Keys of the documents that hold a `Grant` begin with this."""

Reason = Literal["fork", "reinstall", "gap", "wipe"]


class Message(msgspec.Struct, frozen=True, omit_defaults=True):
    """What every body has in common: frozen, with defaults left out."""


class EnrolRequest(Message, frozen=True):
    """Spends a one-time code for an identity under the device's own new key."""

    code: str
    public_key: str
    app: str
    name: str = ""


class EnrolAnswer(Message, frozen=True):
    """Says who the device is, where it is at home, and where its first stream starts."""

    device: int
    site: int
    epoch: int
    nonce: str
    """Hexadecimal; the stream's first hash comes from it."""
    server_time: int


class EpochRequest(Message, frozen=True):
    """Opens a new epoch; the same attempt always gets the same answer."""

    device: int
    attempt: str
    reason: Reason
    signature: str
    epoch: int = 0
    """The epoch that is left; 0 where it is not told, and then `first` and `last` aren't either."""
    first: int = 0
    """First line that the device still holds of the stream it leaves; 0 where it holds none."""
    last: int = 0
    """Last line that it wrote there."""


class EpochAnswer(Message, frozen=True):
    """Says where the new stream starts."""

    epoch: int
    nonce: str


class Tail(Message, frozen=True):
    """The last line of the device's stream; `seq` 0 and the starting hash where there is none."""

    seq: int
    hash: str


class Cursor(Message, frozen=True):
    """How far a scope was read: commit `n` of `generation`, which had this `hash`."""

    n: int
    generation: int
    hash: str


class HelloRequest(Message, frozen=True):
    """Opens a conversation: versions, where the device stands, its clocks, and how it is doing."""

    device: int
    epoch: int
    app: str
    protocol_min: int
    protocol_max: int
    tail: Tail
    cursors: dict[str, Cursor] = {}
    wall: int = 0
    mono: int = 0
    boot: int = 0
    held: int = 0
    """Lines that the server is not known to have."""
    battery: int | None = None
    """Percent."""
    uploads: int = 0
    """Attachments and personal records still to be sent."""
    alarms: int = 0
    """How often a scope did not equal the server's view, ever."""
    problem: str = ""
    """Code of what ended the last synchronisation before its end; empty if it went through."""


class Limits(Message, frozen=True):
    """The largest things that the server takes."""

    line_bytes: int
    batch_operations: int
    push_bytes: int
    """Of a push body as sent, packed or not."""
    unpacked_bytes: int
    attachment_bytes: int = 0
    """Of one attachment, 0 where none are taken, and of one piece of it."""
    chunk_bytes: int = 0


class HelloAnswer(Message, frozen=True):
    """Says where the server stands in the device's stream, and what the device may do.

    The server has stored every line below `next`; `head` is the hash of the last of them. Lines up
    to `durable` are also safe elsewhere. `upgrade` "needed" forbids pull and new work, never push.
    """

    protocol: int
    next: int
    head: str
    durable: int
    generation: int
    limits: Limits
    server_time: int
    scopes: tuple[str, ...] = ()
    upgrade: Literal["none", "advised", "needed"] = "none"
    commands: tuple[str, ...] = ()
    """`upload_then_wipe`, `wipe`, `rotate_key`; a command that a device does not know is left."""


class PushHeader(Message, frozen=True):
    """First line of a batch: whose lines follow, from which number, between which hashes."""

    device: int
    epoch: int
    first: int
    prev: str
    head: str
    signature: str


class Outcome(Message, frozen=True):
    """What became of one operation; immutable once given."""

    outcome: Literal["applied", "flagged", "parked", "refused"]
    code: str = ""
    expected: str = ""
    actual: str = ""
    then: str = ""
    """What happens next, for a person to read."""
    grant: dict[str, Any] | None = None
    """What an intent was given: a `Grant`."""


class NumberBlock(Message, frozen=True):
    """SSCC serials from `first` on of one company prefix, for use in one epoch of one device.

    A device uses the blocks of its present epoch only: after a fork or a reinstall it can't know
    which were used.
    """

    epoch: int
    prefix: str
    """GS1 company prefix."""
    first: int
    count: int
    extension: int = 0
    """Extension digit of the SSCC."""


class Lease(Message, frozen=True):
    """A work package is the holder's for a duration on the device's monotonic clock."""

    work: int
    package: int
    fence: int
    duration_ms: int


class Grant(Message, frozen=True):
    """What an intent was given.

    It stands in the outcome and, as document `grant/<operation id>`, in the device's scope; the
    same operation grants once.
    """

    numbers: NumberBlock | None = None
    lease: Lease | None = None


class PushAnswer(Message, frozen=True):
    """Outcomes of one batch, in order, as stored; the first is of the batch's `first`."""

    next: int
    head: str
    durable: int
    """Number of the last line that is durable elsewhere."""
    commit: int
    server_time: int
    outcomes: tuple[msgspec.Raw, ...] = ()


class PullRequest(Message, frozen=True):
    """Asks for what changed since the cursors; a scope without one is sent from its beginning."""

    device: int
    cursors: dict[str, Cursor] = {}
    documents_max: int = 0
    """Zero leaves the size of a page to the server."""
    protocol: int = 1
    """The number that hello agreed on; one that the server no longer speaks pulls nothing."""


class Document(Message, frozen=True):
    """The latest version of one document, or its tombstone where there is no body."""

    key: str
    version: int
    body: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


class Checkpoint(Message, frozen=True):
    """What a replica at commit `n` holds of a scope: so many documents with this sum of hashes."""

    n: int
    hash: str
    """Hash of commit `n`; it goes into the cursor."""
    count: int
    sum: str


class Page(Message, frozen=True):
    """Changes of one scope, in order of version up to `cursor`; `restart` begins from nothing."""

    scope: str
    cursor: int
    documents: tuple[Document, ...] = ()
    restart: bool = False
    checkpoint: Checkpoint | None = None


class PullAnswer(Message, frozen=True):
    """Pages of some scopes, and the scopes that were left; `more` asks for another call."""

    generation: int
    pages: tuple[Page, ...] = ()
    dropped: tuple[str, ...] = ()
    more: bool = False


class DigestRequest(Message, frozen=True):
    """Asks in which of its 256 buckets a scope differs; see `digest.bucket_of`."""

    device: int
    scope: str
    buckets: str
    """The sums of buckets 0 … 255 one after the other, 32 hexadecimal digits each."""
    protocol: int = 1


class DigestAnswer(Message, frozen=True):
    """What repairs a scope: every document of the buckets that differ, and the checkpoint.

    The device takes all documents out of these buckets, puts those of the page, and stands at its
    checkpoint. A page that says `restart` comes without documents: too much differs, pull anew.
    """

    generation: int
    page: Page
    buckets: tuple[int, ...] = ()


class RotateRequest(Message, frozen=True):
    """A device's next key; the call is signed with the present one, or with the next once taken."""

    device: int
    public_key: str
    proof: str
    """Signature by the next key; see `signatures.rotate_bytes`."""


class RotateAnswer(Message, frozen=True):
    """The key that counts from now on."""

    public_key: str


class Hint(Message, frozen=True):
    """Something changed in a scope, up to commit `n`: pull. Never data, and may be lost."""

    scope: str
    n: int


class AttachmentAnswer(Message, frozen=True):
    """How much of an attachment has arrived; `complete` once its hash was checked."""

    hash: str
    have: int
    complete: bool = False


class SignInRequest(Message, frozen=True):
    """A person signs in on this device."""

    device: int
    person: str
    pin: str


class SignInAnswer(Message, frozen=True):
    """A session for pulling, and the offline grant that operations name as their actor."""

    token: str
    person: int
    grant: str
    expires: int


class PersonalRequest(Message, frozen=True):
    """A personal record to which a line refers by hash; sending it again changes nothing."""

    device: int
    salt: str
    """Hexadecimal."""
    body: str
    kind: Literal["name", "note", "position"] = "name"


class PersonalAnswer(Message, frozen=True):
    """The hash under which the record is kept."""

    hash: str


MESSAGES: tuple[type[msgspec.Struct], ...] = (
    EnrolRequest,
    EnrolAnswer,
    EpochRequest,
    EpochAnswer,
    HelloRequest,
    HelloAnswer,
    PushHeader,
    PushAnswer,
    Outcome,
    Grant,
    PullRequest,
    PullAnswer,
    SignInRequest,
    SignInAnswer,
    PersonalRequest,
    PersonalAnswer,
    DigestRequest,
    DigestAnswer,
    RotateRequest,
    RotateAnswer,
    Hint,
    AttachmentAnswer,
    ScanRequest,
    ScanAnswer,
    Problem,
)
