"""Tokens and codes, from randomness that is passed in so that tests and demos own it."""

import base64
import random
import secrets
from typing import Protocol

# Crockford's base 32: no I, L, O or U, which people misread or giggle at. 32 letters take five
# bits each, so no letter is likelier than another.
CODE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 8


class Randomness(Protocol):
    """Whatever gives random bytes."""

    def take(self, count: int) -> bytes:
        """Answer so many random bytes."""
        ...


class SystemRandomness:
    """The operating system's randomness, fit for secrets."""

    def take(self, count: int) -> bytes:
        """Answer so many random bytes."""
        return secrets.token_bytes(count)


class SeededRandomness:
    """The same bytes for the same seed; never for secrets."""

    def __init__(self, seed: int) -> None:
        """Begin the sequence that belongs to a seed."""
        self._random = random.Random(seed)  # noqa: S311 - meant to be repeatable

    def take(self, count: int) -> bytes:
        """Answer the next so many bytes."""
        return self._random.randbytes(count)


def random_token(randomness: Randomness, length_bytes: int = 32) -> str:
    """Make a token that is safe in URLs and headers and can't be guessed."""
    return base64.urlsafe_b64encode(randomness.take(length_bytes)).rstrip(b"=").decode()


def random_code(randomness: Randomness) -> str:
    """Make a short code that a person can read aloud and type, like `7QX2-M0KD`."""
    letters = "".join(CODE_LETTERS[byte % 32] for byte in randomness.take(CODE_LENGTH))
    return f"{letters[:4]}-{letters[4:]}"


def normal_code(text: str) -> str:
    """Bring a typed code into the form it was made in (case, dashes, O for 0, I and L for 1)."""
    letters = text.upper().translate(str.maketrans("OIL", "011", "- "))
    return f"{letters[:4]}-{letters[4:]}"
