"""Reading the whole book in the order in which it was written, piece by piece."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import count, starmap
from operator import attrgetter
from typing import Any, TypeVar

import sqlalchemy as sa

from server.lane.records import StoredOperation, Stream
from server.record import Key, Record, shape

R = TypeVar("R", bound=Record)
ROWS_AT_ONCE = 10_000
AHEAD = 100_000
"""Operations that are held at once while streams are merged."""
AHEAD_MIN = 50
"""Operations of one stream that are read at once, however many streams there are."""
NO_LINE = {"sqlite": "x''", "postgresql": "''::bytea"}

_number = attrgetter("number")
_cursors = count(1)


def rows(connection: sa.Connection, kind: type[R], order: str, where: str = "") -> Iterator[R]:
    """All records of a kind in an order."""
    for piece in pieces(connection, kind, order, where):
        yield from piece


def pieces(
    connection: sa.Connection, kind: type[R], order: str, where: str = ""
) -> Iterator[list[R]]:
    """The same as they are read: some thousands at once."""
    names = ", ".join(f'"{name}"' for name in shape(kind).fields)
    sql = f"SELECT {names} FROM {kind.TABLE} {where} ORDER BY {order}"  # noqa: S608
    for piece in _read(connection, sql):
        yield list(starmap(kind, piece))


def _read(connection: sa.Connection, sql: str) -> Iterator[Sequence[Key]]:
    """The driver's own tuples: a row object for each would take as long as checking it."""
    if connection.dialect.name == "sqlite":
        with connection.exec_driver_sql(sql) as found:
            while piece := found.cursor.fetchmany(ROWS_AT_ONCE):
                yield piece
        return
    # A cursor of PostgreSQL's own, because its driver keeps whole results.
    name = f"pieces_{next(_cursors)}"
    _told(connection, f"DECLARE {name} NO SCROLL CURSOR FOR {sql}").close()
    while piece := _fetched(connection, f"FETCH {ROWS_AT_ONCE} FROM {name}"):
        yield piece
    _told(connection, f"CLOSE {name}").close()


def _fetched(connection: sa.Connection, sql: str, asked: Key = ()) -> Sequence[Key]:
    with _told(connection, sql, asked) as found:
        piece: Sequence[Key] = found.cursor.fetchall()
        return piece


def _told(connection: sa.Connection, sql: str, asked: Key = ()) -> sa.CursorResult[Any]:
    # Whoever had something streamed on this connection has asked for streams from then on.
    return connection.exec_driver_sql(sql, asked, execution_options={"stream_results": False})


def merged_operations(connection: sa.Connection) -> Iterator[list[StoredOperation]]:
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


def _merged(sources: list[Iterator[list[StoredOperation]]]) -> Iterator[list[StoredOperation]]:
    """Merge by number: what lies before the end of every piece at hand is complete."""
    held = {source: piece for source in sources if (piece := next(source, None))}
    while held:
        bound = min(piece[-1].number for piece in held.values())
        complete: list[StoredOperation] = []
        for source, piece in list(held.items()):
            # Sought by halving, and never of the piece that ends here: it need not be in order.
            ends_here = piece[-1].number == bound
            upto = len(piece) if ends_here else bisect_right(piece, bound, key=_number)
            complete += piece[:upto]
            held[source] = piece[upto:] or next(source, [])
            if not held[source]:
                del held[source]
        complete.sort(key=_number)
        yield complete


def _lines(
    connection: sa.Connection, stream: Stream, at_once: int
) -> Iterator[list[StoredOperation]]:
    """The operations of one stream."""
    no_line = NO_LINE[connection.dialect.name]
    names = (no_line if name == "line" else name for name in shape(StoredOperation).fields)
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    sql = (
        f"SELECT {', '.join(names)} FROM operation "  # noqa: S608 - our own names.
        f"WHERE site = {mark} AND stream = {mark} AND epoch = {mark} AND seq > {mark} "
        f"ORDER BY seq LIMIT {at_once}"
    )
    after = 0
    while True:
        asked = (stream.site, stream.stream, stream.epoch, after)
        piece = list(starmap(StoredOperation, _fetched(connection, sql, asked)))
        if piece:
            yield piece
            after = piece[-1].seq
        if len(piece) < at_once:
            return
