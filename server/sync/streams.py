"""Why the lines of a stream are not taken: errors of the call, never of an operation."""

from collections.abc import Mapping

from server.errors import ConflictError, NotFoundError


class StreamError(ConflictError):
    """The device and the server differ about the stream; `extras` say where the server stands."""

    def __init__(self, detail: str, extras: Mapping[str, int | str] | None = None) -> None:
        """Say what differs, and where the server stands."""
        super().__init__(detail)
        self.extras = dict(extras or {})


class GapError(StreamError):
    """The batch begins beyond the next line."""

    code = "sync.gap"
    title = "Lines are missing before these"


class ForkError(StreamError):
    """The same numbers stand for other lines: the device was restored or cloned."""

    code = "sync.fork"
    title = "The server holds another history"


class EpochClosedError(StreamError):
    """The server has no such epoch of the device."""

    code = "sync.epoch_closed"
    title = "There is no such epoch"


class UnknownDeviceError(NotFoundError):
    """No device of this number is enrolled."""

    code = "sync.unknown_device"
    title = "There is no such device"
