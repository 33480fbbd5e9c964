"""Posting: the one way by which stock changes.

Facts commute. A fact is posted as reported, whatever the book holds. Where a count of the place is
later in the floor order, the count had already seen the goods: the fact is posted together with its
counter-movement. So a balance is always the counted quantity of the latest count plus the facts
after it, in whatever order the two arrive.
"""

from collections.abc import Iterator
from typing import NamedTuple

from msgspec.structs import replace

from server.lane.activity import Context
from server.lane.records import Lane
from server.lane.want import Look, Want
from server.ledger.discrepancies import close_discrepancy, open_discrepancy, open_task
from server.ledger.intakes import mark_intake, want_intake
from server.ledger.records import (
    ADJUSTMENT,
    LAST_VIRTUAL,
    Balance,
    CountLine,
    Discrepancy,
    Movement,
    Place,
    Recount,
    Stock,
)
from server.record import shape

RECOUNTS_MAX = 2
COUNT_LINE = shape(CountLine)

REPORTED = frozenset({"fact", "undo", "correction"})
"""Causes by which a person says what happened; the others are the book's own arithmetic."""


class Point(NamedTuple):
    """Where a movement stands in the floor order, and how uncertain that is."""

    mid: int
    half: int
    stream: int
    epoch: int

    @property
    def order(self) -> tuple[int, int, int]:
        """What the floor order compares."""
        return (self.mid, self.stream, self.epoch)


def point_of(context: Context) -> Point:
    """The point of the operation being decided."""
    return Point(context.stamp.mid, context.stamp.half, context.stream, context.epoch)


def point_at(movement: Movement) -> Point:
    """The point at which a movement stands."""
    return Point(movement.occurred_at, movement.uncertainty, movement.stream, movement.epoch)


def is_physical(place: int) -> bool:
    """Whether a place is on the floor and not a side of the book."""
    return place > LAST_VIRTUAL


def want_posting(  # noqa: PLR0917 - where from, where to, what and since when.
    look: Look, site: int, source: int, target: int, stock: int, earliest: int
) -> None:
    """Name what posting `stock` reads; for a change of key, ask for each of the two."""
    want_balance(look, site, source, stock, earliest)
    if target != source:
        want_balance(look, site, target, stock, earliest)
    want_single(look, site, stock)


def want_single(look: Look, site: int, stock: int) -> None:
    """Name what telling whether a single piece stands in two places reads."""
    key = look.row(Stock, (site, stock))
    if key is not None and key.single:
        look.listing(Balance, "by_stock", (site, stock))
        if key.discrepancy is not None:
            look.row(Discrepancy, (site, key.discrepancy))


def posting_rounds(
    want: Want, site: int, places: tuple[int, ...], stock: int, earliest: int
) -> Iterator[None]:
    """The same as `want_posting` between places on the floor, in two rounds that each run once."""
    want.row(Stock, (site, stock))
    for place in places:
        want.row(Balance, (site, place, stock))
        want.row(Place, (site, place))
        want.listing(CountLine, "by_place", (site, place), earliest)
    yield
    for place in places:
        want_explanation(want, site, place, stock, earliest)
    want_single(want, site, stock)


def want_balance(look: Look, site: int, place: int, stock: int, earliest: int) -> None:
    """Name what changing one balance reads."""
    if is_physical(place):
        look.row(Place, (site, place))
        look.row(Stock, (site, stock))
    want_explanation(look, site, place, stock, earliest)


def want_explanation(look: Look, site: int, place: int, stock: int, earliest: int) -> None:
    """Name what may be said of one balance: its open question, and the counts that saw it."""
    balance = look.row(Balance, (site, place, stock))
    if not is_physical(place):
        return
    want_intake(look, site, place)
    if balance is not None and balance.discrepancy is not None:
        look.row(Discrepancy, (site, balance.discrepancy))
    for line in look.listing(CountLine, "by_place", (site, place), earliest):
        look.row(Balance, (site, ADJUSTMENT, stock))
        look.row(Recount, recount_key(line))


