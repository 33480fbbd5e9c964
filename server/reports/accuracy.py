"""Inventory accuracy: how often a count found what the book had, by line, unit, place and value.

What the book had is told by the floor order: the facts up to the count, on top of what the count
before it found (see `ledger/counts.py`). So the figures do not depend on the order in which devices
sent, and a fact that arrives late puts right a line that looked wrong. A line counts if somebody
named it, or if the book had something there. What a unit is worth, and how much its item matters,
is taken as of the day of the count.
"""

import itertools
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from server.ledger.counts import COMPLETE
from server.reports.reading import read_rows, time_of

PLACES_AT_ONCE = 500
UNKNOWN = "unknown"
TOTE = "tote"
"""Occasion of a count that only says that a tote was empty when it was started."""
PPM = 1_000_000


class CountedLine(msgspec.Struct, frozen=True):
    """One line of one count, with what the book had for its moment."""

    place: str
    operation: str
    """The count as stream/epoch/seq."""
    counted_at: str
    occasion: str
    attempt: int
    sight: str
    person: str
    """Code of who counted, if known."""
    owner: str
    sku: str
    """Or the unit, or the scan that nobody knows."""
    lot: str
    serial: str
    condition: str
    stock: int
    book: int
    counted: int
    listed: bool
    """Whether somebody named it; else the count said that nothing else was there."""
    rank: str
    value_minor: int | None
    """Worth of a unit on that day, if known."""


class PlaceCounted(msgspec.Struct, frozen=True):
    """One count of one place; without lines it was empty, as the book had it."""

    place: int
    order: tuple[int, int, int]
    """Point of the floor order."""
    occasion: str
    attempt: int
    sight: str
    lines: list[CountedLine]


class AccuracyRow(msgspec.Struct, frozen=True):
    """How well the book and the floor agreed in one respect; values in hundredths."""

    by: str
    """all, occasion, attempt, sight, owner, class, day, or day_planned (planned counts alone)."""
    name: str
    counts: int
    """Counts of places."""
    counts_right: int
    """Of them, those without any difference."""
    lines: int
    lines_right: int
    accuracy_ppm: int | None
    """Lines that were right, per million."""
    units_book: int
    units_off: int
    """Differences, added up without their signs."""
    units_net: int
    lines_valued: int
    """Lines of which the value is known: only they are in the values."""
    value_book_minor: int
    value_off_minor: int
    value_net_minor: int


class Accuracy(msgspec.Struct, frozen=True):
    """The inventory accuracy of a site in a window of time."""

    site: int
    since: str
    until: str
    rows: list[AccuracyRow]


class Worth(NamedTuple):
    """What held of an item from a time on."""

    since: int
    rank: str
    value_minor: int | None


COLUMNS = """l.place AS place, l.stock AS stock, l.occurred_at AS occurred_at, l.stream AS stream,
    l.epoch AS epoch, l.seq AS seq, l.quantity AS quantity, l.adjusted AS adjusted,
    l.told AS told, l.occasion AS occasion, l.attempt AS attempt, l.sight AS sight,
    p.code AS place_code, coalesce(s.item, 0) AS item, coalesce(m.code, '') AS owner,
    coalesce(i.sku, u.code, s.raw, '') AS sku, coalesce(s.lot, '') AS lot,
    coalesce(s.serial, '') AS serial, coalesce(s.condition, '') AS condition,
    coalesce(h.code, '') AS person"""
GOODS = ("stock", "item", "owner", "sku", "lot", "serial", "condition")
"""Columns that tell the key."""
LINES = f"""SELECT {COLUMNS} FROM count_line AS l
    JOIN place AS p ON p.site = l.site AND p.id = l.place
    LEFT JOIN stock AS s ON s.site = l.site AND s.id = l.stock
    LEFT JOIN unit AS u ON u.site = s.site AND u.id = s.unit
    LEFT JOIN item AS i ON i.site = 0 AND i.id = s.item
    LEFT JOIN merchant AS m ON m.site = 0 AND m.id = s.owner
    LEFT JOIN actor_grant AS g ON g.site = l.site AND g.id = l.actor
    LEFT JOIN person AS h ON h.site = 0 AND h.id = g.person
    WHERE l.site = :site AND l.place IN :places AND l.state = 'live' AND l.occurred_at < :until
    ORDER BY l.place, l.occurred_at, l.stream, l.epoch, l.stock"""  # noqa: S608 - our own parts.
