"""Secrets as they are kept: PINs and passwords by argon2, codes and keys by SHA-256."""

import hashlib
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from server.ids import Randomness

SALT_BYTES = 16

# The least that OWASP's password storage cheat sheet recommends for argon2id: a sign-in takes some
# 20 ms, and several at once don't take the memory that the lanes need.
COSTLY = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_hasher = COSTLY


def hash_secret(secret: str, randomness: Randomness) -> str:
    """Return what is kept of a PIN or password."""
    return _hasher.hash(secret, salt=randomness.take(SALT_BYTES))


def check_secret(kept: str, secret: str) -> bool:
    """Tell whether `kept` is of this secret; no, after as long a time, where nothing is kept."""
    try:
        _hasher.verify(kept or _nobodys(), secret)
    except (InvalidHashError, VerificationError):
        return False
    return kept != ""


def hash_code(text: str) -> str:
    """Return what is kept of a one-time code or API key: random, so that a plain hash is enough.

    >>> hash_code("7QX2-M0KD")[:16]
    '12d6354da4ae0dab'
    """
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def _nobodys() -> str:
    return _hasher.hash("nobody", salt=bytes(SALT_BYTES))
