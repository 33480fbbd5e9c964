"""Sessions of signed-in people: claims that the server signed, read without a database.

A token is `claims.signature`, both base64url without padding: JSON, and its HMAC-SHA256 (RFC 2104).
"""

import hashlib
import hmac

import msgspec

from device_protocol import keys
from server.clock import Clock
from server.errors import UnauthorizedError
from server.identity.records import Person

KEY_BYTES_MIN = 32
TOKEN_CHARACTERS_MAX = 2_048


class Claims(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Who is signed in, with what rights, and how long; times are ms since 1970 UTC."""

    person: int
    role: str
    issued_at: int
    expires: int
    home: int = 0
    owner: int | None = None
    device: int | None = None


class Sessions:
    """Gives out tokens and reads them, with one key and one clock."""

    def __init__(self, key: bytes, clock: Clock) -> None:
        """Sign with a key of at least 32 random bytes."""
        if len(key) < KEY_BYTES_MIN:
            message = f"a session key has at least {KEY_BYTES_MIN} bytes, not {len(key)}"
            raise ValueError(message)
        self._key = key
        self._clock = clock

    def issue(
        self, person: Person, lifetime_ms: int, device: int | None = None
    ) -> tuple[str, Claims]:
        """Return a token for somebody whose secret was checked, and what it claims."""
        now = self._clock.now()
        claims = Claims(
            person=person.id,
            role=person.role,
            # A clock that was set back must not void what was just signed in.
            issued_at=max(now, person.sessions_from),
            expires=now + lifetime_ms,
            home=person.home,
            owner=person.owner,
            device=device,
        )
        body = msgspec.json.encode(claims)
        return f"{keys.write(body)}.{keys.write(self._sign(body))}", claims

    def read(self, token: str) -> Claims:
        """Return what a token claims; UnauthorizedError if it is not ours or has ended."""
        body, signature = _parts(token)
        # Compared in constant time, so that nobody finds a signature byte by byte.
        if not hmac.compare_digest(self._sign(body), signature):
            raise UnauthorizedError("This session is not valid; sign in again.")
        try:
            claims = msgspec.json.decode(body, type=Claims)
        except msgspec.MsgspecError:
            # Signed by another version, which claimed other things.
            raise UnauthorizedError("This session is not valid any more; sign in again.") from None
        if self._clock.now() >= claims.expires:
            raise UnauthorizedError("The session has ended; sign in again.")
        return claims

    def _sign(self, body: bytes) -> bytes:
        return hmac.new(self._key, body, hashlib.sha256).digest()


def check_person(claims: Claims, person: Person | None) -> Person:
    """Return the person of a session as they are now; UnauthorizedError if it is void."""
    if person is None or person.id != claims.person or person.state != "active":
        raise UnauthorizedError("Nobody active is signed in by this session.")
    if claims.issued_at < person.sessions_from:
        raise UnauthorizedError("The session was ended by a change of rights; sign in again.")
    return person


def _parts(token: str) -> tuple[bytes, bytes]:
    body, _, signature = token.partition(".")
    if len(token) > TOKEN_CHARACTERS_MAX or not token.isascii():
        return b"", b""
    return keys.read(body), keys.read(signature)
