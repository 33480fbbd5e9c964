"""Reading the whole book row by row, in the order in which it was written."""

import heapq
from collections.abc import Iterator
from itertools import starmap
from typing import TypeVar

import sqlalchemy as sa

from server.lane.records import StoredOperation, Stream
from server.record import Record, shape

R = TypeVar("R", bound=Record)
ROWS_AT_ONCE = 10_000
AHEAD = 100_000
"""Operations that are held at once while streams are merged."""
AHEAD_MIN = 50
"""Operations of one stream that are read at once, however many streams there are."""
NO_LINE = {"sqlite": "x''", "postgresql": "''::bytea"}


def rows(connection: sa.Connection, kind: type[R], order: str, where: str = "") -> Iterator[R]:
    """All records of a kind in an order, read piece by piece."""
    names = ", ".join(f'"{name}"' for name in shape(kind).fields)
    sql = f"SELECT {names} FROM {kind.TABLE} {where} ORDER BY {order}"  # noqa: S608
    # Said of this statement alone: said of the connection, all that come after it would stream.
    streamed = connection.exec_driver_sql(sql, execution_options={"yield_per": ROWS_AT_ONCE})
    for part in streamed.partitions(ROWS_AT_ONCE):
        # A row at a time, the driver's part takes as long as all that is computed from it.
        yield from starmap(kind, part)


def merged_operations(connection: sa.Connection) -> Iterator[StoredOperation]:
    """All operations by site and number, without their lines, as far as streams are in order.

    Operations are kept by stream, and within one their numbers rise: so merging streams gives the
    order of the book without sorting millions of rows. A stream that is out of order, or has no
    row of its own, comes out wrong; who reads this must notice, and sort.
    """
    streams: dict[int, list[Stream]] = {}
    for stream in rows(connection, Stream, "site, stream, epoch"):
        streams.setdefault(stream.site, []).append(stream)
    for own in streams.values():
        at_once = max(AHEAD_MIN, min(ROWS_AT_ONCE, AHEAD // len(own)))
        yield from _merged([_lines(connection, stream, at_once) for stream in own])


def _merged(sources: list[Iterator[StoredOperation]]) -> Iterator[StoredOperation]:
    """Merge by number: what one stream has below all others is handed on without comparing."""
    heap = [
        (head.number, place, head)
        for place, source in enumerate(sources)
        if (head := next(source, None)) is not None
    ]
    heapq.heapify(heap)
    while heap:
        _, place, row = heapq.heappop(heap)
        bound = heap[0][0] if heap else None
        source = sources[place]
        yield row
        following = next(source, None)
        while following is not None and (bound is None or following.number <= bound):
            yield following
            following = next(source, None)
        if following is not None:
            heapq.heappush(heap, (following.number, place, following))


def _lines(connection: sa.Connection, stream: Stream, at_once: int) -> Iterator[StoredOperation]:
    """The operations of one stream."""
    no_line = NO_LINE[connection.dialect.name]
    names = (no_line if name == "line" else name for name in shape(StoredOperation).fields)
    sql = sa.text(
        f"SELECT {', '.join(names)} FROM operation "  # noqa: S608 - our own names.
        "WHERE site = :site AND stream = :stream AND epoch = :epoch AND seq > :after "
        "ORDER BY seq LIMIT :limit"
    )
    asked = {"site": stream.site, "stream": stream.stream, "epoch": stream.epoch}
    after = 0
    while True:
        part = connection.execute(sql, asked | {"after": after, "limit": at_once}).all()
        yield from starmap(StoredOperation, part)
        if len(part) < at_once:
            return
        after = part[-1][3]
