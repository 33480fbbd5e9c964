"""The settings of a Totebook process, read from `TOTEBOOK_*` environment variables."""

import dataclasses
import difflib
import os
import re
import secrets
import stat
from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

PREFIX = "TOTEBOOK_"
# Variables with this prefix steer the tests and are no settings of a server.
TEST_PREFIX = "TOTEBOOK_TEST_"
SECRET_LENGTH_MIN = 32
DAYS_MAX = 36_500


class ConfigError(Exception):
    """Something outside the program is set up wrongly; the message says what to change."""


def program_version() -> str:
    """The version as installed."""
    try:
        return version("totebook")
    except PackageNotFoundError:
        return "0"


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


def _attachments_place(text: str) -> str:
    place = text.strip()
    if not place or ("://" in place and not re.fullmatch(r"s3://[^/?#]+(/[^?#]*)?", place)):
        msg = "a folder, or s3://BUCKET/PREFIX"
        raise ValueError(msg)
    return place


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
    silent_minutes: int = _setting(
        "After how many minutes without a call a device that holds work or lines raises an alarm.",
        default=30,
        read=_whole_number(1, 24 * 60),
    )
    stuck_minutes: int = _setting(
        "After how many minutes a device that calls and gets no line across raises an alarm.",
        default=15,
        read=_whole_number(1, 24 * 60),
    )
    battery_percent: int = _setting(
        "Below how many percent of battery a device raises an alarm; 0 is never.",
        default=15,
        read=_whole_number(0, 100),
    )
    device_calls_per_s: int = _setting(
        "How many calls a second are taken of one device for long; 0 is any number. "
        "What is more is answered 429.",
        default=100,
        read=_whole_number(0, 1_000_000),
    )
    device_calls_burst: int = _setting(
        "How many calls of one device are taken at once after a rest.",
        default=1_000,
        read=_whole_number(1, 10_000_000),
    )
    device_operations_per_s: int = _setting(
        "How many pushed operations a second are taken of one device for long; 0 is any number.",
        default=20_000,
        read=_whole_number(0, 10_000_000),
    )
    device_operations_burst: int = _setting(
        "How many pushed operations of one device are taken at once after a rest.",
        default=100_000,
        read=_whole_number(1_000, 100_000_000),
    )
    stranger_calls_per_s: int = _setting(
        "How many calls a second are taken of one address without a good signature (enrolling, "
        "opening an epoch, wrong signatures); 0 is any number.",
        default=20,
        read=_whole_number(0, 1_000_000),
    )
    stranger_calls_burst: int = _setting(
        "How many such calls of one address are taken at once after a rest.",
        default=200,
        read=_whole_number(1, 10_000_000),
    )
    attachments: str = _setting(
        "Where pictures and signatures are kept: a folder, or s3://BUCKET/PREFIX with the usual "
        "AWS_* variables. On SQLite it is a folder beside the database unless given; on PostgreSQL "
        "none are taken unless it is given.",
        default="",
        read=_attachments_place,
    )
    attachment_bytes_per_day: int = _setting(
        "How many bytes of attachments one device may begin to send in 24 hours.",
        default=256 * 1024 * 1024,
        read=_whole_number(8 * 1024 * 1024, 1 << 40),
    )
    keep_recipients_days: int = _setting(
        "How long names and addresses of orders are kept, in days.",
        default=180,
        read=_whole_number(1, DAYS_MAX),
    )
    keep_names_days: int = _setting(
        "How long names of those who took a parcel are kept, in days.",
        default=180,
        read=_whole_number(1, DAYS_MAX),
    )
    keep_positions_days: int = _setting(
        "How long the positions of deliveries are kept, in days.",
        default=90,
        read=_whole_number(1, DAYS_MAX),
    )
    keep_notes_days: int = _setting(
        "How long notes that people typed are kept, in days.",
        default=1_825,
        read=_whole_number(1, DAYS_MAX),
    )
    keep_attachments_days: int = _setting(
        "How long pictures and signatures are kept, in days.",
        default=180,
        read=_whole_number(1, DAYS_MAX),
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


def attachments_place(settings: Settings) -> str:
    """Answer where attachments are kept: a folder or s3://…; empty where none are taken."""
    if settings.attachments:
        return settings.attachments
    url = make_url(settings.database)
    if url.get_backend_name() != "sqlite" or url.database is None:
        return ""
    return url.database + ".attachments"


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
