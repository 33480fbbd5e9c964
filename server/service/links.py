"""Links to the page of an order: claims that the server signed, and nothing personal in them.

A token is `claims.signature`, as those of sessions are, with a signature of its own kind: neither
opens what the other does. It ends by itself, and with all others of its order when a higher number
is asked for (`OrderLinks`).
"""

import hashlib
import hmac
from typing import Literal

import msgspec

from device_protocol import keys
from device_protocol.personal import SALT_BYTES
from server.clock import Clock
from server.errors import UnauthorizedError

TOKEN_CHARACTERS_MAX = 512
_LINK = b"totebook parcel link\n"
_SALT = b"totebook parcel salt\n"


class LinkClaims(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which order's page is opened, by links of which number, until when (ms since 1970 UTC)."""

    purpose: Literal["parcel"]
    order: int
    site: int
    """Who fulfils the order."""
    number: int
    expires: int


class LinkInvalidError(UnauthorizedError):
    """A link is cut off, garbled, or none of ours."""

    code = "link.invalid"
    title = "This link is not valid"


class LinkExpiredError(UnauthorizedError):
    """The time of a link is over."""

    code = "link.expired"
    title = "This link has ended"


class LinkWithdrawnError(UnauthorizedError):
    """All links to an order were withdrawn, or the order is not there."""

    code = "link.withdrawn"
    title = "This link was withdrawn"


class Links:
    """Gives out links and reads them, with the server's secret key and one clock."""

    def __init__(self, key: bytes, clock: Clock) -> None:
        """Sign with the secret key; signatures of sessions are of another kind."""
        self._key = key
        self._clock = clock

    def issue(self, order: int, site: int, number: int, lifetime_ms: int) -> tuple[str, int]:
        """Return a token for an order's page, and when it ends."""
        expires = self._clock.now() + lifetime_ms
        claims = LinkClaims("parcel", order, site, number, expires)
        body = msgspec.json.encode(claims)
        return f"{keys.write(body)}.{keys.write(self._sign(_LINK, body))}", expires

    def read(self, token: str) -> LinkClaims:
        """Return what a token claims; an UnauthorizedError says why it opens nothing."""
        head, _, tail = token.partition(".")
        if len(token) > TOKEN_CHARACTERS_MAX or not token.isascii():
            head = tail = ""
        body = keys.read(head)
        # Compared in constant time, so that nobody finds a signature byte by byte.
        if not hmac.compare_digest(self._sign(_LINK, body), keys.read(tail)):
            raise LinkInvalidError("Part of the link is missing, or it is none of ours.")
        try:
            claims = msgspec.json.decode(body, type=LinkClaims)
        except msgspec.MsgspecError:
            # Signed by another version, which claimed other things.
            raise LinkInvalidError("The link is from another time; ask for a new one.") from None
        if self._clock.now() >= claims.expires:
            raise LinkExpiredError("The time of the link is over; ask the shop for a new one.")
        return claims

    def salt(self, order: int, *content: bytes) -> bytes:
        """Return the salt under which content of an order's page is kept.

        The same content has the same: what a page sends twice is kept once. Without the key nobody
        finds a text by hashing texts.
        """
        told = hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in content))
        return self._sign(_SALT, b"%d\n%s" % (order, told.digest()))[:SALT_BYTES]

    def _sign(self, kind: bytes, body: bytes) -> bytes:
        return hmac.new(self._key, kind + body, hashlib.sha256).digest()
