"""The settings of a Totebook process, read from `TOTEBOOK_*` environment variables."""

import dataclasses
import difflib
import os
import secrets
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

PREFIX = "TOTEBOOK_"
# Variables with this prefix steer the tests and are no settings of a server.
TEST_PREFIX = "TOTEBOOK_TEST_"
SECRET_LENGTH_MIN = 32


class ConfigError(Exception):
    """Something outside the program is set up wrongly; the message says what to change."""


def _text(text: str) -> str:
    if not text.strip():
        msg = "a text that is not empty"
        raise ValueError(msg)
    return text.strip()


def _word(*allowed: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        word = text.strip().lower()
        if word not in allowed:
            msg = f"one of {', '.join(allowed)}"
            raise ValueError(msg)
        return word

    return read


def _whole_number(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        digits = text.strip()
        if not (digits.isascii() and digits.isdigit() and least <= int(digits) <= most):
            msg = f"a whole number from {least} to {most}"
            raise ValueError(msg)
        return int(digits)

    return read


def _database_url(text: str) -> str:
    try:
        url = make_url(text.strip())
    except ArgumentError:
        url = URL.create("")
    on_sqlite = url.drivername == "sqlite" and url.database not in {None, "", ":memory:"}
    if not (on_sqlite or url.drivername in {"postgresql", "postgresql+psycopg"}):
        msg = (
            "sqlite:///FILE (four slashes for an absolute path) or "
            "postgresql://USER:PASSWORD@HOST:PORT/NAME"
        )
        raise ValueError(msg)
    return text.strip()


def _secret(text: str) -> str:
    if len(text.strip()) < SECRET_LENGTH_MIN:
        msg = f"at least {SECRET_LENGTH_MIN} random characters"
        raise ValueError(msg)
    return text.strip()


def _setting(
    meaning: str, *, default: object, read: Callable[[str], object], shown: bool = True
) -> Any:  # noqa: ANN401 - as dataclasses.field itself
    """Declare one setting: what it means, its default, and how its text is read."""
    return dataclasses.field(
        default=default, repr=shown, metadata={"meaning": meaning, "read": read}
    )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set; a field's variable is the prefix and its name in capitals."""

    database: str = _setting(
        "Where the book is kept: a SQLite file, or a PostgreSQL database.",
        default="sqlite:///totebook.sqlite3",
        read=_database_url,
        shown=False,
    )
    host: str = _setting("The address to listen on.", default="127.0.0.1", read=_text)
    port: int = _setting("The port to listen on.", default=8080, read=_whole_number(1, 65_535))
    log_level: str = _setting(
        "What is logged: this level and everything above it.",
        default="info",
        read=_word("debug", "info", "warning", "error"),
    )
    log_format: str = _setting(
        "How a log line looks; auto is text on a terminal and json elsewhere.",
        default="auto",
        read=_word("auto", "json", "text"),
    )
    secret_key: str = _setting(
        "The key that session tokens are made with. On SQLite it is generated once and kept in a "
        "file beside the database that only its owner can read; on PostgreSQL it must be given.",
        default="",
        read=_secret,
        shown=False,
    )
    group_operations_max: int = _setting(
        "How many operations a lane takes into one transaction.",
        default=800,
        read=_whole_number(1, 100_000),
    )
    push_bytes_max: int = _setting(
        "The largest push as it travels (packed), in bytes.",
        default=1024 * 1024,
        read=_whole_number(64 * 1024, 64 * 1024 * 1024),
    )
    push_unpacked_bytes_max: int = _setting(
        "The largest push once unpacked, in bytes.",
        default=8 * 1024 * 1024,
        read=_whole_number(64 * 1024, 256 * 1024 * 1024),
    )
    session_hours: int = _setting(
        "How long a person stays signed in, in hours.",
        default=12,
        read=_whole_number(1, 24 * 31),
    )

    @classmethod
    def from_environment(cls, mapping: Mapping[str, str] = os.environ) -> "Settings":
        """Read the settings; a ConfigError names the variable, its value and what is allowed."""
        fields = {variable(field.name): field for field in dataclasses.fields(cls)}
        given: dict[str, Any] = {}
        for name in sorted(mapping):
            if not name.startswith(PREFIX) or name.startswith(TEST_PREFIX):
                continue
            if name not in fields:
                near = difflib.get_close_matches(name, fields, n=1)
                hint = f" Did you mean {near[0]}?" if near else ""
                msg = f"There is no setting {name}.{hint} docs/settings.md lists them all."
                raise ConfigError(msg)
            field = fields[name]
            try:
                given[field.name] = field.metadata["read"](mapping[name])
            except ValueError as error:
                # A secret, or an address with a password in it, must not end up in a log.
                shown = repr(mapping[name]) if field.repr else "what it is set to"
                msg = f"{name}: {shown} is not allowed; it must be {error}."
                raise ConfigError(msg) from None
        return cls(**given)


def variable(name: str) -> str:
    """Answer the environment variable of a field of Settings."""
    return PREFIX + name.upper()


def secret_key(settings: Settings) -> bytes:
    """Answer the key for session tokens; on SQLite one is made and kept if none was given."""
    if settings.secret_key:
        return settings.secret_key.encode()
    url = make_url(settings.database)
    if url.get_backend_name() != "sqlite" or url.database is None:
        msg = (
            f"{variable('secret_key')} must be set when the database is PostgreSQL, to the same "
            f"value for every process: at least {SECRET_LENGTH_MIN} random characters."
        )
        raise ConfigError(msg)
    path = Path(url.database + ".secret")
    try:
        return _kept_secret(path)
    except OSError as error:
        msg = f"{path} can't be read or written ({error.strerror}); set {variable('secret_key')}."
        raise ConfigError(msg) from error


def _kept_secret(path: Path) -> bytes:
    if not path.exists():
        # Linked into place when whole, so that of two processes that start at once one wins, and
        # no crash leaves half a key.
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        msg = (
            f"{path} can be read by others; run `chmod 600 {path}`, or delete it to make a new one."
        )
        raise ConfigError(msg)
    key = path.read_text().strip()
    if len(key) < SECRET_LENGTH_MIN:
        msg = f"{path} holds no key; delete it to make a new one (everyone signs in again)."
        raise ConfigError(msg)
    return key.encode()
