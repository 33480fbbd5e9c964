"""What stays in the book of a line that stands in an archive: who did what, and no more.

Its hash, outcome, time and movements stay in its row, so a device that sends it again is answered
as ever, and the chain of commits is checked without it. The line itself is read from the archive
(docs/decisions/0011-archive.md).
"""

from typing import Any

import msgspec

from device_protocol.operations import Origin

MARK = b'{"archived":1'
KEPT = ("kind", "actor", "again", "personal", "attachments")
"""What reports ask of a line: what it was, who gave it, and what it names; and what an undo asks:
where the line stood before, if its device offered it again.
"""
_encode = msgspec.json.Encoder().encode


class _Offered(msgspec.Struct):
    again: Origin | None = None


_decode_offered = msgspec.json.Decoder(_Offered).decode


def remainder(line: bytes) -> bytes:
    """What stays of a line; the line itself where that is no longer.

    >>> remainder(b'{"kind":"pick","actor":"7/1","from":"A-01-01-1","quantity":2,"scans":[]}')
    b'{"archived":1,"kind":"pick","actor":"7/1"}'
    """
    try:
        said: Any = msgspec.json.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        said = None
    named = said if isinstance(said, dict) else {}
    left = _encode({"archived": 1} | {name: named[name] for name in KEPT if name in named})
    return left if len(left) < len(line) else line


def origin_of(line: bytes) -> Origin | None:
    """Where a stored line, or what stayed of it, stood before; None if it was not offered again.

    >>> origin_of(remainder(b'{"kind":"unload","again":{"epoch":1,"seq":2,"hash":"cd"},"unit":""}'))
    Origin(epoch=1, seq=2, hash='cd')
    >>> origin_of(b'{"again":7}') is origin_of(b"no line") is None
    True
    """
    try:
        return _decode_offered(line).again
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def is_remainder(line: bytes) -> bool:
    """Whether a stored line is what stayed of one."""
    return line.startswith(MARK)
