"""Why counts differed: what is known of each difference by now, from the record alone.

The differences of a page are told together, in a few statements however many they are:

1. A count that was undone, and one whose difference late facts explain, needs nothing more. Where
   nothing is left of a difference and no fact says why, a count before it was undone.
2. A later count of the same place that found just the opposite shows that one of the two was a
   miscount.
3. As many units of the same key too many at another place: if a movement between the two could
   have been told wrongly, it was (`mis_scan`); if units were discarded there, they were taken from
   here (`damage`); else somebody put them there (`wrong_place`).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from server.ledger.records import SCRAP
from server.reports.accuracy import CountedLine, counts_of

FAR = 1 << 62


class Reason(msgspec.Struct, frozen=True):
    """What is known of one difference."""

    cause: str = ""
    by: str = ""
    """The operation that shows it."""
    certain: bool = True
    left: int | None = None
    recounted_by: str = ""
    recounted: int | None = None


class Line(NamedTuple):
    """One key in one live count, where it differed or not."""

    place: int
    stock: int
    order: tuple[int, int, int]
    operation: str
    off: int


VARIED = """SELECT DISTINCT d.place AS place FROM discrepancy AS d
    WHERE d.site = :site AND d.kind = 'count_variance' AND d.stock IN :stocks"""
LATE = """SELECT v.number AS number, v.source AS source, v.target AS target, v.stock AS stock,
    v.occurred_at AS occurred_at, v.stream AS stream, v.epoch AS epoch, v.seq AS seq
    FROM movement AS v WHERE v.site = :site AND v.number >= :first AND v.cause = 'absorbed'
    AND v.stock IN :stocks ORDER BY v.number"""
BETWEEN = """SELECT v.source AS source, v.target AS target, v.stock AS stock,
    v.quantity AS quantity, v.occurred_at AS occurred_at, v.stream AS stream, v.epoch AS epoch,
    v.seq AS seq FROM movement AS v LEFT JOIN undone AS z ON z.site = v.site
    AND z.stream = v.stream AND z.epoch = v.epoch AND z.seq = v.seq
    WHERE v.site = :site AND v.cause = 'fact' AND v.stock IN :stocks AND v.source IN :places
    AND z.by_seq IS NULL ORDER BY v.occurred_at DESC, v.number DESC"""
UNDONE = """SELECT z.stream AS stream, z.epoch AS epoch, z.seq AS seq, z.by_epoch AS by_epoch,
    z.by_seq AS by_seq FROM undone AS z WHERE z.site = :site AND z.seq IN :seqs"""


def reasons(
    connection: sa.Connection, site: int, rows: Sequence[sa.RowMapping], firsts: Mapping[str, int]
) -> dict[int, Reason]:
    """What is known of the count variances among some discrepancies, by their ids.

    `firsts` are the first movements of the operations that opened them.
    """
    asked = [row for row in rows if row["kind"] == "count_variance"]
    if not asked:
        return {}
    stocks = sorted({row["stock"] for row in asked})
    varied = chosen(connection, VARIED, site=site, stocks=stocks)
    lines = lines_of(connection, site, {row["place"] for row in varied}, set(stocks))
    named = {(line.operation, line.stock): line for line in lines}
    found = {row["id"]: named.get((row["opened_by"], row["stock"])) for row in asked}
    undone = undone_by(connection, site, [row for row in asked if found[row["id"]] is None])
    settled = [row for row in asked if (line := found[row["id"]]) is not None and not line.off]
    late = late_facts(connection, site, settled, firsts)
    pairs = paired(connection, site, lines)
    after = recounts(lines)
    told = {}
    for row in asked:
        line = found[row["id"]]
        if line is None:
            by = undone.get(row["opened_by"], "")
            told[row["id"]] = Reason("undo" if by else "", by)
            continue
        reason = pairs.get(line, Reason())
        by = "" if line.off else late_for(late, line, firsts.get(row["opened_by"], 0))
        if by:
            reason = Reason("late_fact", by)
        again = after.get(line)
        told[row["id"]] = msgspec.structs.replace(
            reason,
            left=line.off,
            recounted_by=again.operation if again else "",
            recounted=again.off if again else None,
        )
    return told


def chosen(connection: sa.Connection, sql: str, **values: Any) -> Sequence[sa.RowMapping]:  # noqa: ANN401
    """The rows of a statement whose parameters may be lists."""
    lists = [name for name, value in values.items() if isinstance(value, list)]
    statement = sa.text(sql).bindparams(*(sa.bindparam(name, expanding=True) for name in lists))
    return connection.execute(statement, values).mappings().all()


def lines_of(
    connection: sa.Connection, site: int, places: Iterable[int], stocks: set[int]
) -> list[Line]:
    """What live counts at some places found of some keys, in the floor order."""

    def line(place: int, order: tuple[int, int, int], counted: CountedLine) -> Line:
        off = counted.counted - counted.book
        return Line(place, counted.stock, order, counted.operation, off)

    return sorted(
        (
            line(counted.place, counted.order, each)
            for counted in counts_of(connection, site, sorted(places), FAR)
            for each in counted.lines
            if each.stock in stocks
        ),
        key=lambda each: each.order,
    )


def recounts(lines: Iterable[Line]) -> dict[Line, Line]:
    """The next count of the same key at the same place, per line that has one."""
    after: dict[Line, Line] = {}
    last: dict[tuple[int, int], Line] = {}
    for line in lines:
        before = last.get((line.place, line.stock))
        if before is not None:
            after[before] = line
        last[line.place, line.stock] = line
    return after


def paired(connection: sa.Connection, site: int, lines: Sequence[Line]) -> dict[Line, Reason]:
    """The differences that each other one explains: miscounts, and the same goods elsewhere."""
    told: dict[Line, Reason] = {}
    for line, again in recounts(lines).items():
        if line.off and line.off == -again.off and line not in told:
            told[line] = Reason("miscount", again.operation)
            told[again] = Reason("miscount", line.operation)
    twins = twins_of([line for line in lines if line.off and line not in told])
    if twins:
        moves = chosen(
            connection,
            BETWEEN,
            site=site,
            stocks=sorted({short.stock for short, _ in twins}),
            places=sorted({line.place for pair in twins for line in pair}),
        )
        for short, over in twins:
            move = move_between(moves, short, over)
            if move is not None:
                cause = "damage" if move["target"] == SCRAP else "mis_scan"
                told[short] = told[over] = Reason(cause, name_of(move), certain=False)
            else:
                told[short] = Reason("wrong_place", over.operation, certain=False)
                told[over] = Reason("wrong_place", short.operation, certain=False)
    return told


def twins_of(lines: Iterable[Line]) -> list[tuple[Line, Line]]:
    """Pairs of as many units too few here and too many there, what is nearest in time first."""
    by_units: dict[tuple[int, int], list[Line]] = defaultdict(list)
    for line in lines:
        by_units[line.stock, abs(line.off)].append(line)
    found = []
    for alike in by_units.values():
        pairs = [
            (abs(short.order[0] - over.order[0]), short, over)
            for short in alike
            for over in alike
            if short.off < 0 < over.off and short.place != over.place
        ]
        taken: set[Line] = set()
        for _, short, over in sorted(pairs):
            if not taken & {short, over}:
                taken |= {short, over}
                found.append((short, over))
    return found


def move_between(moves: Iterable[sa.RowMapping], short: Line, over: Line) -> sa.RowMapping | None:
    """The latest movement that may have been told wrongly: between the two, or to the scrap."""
    ways = {(short.place, over.place), (over.place, short.place), (over.place, SCRAP)}
    until = max(short.order, over.order)[0]
    for move in moves:
        way = (move["source"], move["target"])
        # More than was keyed may have been carried; less only if so much was keyed.
        possible = way == (short.place, over.place) or move["quantity"] >= over.off
        known = move["stock"] == short.stock and move["occurred_at"] <= until
        if way in ways and possible and known:
            return move
    return None


def undone_by(
    connection: sa.Connection, site: int, rows: Iterable[sa.RowMapping]
) -> dict[str, str]:
    """Of counts that speak no more, the operations that took them back, by their names."""
    seqs = sorted({int(row["opened_by"].rpartition("/")[2]) for row in rows})
    if not seqs:
        return {}
    return {
        name_of(row): f"{row['stream']}/{row['by_epoch']}/{row['by_seq']}"
        for row in chosen(connection, UNDONE, site=site, seqs=seqs)
    }


def late_facts(
    connection: sa.Connection, site: int, rows: Sequence[sa.RowMapping], firsts: Mapping[str, int]
) -> Sequence[sa.RowMapping]:
    """What came after counts that had seen it already, in the order in which it came."""
    if not rows:
        return []
    stocks = sorted({row["stock"] for row in rows})
    first = min(firsts.get(row["opened_by"], 0) for row in rows)
    return chosen(connection, LATE, site=site, first=first, stocks=stocks)


def late_for(late: Iterable[sa.RowMapping], line: Line, first: int) -> str:
    """The first fact from before a count that came after it; empty where there is none."""
    for row in late:
        if (
            row["number"] >= first
            and row["stock"] == line.stock
            and line.place in {row["source"], row["target"]}
            and row["occurred_at"] <= line.order[0]
        ):
            return name_of(row)
    return ""


def name_of(row: sa.RowMapping) -> str:
    """An operation as stream/epoch/seq."""
    return f"{row['stream']}/{row['epoch']}/{row['seq']}"
