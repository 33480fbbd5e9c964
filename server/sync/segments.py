"""Segments: runs of a scope's documents, encoded as pages carry them, kept for the next device.

A version holds what one commit changed, and later commits only ever take documents out of it. So a
run of versions that counts as many documents as when it was read holds the very same ones, and
counting them, by the index alone, is all that sending it again takes. When a hundred handhelds
come back after a restore, the first one's pull has read the catalog for all of them.
"""

import itertools
import threading
from collections import OrderedDict
from operator import itemgetter
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from server.sync.documents import ScopeName
from server.sync.models import DOCUMENT

SEGMENT_DOCUMENTS = 1_000
SEGMENT_BYTES = 1_024 * 1_024
"""Of bodies; a version that holds more makes a longer segment, because it is never cut in two."""
KEPT_BYTES_MAX = 32 * 1_024 * 1_024
WORTH_BYTES = 32 * 1_024
"""Shorter segments are read again sooner than looked up."""

Row = tuple[str, int, bytes | None]
"""Key, version and body of a document; None where it is gone."""
Name = tuple[int, ScopeName, int]
"""Generation of the book, scope, and the version after which a segment begins."""
_encode = msgspec.json.Encoder().encode


class Segment(NamedTuple):
    """Documents of the versions up to `upto`, as the elements of a JSON array."""

    upto: int
    encoded: bytes
    documents: int
    counted: int = 0
    """How many rows the range held, deletions among them, when it was kept."""
    seen: int = 0
    """The scope's last change when that was last looked at."""


class Segments:
    """The segments that were read last, as many as fit; shared by all threads."""

    def __init__(self, bytes_max: int = KEPT_BYTES_MAX) -> None:
        """Keep none yet."""
        self.bytes = 0
        self._bytes_max = bytes_max
        self._kept: OrderedDict[Name, Segment] = OrderedDict()
        self._lock = threading.Lock()

    def next(  # noqa: PLR0917 - one run of one scope of one book.
        self,
        connection: sa.Connection,
        generation: int,
        scope: ScopeName,
        after: int,
        version: int,
        documents_max: int = SEGMENT_DOCUMENTS,
    ) -> Segment:
        """The next documents of a scope whose last change was `version`, read or as kept."""
        name = (generation, scope, after)
        with self._lock:
            kept = self._kept.get(name)
            if kept is not None:
                self._kept.move_to_end(name)
        if kept is not None and kept.seen == version:
            return kept
        # What another reader's later snapshot held is not yet so in this one.
        known = kept if kept is not None and kept.upto <= version else None
        if known and count_rows(connection, scope, after, known.upto) == known.counted:
            segment = known._replace(seen=version)
        else:
            segment = read_segment(connection, scope, after, version, documents_max)
            if len(segment.encoded) < WORTH_BYTES:
                return segment
            counted = count_rows(connection, scope, after, segment.upto)
            segment = segment._replace(counted=counted, seen=version)
        self._keep(name, segment)
        return segment

    def _keep(self, name: Name, segment: Segment) -> None:
        with self._lock:
            before = self._kept.pop(name, None)
            self._kept[name] = segment
            self.bytes += len(segment.encoded) - (len(before.encoded) if before else 0)
            while self.bytes > self._bytes_max:
                _, dropped = self._kept.popitem(last=False)
                self.bytes -= len(dropped.encoded)


def count_rows(connection: sa.Connection, scope: ScopeName, after: int, upto: int) -> int:
    """How many documents, deleted ones too, last changed after one version and up to another."""
    wanted = (
        sa.select(sa.func.count())
        .select_from(DOCUMENT)
        .where(DOCUMENT.c.site == scope.site, DOCUMENT.c.scope == scope.text)
        .where(DOCUMENT.c.version > after, DOCUMENT.c.version <= upto)
    )
    return int(connection.execute(wanted).scalar_one())


def read_segment(
    connection: sa.Connection,
    scope: ScopeName,
    after: int,
    version: int,
    documents_max: int = SEGMENT_DOCUMENTS,
) -> Segment:
    """Read the next documents of a scope: whole versions only, and at least one of them."""
    rows, cut = next_rows(connection, scope, after, documents_max)
    return Segment(rows[-1][1] if cut else version, encoded(rows), len(rows))


def next_rows(
    connection: sa.Connection, scope: ScopeName, after: int, documents_max: int
) -> tuple[list[Row], bool]:
    """Documents above a version, in order, whole versions only; and whether more may follow.

    At least one version is answered, however large it is.
    """
    of_scope = sa.and_(DOCUMENT.c.site == scope.site, DOCUMENT.c.scope == scope.text)
    wanted = sa.select(DOCUMENT.c.key, DOCUMENT.c.version, DOCUMENT.c.body).where(of_scope)
    if after == 0:
        # Who has nothing yet need not be told what is gone.
        wanted = wanted.where(DOCUMENT.c.body.is_not(None))
    ordered = wanted.order_by(DOCUMENT.c.version, DOCUMENT.c.key)
    limit = documents_max + 1
    found = fetched(connection, ordered.where(DOCUMENT.c.version > after).limit(limit))
    cut = len(found) == limit
    if cut and found[0][1] == found[-1][1]:
        return fetched(connection, ordered.where(DOCUMENT.c.version == found[0][1])), True
    taken = size = 0
    last = found[-1][1] if cut else 0
    for version, group in itertools.groupby(found, itemgetter(1)):
        rows = list(group)
        size += sum(len(body or b"") for _, _, body in rows)
        if version == last or (taken and size > SEGMENT_BYTES):
            return found[:taken], True
        taken += len(rows)
    return found, False


def fetched(connection: sa.Connection, wanted: sa.Select[Row]) -> list[Row]:
    """Rows as the driver gives them: an object for each would cost more than reading it."""
    result = connection.execute(wanted)
    rows: Any = result.cursor.fetchall()
    result.close()
    return list(rows)


def encoded(rows: list[Row]) -> bytes:
    """Documents on their way, their bodies as stored."""
    return b",".join(
        [
            b'{"key":%b,"version":%d}' % (_encode(key), version)
            if body is None
            else b'{"key":%b,"version":%d,"body":%b}' % (_encode(key), version, body)
            for key, version, body in rows
        ]
    )
