"""A stored line, read as this program reads it: a device's operation, or a message of a server."""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from device_protocol.codec import Undecodable, decode_line
from server.lane.activity import DEVICES
from server.lane.message import message_decoder

REASON_LENGTH_MAX = 200
Reader = Callable[[int, bytes], Any]
"""Takes the stream and the line; gives what it says, or an `Undecodable`."""


def reader(kinds: Iterable[type]) -> Reader:
    """Read the lines of devices, and those of servers as one of the messages among `kinds`."""
    decode_message = message_decoder(kinds)

    def read(stream: int, line: bytes) -> Any:  # noqa: ANN401 - a message of any activity.
        if stream >= DEVICES:
            return decode_line(line)
        try:
            return decode_message(line)
        except msgspec.MsgspecError as error:
            return Undecodable("undecodable", str(error)[:REASON_LENGTH_MAX])

    return read
