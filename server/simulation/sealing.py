"""Cheap signatures for simulated days: Ed25519 would take a fifth of each.

Who does not hold the key signs as wrongly as ever, and what was changed on the way no longer fits;
only that nobody can find a signature by reckoning is not asked of these days. One seed in forty
signs in earnest.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from unittest.mock import patch

from device_protocol import keys

_public_key = lru_cache(maxsize=256)(keys.public_key)


def sign(private: bytes, message: bytes) -> bytes:
    """Return a stand-in for the signature of `message`, as long as a real one."""
    return _sealed(_public_key(private), message)


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether `sign` made it, with the private half of `public`."""
    return signature == _sealed(public, message)


def _sealed(public: bytes, message: bytes) -> bytes:
    return hashlib.sha512(b"%d:%b:%b" % (len(public), public, message)).digest()


@contextmanager
def cheap_signatures() -> Iterator[None]:
    """Have devices and server sign and verify by stand-ins meanwhile.

    They are put in from outside: the protocol itself knows no weaker way that could be left on.
    """
    with patch.object(keys, "sign", sign), patch.object(keys, "verify", verify):
        yield
