"""Bounds on what is taken: bodies packed and unpacked, and guesses at secrets."""

from typing import Any, TypeVar

import msgspec
from litestar import Request

from device_protocol import codec
from device_protocol.messages import Limits
from device_protocol.operations import LINE_BYTES_MAX
from device_protocol.version import LIMITS
from server.api.problem import TooManyError, UnsupportedMediaError, malformed
from server.clock import Clock
from server.config import Settings, attachments_place
from server.errors import MalformedError

T = TypeVar("T")
AnyRequest = Request[Any, Any, Any]

WRONG_MAX = 5
LOCKED_MS = 15 * 60_000
REMEMBERED_MAX = 10_000


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

    Kept in memory: a restart forgives.
    """

    def __init__(self, clock: Clock) -> None:
        """Start with a clean slate."""
        self._clock = clock
        self._wrong: dict[str, tuple[int, int]] = {}

    def check(self, name: str) -> None:
        """Raise LockedError while `name` is locked."""
        count, at = self._wrong.get(name, (0, 0))
        if count >= WRONG_MAX and self._clock.now() - at < LOCKED_MS:
            raise LockedError(
                "Too many wrong codes; wait a quarter of an hour, or ask a supervisor."
            )

    def wrong(self, name: str) -> None:
        """Note a wrong guess."""
        now = self._clock.now()
        count, at = self._wrong.pop(name, (0, 0))
        if now - at >= LOCKED_MS:
            count = 0
        if len(self._wrong) >= REMEMBERED_MAX:
            # The oldest go first, so that made-up names can't fill the memory.
            self._wrong.pop(next(iter(self._wrong)))
        self._wrong[name] = (count + 1, now)

    def right(self, name: str) -> None:
        """Forget the wrong guesses: the right one came."""
        self._wrong.pop(name, None)
