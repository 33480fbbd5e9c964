"""What stays in the book of a line that stands in an archive: who did what, and no more.

Its hash, outcome, time and movements stay in its row, so a device that sends it again is answered
as ever, and the chain of commits is checked without it. The line itself is read from the archive
(docs/decisions/0011-archive.md).
"""

from typing import Any

import msgspec

MARK = b'{"archived":1'
KEPT = ("kind", "actor", "personal", "attachments")
"""What reports ask of a line: what it was, who gave it, and what it names."""
_encode = msgspec.json.Encoder().encode


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


def is_remainder(line: bytes) -> bool:
    """Whether a stored line is what stayed of one."""
    return line.startswith(MARK)
