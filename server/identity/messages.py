"""Messages of desks, devices' first calls and lanes about who may do what.

Secrets never stand here: codes, keys and PINs come as hashes, and whatever is random comes in the
message, so that deciding it again gives the same.
"""

from server.lane.message import Message


class InviteDevice(Message, frozen=True, kw_only=True, tag="invite_device"):
    """A device may enrol with a one-time code; `device` names one that is to enrol again.

    For the lane of the device's home site; `until` is the last moment for it, and `zones` are ids.
    """

    name: str
    role: str
    code_hash: str
    until: int
    zones: tuple[int, ...] = ()
    device: int | None = None


class EnrolDevice(Message, frozen=True, kw_only=True, tag="enrol_device"):
    """A device spends its code under its own new key. For the lane of the site that invited it."""

    code_hash: str
    public_key: str
    """Ed25519, hexadecimal."""
    nonce: str
    """16 random bytes, hexadecimal."""
    app: str = ""


class OpenEpoch(Message, frozen=True, kw_only=True, tag="open_epoch"):
    """A device begins a new stream; the same `attempt` opens one only. For its home site's lane."""

    device: int
    attempt: str
    reason: str
    nonce: str
    epoch: int = 0
    """The epoch that is left, where the device says so; and then what it still holds of it."""
    first: int = 0
    last: int = 0


class RotateKey(Message, frozen=True, kw_only=True, tag="rotate_key"):
    """A device's next key takes the place of the one that signed. For its home site's lane."""

    device: int
    former: str
    """The key that signed the call; this and the next are Ed25519, hexadecimal."""
    public_key: str


class CommandDevice(Message, frozen=True, kw_only=True, tag="command_device"):
    """A device is to do something when it says hello; "none" takes that back.

    For its home site's lane.
    """

    device: int
    command: str


class ReportFork(Message, frozen=True, kw_only=True, tag="report_fork"):
    """Of a lane to itself: from line `seq` on a device's history is not the server's.

    If it is `live`, that line was written after a later epoch had opened.
    """

    device: int
    epoch: int
    seq: int
    live: bool = False


class IssueGrant(Message, frozen=True, kw_only=True, tag="issue_grant"):
    """A person may act on a device until a moment. For the lane of the device's home site."""

    device: int
    person: int
    until: int


class WithdrawGrants(Message, frozen=True, kw_only=True, tag="withdraw_grants"):
    """From the moment `at`, a person may not act on any device of the site, or not on `device`."""

    person: int
    at: int
    device: int | None = None


class PutPerson(Message, frozen=True, kw_only=True, tag="put_person"):
    """How a member of staff should be; an empty `secret` keeps the old one.

    For the network's lane.
    """

    code: str
    role: str
    secret: str = ""
    """argon2 hash of PIN or password."""
    home: int = 0
    """Number of the home site; 0 is none."""
    owner: int | None = None
    """Id of the merchant whose goods a merchant's person may see."""


class DisablePerson(Message, frozen=True, kw_only=True, tag="disable_person"):
    """A person may do nothing from now on; `sites` besides their home withdraw their grants.

    For the network's lane.
    """

    person: int
    sites: tuple[int, ...] = ()


class PutApiKey(Message, frozen=True, kw_only=True, tag="put_api_key"):
    """A key of an integrator or a script, by its hash. For the network's lane."""

    hash: str
    name: str
    role: str
    owner: int | None = None


class RevokeApiKey(Message, frozen=True, kw_only=True, tag="revoke_api_key"):
    """A key is good for nothing from now on. For the network's lane."""

    key: int