PLACES = """SELECT DISTINCT l.place AS place FROM count_line AS l
    WHERE l.site = :site AND l.state = 'live' AND l.occasion <> 'tote'
    AND l.occurred_at >= :since AND l.occurred_at < :until ORDER BY l.place"""
CLASSES = """SELECT c.item AS item, c.since AS since, c.rank AS rank, c.value_minor AS value_minor
    FROM item_class AS c WHERE c.site = :site ORDER BY c.item, c.since"""


def accuracy(
    connection: sa.Connection, site: int, since: int, until: int, *, owner: str | None = None
) -> Accuracy:
    """The accuracy of a site from `since` until before `until`, ms; of one owner's goods only."""
    tallies: dict[tuple[str, str], Tally] = defaultdict(Tally)
    tallies["all", ""] = Tally()
    for counted in counts(connection, site, since, until):
        lines = [line for line in counted.lines if owner in {None, line.owner}]
        if lines or owner is None:
            take_in(tallies, counted, lines)
    rows = [tally.row(*key) for key, tally in sorted(tallies.items())]
    return Accuracy(site, str(time_of(since)), str(time_of(until)), rows)


class Tally:
    """What lines add up to."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.counts: dict[tuple[int, ...], bool] = {}
        self.lines: list[CountedLine] = []

    def row(self, by: str, name: str) -> AccuracyRow:
        """The figures."""
        right = [line for line in self.lines if line.book == line.counted]
        off = [line.counted - line.book for line in self.lines]
        valued = [
            (line.value_minor, line.book, line.counted - line.book)
            for line in self.lines
            if line.value_minor is not None
        ]
        return AccuracyRow(
            by=by,
            name=name,
            counts=len(self.counts),
            counts_right=sum(self.counts.values()),
            lines=len(self.lines),
            lines_right=len(right),
            accuracy_ppm=len(right) * PPM // len(self.lines) if self.lines else None,
            units_book=sum(line.book for line in self.lines),
            units_off=sum(map(abs, off)),
            units_net=sum(off),
            lines_valued=len(valued),
            value_book_minor=sum(worth * book for worth, book, _ in valued),
            value_off_minor=sum(worth * abs(units) for worth, _, units in valued),
            value_net_minor=sum(worth * units for worth, _, units in valued),
        )


def take_in(
    tallies: dict[tuple[str, str], Tally], counted: PlaceCounted, lines: list[CountedLine]
) -> None:
    """Add one count of a place in every respect."""
    day = str(time_of(counted.order[0]))[:10]
    respects = {
        "all": "",
        "occasion": counted.occasion or UNKNOWN,
        "attempt": "first" if counted.attempt == 1 else "recount",
        "sight": counted.sight or UNKNOWN,
        "day": day,
    }
    if counted.occasion == "planned":
        respects["day_planned"] = day
    key = (counted.place, *counted.order)
    for by, name in respects.items():
        add(tallies[by, name], key, lines)
    for line in lines:
        add(tallies["owner", line.owner or UNKNOWN], key, [line])
        add(tallies["class", line.rank or UNKNOWN], key, [line])


def add(tally: Tally, key: tuple[int, ...], lines: list[CountedLine]) -> None:
    """Add lines of one count."""
    right = all(line.book == line.counted for line in lines)
    tally.counts[key] = tally.counts.get(key, True) and right
    tally.lines += lines


def counts(connection: sa.Connection, site: int, since: int, until: int) -> Iterator[PlaceCounted]:
    """All counts of a window, by place and then in the floor order."""
    found = read_rows(connection, PLACES, {"site": site, "since": since, "until": until})
    places = [row["place"] for row in found]
    for counted in counts_of(connection, site, places, until):
        if counted.order[0] >= since and counted.occasion != TOTE:
            lines = [line for line in counted.lines if line.book or line.counted or line.listed]
            yield msgspec.structs.replace(counted, lines=lines)


def counts_of(
    connection: sa.Connection, site: int, places: Sequence[int], until: int
) -> Iterator[PlaceCounted]:
    """All counts of some places until a time, from the first on: each builds on those before."""
    worths = worths_of(connection, site)
    statement = sa.text(LINES).bindparams(sa.bindparam("places", expanding=True))
    for begin in range(0, len(places), PLACES_AT_ONCE):
        asked = {"site": site, "places": places[begin : begin + PLACES_AT_ONCE], "until": until}
        rows = (dict(row) for row in connection.execute(statement, asked).mappings())
        for _, of_place in itertools.groupby(rows, key=lambda row: row["place"]):
            yield from told_in_order(of_place, worths)


def told_in_order(
    rows: Iterable[dict[str, Any]], worths: dict[int, list[Worth]]
) -> Iterator[PlaceCounted]:
    """The counts of one place, each against what the one before left behind."""
    adjusted: dict[int, int] = {}
    known: dict[int, dict[str, Any]] = {}
    for order, of_count in itertools.groupby(rows, key=order_of):
        found = list(of_count)
        first = found[0]
        own = {row["stock"]: row for row in found if row["stock"] != COMPLETE}
        is_complete = len(own) < len(found)
        lines: list[dict[str, Any]] = list(own.values())
        if is_complete:
            # It speaks for every key, also for those that only counts before it name.
            silent = [stock for stock in sorted(adjusted) if adjusted[stock] and stock not in own]
            lines += [unnamed(known[stock], first) for stock in silent]
        yield PlaceCounted(
            place=first["place"],
            order=order,
            occasion=first["occasion"],
            attempt=first["attempt"],
            sight=first["sight"],
            lines=[counted_line(row, book_of(row, adjusted), worths) for row in lines],
        )
        found_now = {stock: row["adjusted"] for stock, row in own.items()}
        adjusted = found_now if is_complete else adjusted | found_now
        known |= own


def unnamed(known: dict[str, Any], count: dict[str, Any]) -> dict[str, Any]:
    """The line of a key that a complete count did not name: nothing of it was there.

    The book keeps no such line where the count that names the key was sent after this one.
    """
    goods = {name: known[name] for name in GOODS}
    return count | goods | {"quantity": 0, "adjusted": 0, "told": ""}


def order_of(row: dict[str, Any]) -> tuple[int, int, int]:
    """Point of the floor order at which was counted."""
    return (row["occurred_at"], row["stream"], row["epoch"])


def book_of(row: dict[str, Any], adjusted: dict[int, int]) -> int:
    """What the book had: the facts up to the count, and what the counts before had added."""
    book: int = row["quantity"] - row["adjusted"] + adjusted.get(row["stock"], 0)
    return book


def counted_line(row: dict[str, Any], book: int, worths: dict[int, list[Worth]]) -> CountedLine:
    """A line as it is told."""
    worth = worth_on(worths.get(row["item"], []), row["occurred_at"])
    return CountedLine(
        place=row["place_code"],
        operation=f"{row['stream']}/{row['epoch']}/{row['seq']}",
        counted_at=str(time_of(row["occurred_at"])),
        occasion=row["occasion"],
        attempt=row["attempt"],
        sight=row["sight"],
        person=row["person"],
        owner=row["owner"],
        sku=row["sku"],
        lot=row["lot"],
        serial=row["serial"],
        condition=row["condition"],
        stock=row["stock"],
        book=book,
        counted=row["quantity"],
        listed=row["told"] == "listed",
        rank=worth.rank if worth else "",
        value_minor=worth.value_minor if worth else None,
    )


def worths_of(connection: sa.Connection, site: int) -> dict[int, list[Worth]]:
    """Per item of a site, what held of it from when on."""
    worths: dict[int, list[Worth]] = defaultdict(list)
    for row in read_rows(connection, CLASSES, {"site": site}):
        worths[row["item"]].append(Worth(row["since"], row["rank"], row["value_minor"]))
    return worths


def worth_on(worths: list[Worth], at: int) -> Worth | None:
    """What held at a time; before anything was said, what was said first."""
    if not worths:
        return None
    return worths[max(0, bisect_right(worths, at, key=lambda each: each.since) - 1)]


def all_lines(
    connection: sa.Connection, site: int, since: int, until: int
) -> Iterator[list[CountedLine]]:
    """Every counted line of a window, count by count."""
    for counted in counts(connection, site, since, until):
        yield counted.lines
