"""How the text of a setting is read; a ValueError says what it must be."""

import re
from collections.abc import Callable

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

SECRET_LENGTH_MIN = 32
_SEVERAL_HOSTS = re.compile(r"(postgresql(?:\+psycopg)?://(?:[^@/?]*@)?)([^@/?,]+,[^@/?]+)(/.*)")


def text_of(text: str) -> str:
    """A text that is not empty."""
    if not text.strip():
        msg = "a text that is not empty"
        raise ValueError(msg)
    return text.strip()


def word(*allowed: str) -> Callable[[str], str]:
    """One of some words."""

    def read(text: str) -> str:
        word = text.strip().lower()
        if word not in allowed:
            msg = f"one of {', '.join(allowed)}"
            raise ValueError(msg)
        return word

    return read


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """A whole number within bounds, both included."""

    def read(text: str) -> int:
        digits = text.strip()
        if not (digits.isascii() and digits.isdigit() and least <= int(digits) <= most):
            msg = f"a whole number from {least} to {most}"
            raise ValueError(msg)
        return int(digits)

    return read


def _one_address(text: str) -> str:
    """Several hosts, as PostgreSQL writes them, in the form that SQLAlchemy reads.

    Where nothing is said of which is meant, it is the one that takes writes.
    """
    matched = _SEVERAL_HOSTS.fullmatch(text)
    if matched is None:
        return text
    before, hosts, rest = matched.groups()
    place, _, query = rest.partition("?")
    wanted = [f"host={host}" for host in hosts.split(",")]
    if "target_session_attrs=" not in query:
        wanted.append("target_session_attrs=read-write")
    return f"{before}{place}?{'&'.join([*wanted, query] if query else wanted)}"


def database_url(text: str) -> str:
    """The address of a database of a kind that can keep a book."""
    text = _one_address(text.strip())
    try:
        url = make_url(text)
    except ArgumentError:
        url = URL.create("")
    on_sqlite = url.drivername == "sqlite" and url.database not in {None, "", ":memory:"}
    if not (on_sqlite or url.drivername in {"postgresql", "postgresql+psycopg"}):
        msg = (
            "sqlite:///FILE (four slashes for an absolute path) or "
            "postgresql://USER:PASSWORD@HOST:PORT/NAME (several as HOST:PORT,HOST:PORT)"
        )
        raise ValueError(msg)
    return text


def attachments_address(text: str) -> str:
    """A folder or a bucket."""
    place = text.strip()
    if not place or ("://" in place and not re.fullmatch(r"s3://[^/?#]+(/[^?#]*)?", place)):
        msg = "a folder, or s3://BUCKET/PREFIX"
        raise ValueError(msg)
    return place


def http_address(text: str) -> str:
    """An address to send to."""
    if not re.fullmatch(r"https?://[^\s/?#]+\S*", text.strip()):
        msg = "an address that begins with http:// or https://"
        raise ValueError(msg)
    return text.strip()


def secret(text: str) -> str:
    """A key that nobody guesses."""
    if len(text.strip()) < SECRET_LENGTH_MIN:
        msg = f"at least {SECRET_LENGTH_MIN} random characters"
        raise ValueError(msg)
    return text.strip()