def balance_of(context: Context, place: int, stock: int) -> Balance:
    """The balance of a key at a place; zero where there has been nothing."""
    picture, site = context.picture, context.site
    key = (site, place, stock)
    if not picture.knows(Balance, key) and (
        picture.is_new(Stock, (site, stock)) or picture.is_new(Place, (site, place))
    ):
        picture.declare_absent(Balance, key)
    return picture.get(Balance, key) or Balance(site, place, stock)


def post(
    context: Context,
    source: int,
    target: int,
    stock: int,
    quantity: int,
    *,
    stock_to: int | None = None,
    cause: str = "fact",
    mends: int | None = None,
    point: Point | None = None,
) -> None:
    """Post one movement and everything that follows from it in the book."""
    point = point or point_of(context)
    write(context, source, target, stock, quantity, stock_to, cause, mends, point)
    shift(context, source, stock, -quantity, point, reported=cause in REPORTED)
    arriving = stock if stock_to is None else stock_to
    shift(context, target, arriving, quantity, point, reported=cause in REPORTED)
    check_single(context, arriving)
    if arriving != stock:
        check_single(context, stock)


def post_back(context: Context, movement: Movement) -> None:
    """Post a movement the other way at its own point, as if it had not been."""
    post(
        context,
        *(movement.target, movement.source, movement.stock_to, movement.quantity),
        stock_to=movement.stock,
        cause="undo",
        mends=movement.number,
        point=point_at(movement),
    )


def write(  # noqa: PLR0917 - a movement is these facts.
    context: Context,
    source: int,
    target: int,
    stock: int,
    quantity: int,
    stock_to: int | None,
    cause: str,
    mends: int | None,
    point: Point,
) -> None:
    """Append the movement itself, numbered by the site."""
    picture = context.picture
    lane = picture.need(Lane, (context.site,))
    number = lane.movements + 1
    picture.put(replace(lane, movements=number))
    picture.add(
        Movement(
            context.site,
            number,
            source,
            target,
            stock,
            stock if stock_to is None else stock_to,
            quantity,
            context.stream,
            context.epoch,
            context.seq,
            point.mid,
            point.half,
            cause,
            mends,
        )
    )
    for place in (source, target):
        if is_physical(place):
            mark_intake(context, place)


def shift(
    context: Context, place: int, stock: int, delta: int, point: Point, *, reported: bool
) -> None:
    """Change one balance, unless a later count had already seen the change."""
    if reported and is_physical(place) and absorb(context, place, stock, delta, point):
        balance = balance_of(context, place, stock)
        save(context, replace(balance, adjusted=balance.adjusted - delta))
        source, target = (place, ADJUSTMENT) if delta > 0 else (ADJUSTMENT, place)
        write(context, source, target, stock, abs(delta), None, "absorbed", None, point)
        book = balance_of(context, ADJUSTMENT, stock)
        save(context, replace(book, quantity=book.quantity + delta))
        return
    balance = balance_of(context, place, stock)
    save(context, replace(balance, quantity=balance.quantity + delta))


def absorb(context: Context, place: int, stock: int, delta: int, point: Point) -> bool:
    """Correct every later count of the place for a fact it had seen; answer if there is one."""
    picture, site = context.picture, context.site
    nearby = picture.listing(CountLine, "by_place", (site, place), point.mid - point.half)
    if not nearby:
        return False
    live = [line for line in nearby if line.state == "live"]
    absorbed = False
    for count in covering(live, stock):
        later = (count.occurred_at, count.stream, count.epoch) > point.order
        if count.stream != point.stream and overlaps(count, point):
            ask_recount(context, count, "count_overlapped")
        if later:
            line = count
            if count.stock != stock:
                line = replace(count, stock=stock, quantity=0, book=0, adjusted=0)
                picture.add(line)
            picture.put(replace(line, adjusted=line.adjusted - delta))
            absorbed = True
    return absorbed


