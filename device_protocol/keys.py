"""Ed25519 keys and signatures (RFC 8032), and how they are written: base64url without padding."""

import base64
import binascii
from collections.abc import Callable
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

KEY_BYTES = 32
SIGNATURE_BYTES = 64

Randomness = Callable[[int], bytes]
"""Gives so many random bytes; `os.urandom` in earnest, a seeded source in tests."""


def generate(randomness: Randomness) -> bytes:
    """Return a new private key."""
    return randomness(KEY_BYTES)


def public_key(private: bytes) -> bytes:
    """Return the public half of a private key."""
    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def sign(private: bytes, message: bytes) -> bytes:
    """Return the signature of `message`."""
    return _opened(private).sign(message)


@lru_cache(maxsize=64)
def _opened(private: bytes) -> Ed25519PrivateKey:
    """Return a key ready to sign: making it so takes longer than the signature."""
    return Ed25519PrivateKey.from_private_bytes(private)


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether the owner of `public` signed `message`; malformed input is a no."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def write(raw: bytes) -> str:
    """Return a key or signature as text.

    >>> write(bytes([251, 255]))
    '-_8'
    """
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def read(text: str) -> bytes:
    """Return the bytes that `write` wrote; any other text gives no bytes.

    >>> read("-_8").hex()
    'fbff'
    >>> read("-_9")
    b''
    """
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars="-_", validate=True)
    except (binascii.Error, ValueError):
        return b""
    return raw if write(raw) == text else b""
