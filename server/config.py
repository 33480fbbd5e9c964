"""The settings of a Totebook process, read from `TOTEBOOK_*` environment variables."""

import dataclasses
import difflib
import os
import secrets
import stat
from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

from server.setting_texts import (
    SECRET_LENGTH_MIN,
    attachments_address,
    database_url,
    http_address,
    secret,
    text_of,
    whole_number,
    word,
)

PREFIX = "TOTEBOOK_"
# Variables with this prefix steer the tests and are no settings of a server.
TEST_PREFIX = "TOTEBOOK_TEST_"
DAYS_MAX = 36_500


class ConfigError(Exception):
    """Something outside the program is set up wrongly; the message says what to change."""


def program_version() -> str:
    """The version as installed."""
    try:
        return version("totebook")
    except PackageNotFoundError:
        return "0"


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
        read=database_url,
        shown=False,
    )
    host: str = _setting("The address to listen on.", default="127.0.0.1", read=text_of)
    port: int = _setting("The port to listen on.", default=8080, read=whole_number(1, 65_535))
    drain_seconds: int = _setting(
        "How long a server that was told to stop still answers while /ready says 503, so that "
        "those who pass calls on to it notice, in seconds.",
        default=0,
        read=whole_number(0, 600),
    )
    log_level: str = _setting(
        "What is logged: this level and everything above it.",
        default="info",
        read=word("debug", "info", "warning", "error"),
    )
    log_format: str = _setting(
        "How a log line looks; auto is text on a terminal and json elsewhere.",
        default="auto",
        read=word("auto", "json", "text"),
    )
    slow_statement_ms: int = _setting(
        "A statement that takes longer is logged with its text, without parameters, and counted; "
        "0 is never.",
        default=500,
        read=whole_number(0, 3_600_000),
    )
    metrics_token: str = _setting(
        "Who sends it as `Authorization: Bearer …` may read /metrics from anywhere; without it "
        "only this machine may.",
        default="",
        read=secret,
        shown=False,
    )
    traces: str = _setting(
        "Where OpenTelemetry traces are sent by OTLP over HTTP, as "
        "http://collector:4318/v1/traces; it needs the extra `tracing`. Without it nothing is "
        "traced.",
        default="",
        read=http_address,
    )
    secret_key: str = _setting(
        "The key that session tokens are made with. On SQLite it is generated once and kept in a "
        "file beside the database that only its owner can read; on PostgreSQL it must be given.",
        default="",
        read=secret,
        shown=False,
    )
    owner_database: str = _setting(
        "The same PostgreSQL database as its owner, for `migrate`, `roles` and `archive`; unless "
        "given, they use the same address as the server.",
        default="",
        read=database_url,
        shown=False,
    )
    replica_url: str = _setting(
        "A standby of the PostgreSQL database from which merchants read; unless given, or when it "
        "is away or too old, they read from the database itself.",
        default="",
        read=database_url,
        shown=False,
    )
    replica_lag_s: int = _setting(
        "How old, in seconds, what merchants read from the standby may be.",
        default=30,
        read=whole_number(1, 86_400),
    )
    durable: str = _setting(
        "When a push counts as durable: local, on the disk of the database (and on the standby "
        "that PostgreSQL itself waits for, if there is one); standby, only with a synchronous "
        "standby, without which nothing is taken.",
        default="local",
        read=word("local", "standby"),
    )
    pool_size: int = _setting(
        "How many connections to PostgreSQL the lanes of a process share, and as many its reads: "
        "two at least, for an export holds one for as long as its reader takes.",
        default=10,
        read=whole_number(2, 1_000),
    )
    pool_wait_s: int = _setting(
        "How long a call waits for a free connection before it is answered 503, in seconds.",
        default=10,
        read=whole_number(1, 600),
    )
    lane_timeout_s: int = _setting(
        "How long one statement of a lane may take on PostgreSQL, its commit among them; "
        "0 is any time.",
        default=60,
        read=whole_number(0, 86_400),
    )
    read_timeout_s: int = _setting(
        "How long one statement of a reading call may take on PostgreSQL; 0 is any time.",
        default=60,
        read=whole_number(0, 86_400),
    )
    report_timeout_s: int = _setting(
        "How long one statement of a report, an export or `verify` may take; 0 is any time.",
        default=900,
        read=whole_number(0, 604_800),
    )
    lock_timeout_s: int = _setting(
        "How long a statement waits for a lock on PostgreSQL; 0 is any time.",
        default=30,
        read=whole_number(0, 86_400),
    )
    idle_timeout_s: int = _setting(
        "After how long PostgreSQL ends a transaction whose process says nothing more; 0 is never.",
        default=60,
        read=whole_number(0, 86_400),
    )
    group_operations_max: int = _setting(
        "How many operations a lane takes into one transaction.",
        default=800,
        read=whole_number(1, 100_000),
    )
    push_bytes_max: int = _setting(
        "The largest push as it travels (packed), in bytes.",
        default=1024 * 1024,
        read=whole_number(64 * 1024, 64 * 1024 * 1024),
    )
    push_unpacked_bytes_max: int = _setting(
        "The largest push once unpacked, in bytes.",
        default=8 * 1024 * 1024,
        read=whole_number(64 * 1024, 256 * 1024 * 1024),
    )
    session_hours: int = _setting(
        "How long a person stays signed in, in hours.",
        default=12,
        read=whole_number(1, 24 * 31),
    )
    link_days: int = _setting(
        "How long a link to the page of a consumer's order opens it, in days.",
        default=60,
        read=whole_number(1, DAYS_MAX),
    )
    silent_minutes: int = _setting(
        "After how many minutes without a call a device that holds work or lines raises an alarm.",
        default=30,
        read=whole_number(1, 24 * 60),
    )
    stuck_minutes: int = _setting(
        "After how many minutes a device that calls and gets no line across raises an alarm.",
        default=15,
        read=whole_number(1, 24 * 60),
    )
    battery_percent: int = _setting(
        "Below how many percent of battery a device raises an alarm; 0 is never.",
        default=15,
        read=whole_number(0, 100),
    )
    device_calls_per_s: int = _setting(
        "How many calls a second are taken of one device for long; 0 is any number. "
        "What is more is answered 429.",
        default=100,
        read=whole_number(0, 1_000_000),
    )
    device_calls_burst: int = _setting(
        "How many calls of one device are taken at once after a rest.",
        default=1_000,
        read=whole_number(1, 10_000_000),
    )
    device_operations_per_s: int = _setting(
        "How many pushed operations a second are taken of one device for long; 0 is any number.",
        default=20_000,
        read=whole_number(0, 10_000_000),
    )
    device_operations_burst: int = _setting(
        "How many pushed operations of one device are taken at once after a rest.",
        default=100_000,
        read=whole_number(1_000, 100_000_000),
    )
    stranger_calls_per_s: int = _setting(
        "How many calls a second are taken of one address without a good signature (enrolling, "
        "opening an epoch, wrong signatures); 0 is any number.",
        default=20,
        read=whole_number(0, 1_000_000),
    )
    stranger_calls_burst: int = _setting(
        "How many such calls of one address are taken at once after a rest.",
        default=200,
        read=whole_number(1, 10_000_000),
    )
    attachments: str = _setting(
        "Where pictures and signatures are kept: a folder, or s3://BUCKET/PREFIX with the usual "
        "AWS_* variables. On SQLite it is a folder beside the database unless given; on PostgreSQL "
        "none are taken unless it is given.",
        default="",
        read=attachments_address,
    )
    attachment_bytes_per_day: int = _setting(
        "How many bytes of attachments one device may begin to send in 24 hours.",
        default=256 * 1024 * 1024,
        read=whole_number(8 * 1024 * 1024, 1 << 40),
    )
    keep_recipients_days: int = _setting(
        "How long names and addresses of orders are kept, in days.",
        default=180,
        read=whole_number(1, DAYS_MAX),
    )
    keep_names_days: int = _setting(
        "How long names of those who took a parcel are kept, in days.",
        default=180,
        read=whole_number(1, DAYS_MAX),
    )
    keep_positions_days: int = _setting(
        "How long the positions of deliveries are kept, in days.",
        default=90,
        read=whole_number(1, DAYS_MAX),
    )
    keep_notes_days: int = _setting(
        "How long notes that people typed are kept, in days.",
        default=1_825,
        read=whole_number(1, DAYS_MAX),
    )
    keep_attachments_days: int = _setting(
        "How long pictures and signatures are kept, in days.",
        default=180,
        read=whole_number(1, DAYS_MAX),
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


def owner_database(settings: Settings) -> str:
    """Answer the address of the database for whoever changes its schema."""
    return settings.owner_database or settings.database


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
