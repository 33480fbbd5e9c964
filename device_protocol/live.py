"""Live hints on the device: which scopes changed, told as it happens.

The stream is text/event-stream (WHATWG HTML, 9.2): `event: hint` with a `Hint` as its data, and
comment lines while nothing happens. A hint is never data and may be lost, so that polling does as
well; and what changed before the stream opened is not told:

1. When the stream opens, and after every hint that is news, pull.
2. When it ends, or where the server has none, synchronise from time to time, and try it again.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

import msgspec

from device_protocol.messages import LIVE_PATH, Cursor, Hint

EVENT = "hint"
HEARTBEAT_S = 15.0
"""A stream on which nothing happens shows so often that it lives."""
READ_S_MAX = 3 * HEARTBEAT_S
LIVE_HEADERS = {"Accept": "text/event-stream", "Accept-Encoding": "identity"}

Heard = Callable[[Hint | None], bool]
"""Is told a hint that is news, or None where the stream opens or shows that it lives.

The answer False ends the stream.
"""

_decoder = msgspec.json.Decoder(Hint)


def live_target(protocol: int) -> str:
    """Return what is asked for, and signed.

    >>> live_target(2)
    '/device/v1/live?protocol=2'
    """
    return f"{LIVE_PATH}?protocol={protocol}"


def write_hint(hint: Hint) -> bytes:
    r"""Return a hint as an event of the stream.

    >>> write_hint(Hint("1/zone/7", 9))
    b'event: hint\ndata: {"scope":"1/zone/7","n":9}\n\n'
    """
    return b"event: %s\ndata: %s\n\n" % (EVENT.encode(), msgspec.json.encode(hint))


def read_hints(lines: Iterable[str]) -> Iterator[Hint | None]:
    """Return the hints of a stream of lines, and None for each comment; anything else is skipped.

    >>> list(read_hints([": here", "", "event: hint", 'data: {"scope":"1/zone/7","n":9}', ""]))
    [None, Hint(scope='1/zone/7', n=9)]
    """
    event, told = "", list[str]()
    for line in lines:
        name, _, value = line.partition(":")
        if line.startswith(":"):
            yield None
        elif name == "event":
            event = value.removeprefix(" ")
        elif name == "data":
            told.append(value.removeprefix(" "))
        elif not line:
            hint = _read_hint("\n".join(told)) if event == EVENT else None
            if hint is not None:
                yield hint
            event, told = "", []


def is_news(hint: Hint, cursors: Mapping[str, Cursor]) -> bool:
    """Tell whether a hint says more than what was pulled already."""
    cursor = cursors.get(hint.scope)
    return cursor is None or cursor.n < hint.n


def _read_hint(text: str) -> Hint | None:
    try:
        return _decoder.decode(text)
    except msgspec.MsgspecError:
        return None