def covering(lines: list[CountLine], stock: int) -> list[CountLine]:
    """One line per count that covers the key: its own, or the one that says it is complete."""
    found: dict[tuple[int, int, int], CountLine] = {}
    for line in lines:
        order = (line.occurred_at, line.stream, line.epoch)
        if line.stock == stock or (line.stock == 0 and order not in found):
            found[order] = line
    return list(found.values())


def recount_key(line: CountLine) -> tuple[int, int, int, int, int]:
    """The key under which a count's one recount is asked for."""
    return (line.site, line.place, line.occurred_at, line.stream, line.epoch)


def ask_recount(context: Context, line: CountLine, why: str, not_by: int | None = None) -> None:
    """Ask once to count the place again; after two recounts a supervisor decides."""
    picture = context.picture
    context.flag(why, then="one recount is asked for")
    key = recount_key(line)
    if picture.is_new(CountLine, COUNT_LINE.key_of(line)):
        picture.declare_absent(Recount, key)
    if picture.get(Recount, key) is not None:
        return
    kind = "recount" if line.recounts < RECOUNTS_MAX else "review"
    stock = line.stock or None
    task = open_task(
        context,
        kind,
        place=line.place,
        stock=stock,
        attempt=line.recounts + 1,
        occasion="exception" if line.occasion in {"", "tote"} else line.occasion,
        not_by=not_by,
        note=why,
    )
    picture.put(Recount(*key, task))


def overlaps(count: CountLine, point: Point) -> bool:
    """Whether it can't be said which of the two was first."""
    return abs(count.occurred_at - point.mid) <= count.uncertainty + point.half


def save(context: Context, balance: Balance) -> None:
    """Store a balance; below zero one open discrepancy explains it; an empty one is let go."""
    picture = context.picture
    if is_physical(balance.place):
        if balance.quantity < 0 and balance.discrepancy is None:
            number = open_discrepancy(
                context,
                "negative",
                balance.place,
                balance.stock,
                expected=0,
                actual=balance.quantity,
            )
            balance = replace(balance, discrepancy=number)
        elif balance.quantity >= 0 and balance.discrepancy is not None:
            close_discrepancy(context, balance.discrepancy, "a later fact explains it")
            balance = replace(balance, discrepancy=None)
    if balance.quantity == balance.adjusted == balance.allocated == 0:
        if picture.get(Balance, balance_key(balance)) is not None:
            picture.remove(balance)
        return
    picture.put(listed(context, balance))


def balance_key(balance: Balance) -> tuple[int, int, int]:
    """The key of a balance."""
    return (balance.site, balance.place, balance.stock)


def listed(context: Context, balance: Balance) -> Balance:
    """List by key what is searched by key: stock at locations, single pieces wherever they are."""
    if balance.listed is not None or not is_physical(balance.place):
        return balance
    place = context.picture.need(Place, (balance.site, balance.place))
    stock = context.picture.need(Stock, (balance.site, balance.stock))
    if place.kind in SEARCHED_KINDS or stock.single:
        return replace(balance, listed=balance.stock)
    return balance


SEARCHED_KINDS = frozenset({"bin", "dock", "bench", "staging", "van"})


def check_single(context: Context, stock: int) -> None:
    """A serial or handling unit at two places, or more than one of it, is an open question."""
    picture, site = context.picture, context.site
    key = picture.need(Stock, (site, stock))
    if not key.single:
        return
    present = [
        balance
        for balance in picture.listing(Balance, "by_stock", (site, stock))
        if balance.quantity > 0 and is_physical(balance.place)
    ]
    total = sum(balance.quantity for balance in present)
    if total > 1 and key.discrepancy is None:
        kind = "two_places" if len(present) > 1 else "serial_over_one"
        number = open_discrepancy(context, kind, present[0].place, stock, expected=1, actual=total)
        picture.put(replace(key, discrepancy=number))
        context.flag(kind, expected=1, actual=total, then="a scan of the piece tells where it is")
    elif total <= 1 and key.discrepancy is not None:
        close_discrepancy(context, key.discrepancy, "the piece is at one place")
        picture.put(replace(key, discrepancy=None))
