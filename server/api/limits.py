"""Bounds on what is taken: bodies packed and unpacked, and guesses at secrets."""

from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa
from litestar import Request

from device_protocol import codec
from device_protocol.messages import Limits
from device_protocol.operations import LINE_BYTES_MAX
from device_protocol.version import LIMITS
from server.api.problem import TooManyError, UnsupportedMediaError, malformed
from server.clock import Clock
from server.config import Settings, attachments_place
from server.db.bulk import ensure_records, select_records
from server.db.engine import Database
from server.errors import MalformedError
from server.lane.activity import NETWORK
from server.processes.models import GUESSES
from server.processes.records import Guesses

T = TypeVar("T")
AnyRequest = Request[Any, Any, Any]

WRONG_MAX = 5
LOCKED_MS = 15 * 60_000


def limits_of(settings: Settings) -> Limits:
    """The limits that devices are told and held to."""
    return Limits(
        line_bytes=LINE_BYTES_MAX,
        batch_operations=LIMITS.batch_operations,
        push_bytes=settings.push_bytes_max,
        unpacked_bytes=settings.push_unpacked_bytes_max,
        attachment_bytes=LIMITS.attachment_bytes if attachments_place(settings) else 0,
        chunk_bytes=min(LIMITS.chunk_bytes, settings.push_bytes_max),
    )


def unpack_body(request: AnyRequest, body: bytes, limits: Limits) -> bytes:
    """A body as its sender wrote it.

    What unpacks to more than is allowed is never unpacked whole.
    """
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in ("", "identity", *codec.ENCODINGS):
        raise UnsupportedMediaError(
            f"Content-Encoding {encoding[:20]!r} is not read here; use zstd, gzip or none."
        )
    return codec.unpack(body, encoding, limits.push_bytes, limits.unpacked_bytes)


def decode_body(body: bytes, kind: type[T]) -> T:
    """A JSON body of a given shape; MalformedError points at where it is not."""
    try:
        message = msgspec.json.decode(body, type=kind)
        fault = codec.unstorable(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise malformed(error) from error
    if fault:
        raise MalformedError(f"The body can't be kept: {fault}.")
    return message


class LockedError(TooManyError):
    """Too many wrong guesses at a secret."""

    code = "locked"
    title = "Locked for a while"
    retry_after_s = LOCKED_MS // 1_000


class Lockout:
    """Counts wrong guesses by whom they were made for, and locks for a while after the fifth.

    Kept in the database, outside the book: all processes count together, and a restart forgives
    nothing. A clock that was set by more than that while forgives.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        """Count in a database."""
        self._database = database
        self._clock = clock

    def check(self, name: str) -> None:
        """Raise LockedError while `name` is locked."""
        with self._database.reading() as connection:
            found = select_records(connection, Guesses, Guesses.KEY, [(NETWORK, name)])
        if any(each.count >= WRONG_MAX and self._is_fresh(each) for each in found):
            raise LockedError(
                "Too many wrong codes; wait a quarter of an hour, or ask a supervisor."
            )

    def wrong(self, name: str) -> None:
        """Note a wrong guess; those that count no more are forgotten with it."""
        now = self._clock.now()
        stale = sa.or_(GUESSES.c.at <= now - LOCKED_MS, GUESSES.c.at >= now + LOCKED_MS)
        with self._database.writing() as connection:
            connection.execute(sa.delete(GUESSES).where(stale))
            ensure_records(connection, Guesses, [Guesses(NETWORK, name, 0, now)])
            # Two wrong guesses at once are two, in whichever processes.
            more = sa.update(GUESSES).where(GUESSES.c.site == NETWORK, GUESSES.c.name == name)
            connection.execute(more.values(count=GUESSES.c.count + 1, at=now))

    def right(self, name: str) -> None:
        """Forget the wrong guesses: the right one came."""
        mine = sa.and_(GUESSES.c.site == NETWORK, GUESSES.c.name == name)
        with self._database.reading() as connection:
            if connection.scalar(sa.select(GUESSES.c.name).where(mine)) is None:
                return
        with self._database.writing() as connection:
            connection.execute(sa.delete(GUESSES).where(mine))

    def _is_fresh(self, guesses: Guesses) -> bool:
        return abs(self._clock.now() - guesses.at) < LOCKED_MS
