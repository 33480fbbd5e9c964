"""Counts: what a place held at one point of the floor order.

A count never sets a balance: it posts the difference to what the book holds for that point. The
difference (`adjusted`) is kept per key, so that a fact from before the count that arrives later
changes the difference and not the goods, and so that a count can be undone. Only the latest count
of a key speaks for its balance; earlier ones are kept as observations.

What the book held for the point of a count, by the floor order, is `quantity - adjusted` of its
line, plus `adjusted` of the latest live count before it that covers the key; so it can be told at
any time from the lines alone, and does not depend on the order in which facts arrived.
"""

from typing import NamedTuple

from msgspec.structs import replace

from server.lane.activity import Context
from server.lane.want import Look
from server.ledger.discrepancies import open_discrepancy
from server.ledger.posting import (
    REPORTED,
    ask_recount,
    balance_of,
    check_single,
    covering,
    overlaps,
    point_of,
    recount_key,
    save,
    want_balance,
    want_single,
    write,
)
from server.ledger.records import ADJUSTMENT, Balance, CountLine, Movement, Recount

COMPLETE = 0
"""Stock of the line that says: what is not listed is zero."""


class Manner(NamedTuple):
    """How and why was counted, as the lines of a count keep it."""

    occasion: str = ""
    attempt: int = 1
    sight: str = ""
    actor: int | None = None
    task: int | None = None


class Seen(NamedTuple):
    """What came of a count: the line that stands for all of it, and differences by stock key."""

    line: CountLine
    variances: dict[int, int]


def want_count(look: Look, site: int, place: int, stocks: list[int], earliest: int) -> set[int]:
    """Name what counting `stocks`, or everything, at a place reads: balances, movements since.

    Answers the stock keys that the count may touch, as far as they are known.
    """
    touched = set(stocks)
    for balance in look.listing(Balance, "by_place", (site, place)):
        touched.add(balance.stock)
    for movement in moved_since(look, site, place, earliest):
        touched.update((movement.stock, movement.stock_to))
    for stock in touched:
        want_balance(look, site, place, stock, earliest)
        want_single(look, site, stock)
        look.row(Balance, (site, ADJUSTMENT, stock))
    look.listing(CountLine, "by_place", (site, place), earliest)
    return touched


def moved_since(look: Look, site: int, place: int, earliest: int) -> list[Movement]:
    """Movements that touched the place at or after a point, whenever they were recorded."""
    out = look.listing(Movement, "from_place", (site, place), earliest)
    into = look.listing(Movement, "to_place", (site, place), earliest)
    return out + [movement for movement in into if movement.source != place]


def count(
    context: Context,
    place: int,
    counted: dict[int, int],
    *,
    complete: bool,
    recounts: int = 0,
    manner: Manner = Manner(),  # noqa: B008 - frozen.
    aside: bool = False,
) -> Seen:
    """Record a count of `place`: units by stock key, at the point of the operation.

    One that is kept aside was counted again on the spot: it posts nothing and asks nobody.
    """
    picture, site = context.picture, context.site
    point = point_of(context)
    earliest = point.mid - point.half
    since = moved_since(picture, site, place, earliest)
    known = picture.listing(CountLine, "by_place", (site, place), earliest)
    live = [line for line in known if line.state == "live"]
    after = deltas_after(since, place, point.order)
    keys = set(counted)
    if complete:
        keys.update(after)
        keys.update(row.stock for row in picture.listing(Balance, "by_place", (site, place)))
    line = line_of(context, place, recounts, manner)
    if aside:
        line = replace(line, state="aside")
    variances: dict[int, int] = {}
    for stock in sorted(keys):
        later = [
            other
            for other in covering(live, stock)
            if (other.occurred_at, other.stream, other.epoch) > point.order
        ]
        told = "listed" if stock in counted else ""
        own = replace(line, stock=stock, quantity=counted.get(stock, 0), told=told)
        variances[stock] = settle_key(context, own, after.get(stock, 0), newest=not later)
    if complete:
        picture.add(line)
    if aside:
        return Seen(line, variances)
    if line.state == "claimed":
        ask_first_recount(context, line, "time_only_claimed")
    elif any(
        movement.stream != point.stream
        and movement.cause in REPORTED
        and overlaps(line, point._replace(mid=movement.occurred_at, half=movement.uncertainty))
        for movement in since
    ):
        ask_first_recount(context, line, "count_overlapped")
    return Seen(line, variances)


def line_of(context: Context, place: int, recounts: int, manner: Manner) -> CountLine:
    """The line that stands for the whole count being decided."""
    point = point_of(context)
    return CountLine(
        site=context.site,
        place=place,
        stock=COMPLETE,
        occurred_at=point.mid,
        stream=point.stream,
        epoch=point.epoch,
        seq=context.seq,
        latest=point.mid + point.half,
        uncertainty=point.half,
        quantity=0,
        book=0,
        adjusted=0,
        state="claimed" if context.stamp.quality == "claimed" else "live",
        recounts=recounts,
        occasion=manner.occasion,
        attempt=manner.attempt,
        sight=manner.sight,
        actor=manner.actor,
        task=manner.task,
    )


def ask_first_recount(
    context: Context, line: CountLine, why: str, not_by: int | None = None
) -> None:
    """Ask for a recount of the count being decided: nobody can have asked before it was."""
    context.picture.declare_absent(Recount, recount_key(line))
    ask_recount(context, line, why, not_by)


def settle_key(context: Context, line: CountLine, after: int, *, newest: bool) -> int:
    """Record one key's count; the newest count of the key posts its difference, and answers it."""
    picture = context.picture
    balance = balance_of(context, line.place, line.stock)
    until = balance.quantity - balance.adjusted - after
    book = balance.quantity - after if newest else until
    line = replace(line, book=book, adjusted=line.quantity - until)
    picture.add(line)
    if line.state != "live" or not newest:
        return 0
    adjust(context, balance, line.adjusted, "count")
    variance = line.quantity - book
    if variance:
        open_discrepancy(
            context, "count_variance", line.place, line.stock, expected=book, actual=line.quantity
        )
        context.flag("count_variance", expected=book, actual=line.quantity)
    return variance


def adjust(context: Context, balance: Balance, adjusted: int, cause: str) -> None:
    """Post what makes the counts' share of a balance `adjusted`."""
    delta = adjusted - balance.adjusted
    if delta == 0:
        return
    source, target = (ADJUSTMENT, balance.place) if delta > 0 else (balance.place, ADJUSTMENT)
    write(context, source, target, balance.stock, abs(delta), None, cause, None, point_of(context))
    save(context, replace(balance, quantity=balance.quantity + delta, adjusted=adjusted))
    book = balance_of(context, ADJUSTMENT, balance.stock)
    save(context, replace(book, quantity=book.quantity - delta))
    check_single(context, balance.stock)


def deltas_after(
    movements: list[Movement], place: int, order: tuple[int, int, int]
) -> dict[int, int]:
    """Per stock key, what reported facts after a point changed at the place."""
    deltas: dict[int, int] = {}
    for movement in movements:
        if movement.cause not in REPORTED:
            continue
        if (movement.occurred_at, movement.stream, movement.epoch) <= order:
            continue
        if movement.target == place:
            deltas[movement.stock_to] = deltas.get(movement.stock_to, 0) + movement.quantity
        if movement.source == place:
            deltas[movement.stock] = deltas.get(movement.stock, 0) - movement.quantity
    return deltas


def want_void(look: Look, site: int, place: int) -> None:
    """Name what voiding a count of the place reads: all counts ever made there."""
    lines = look.listing(CountLine, "by_place", (site, place))
    for stock in {line.stock for line in lines}:
        want_balance(look, site, place, stock, 0)
        want_single(look, site, stock)
        look.row(Balance, (site, ADJUSTMENT, stock))


def void_count(context: Context, place: int, order: tuple[int, int, int]) -> None:
    """Undo a count: the one before speaks again for the balances; the place is counted anew."""
    picture, site = context.picture, context.site
    lines = picture.listing(CountLine, "by_place", (site, place))
    voided = [line for line in lines if (line.occurred_at, line.stream, line.epoch) == order]
    for line in voided:
        picture.put(replace(line, state="void"))
    live = [
        line
        for line in picture.listing(CountLine, "by_place", (site, place))
        if line.state == "live"
    ]
    # A complete count also spoke for keys that only older counts name.
    for stock in sorted({line.stock for line in lines} - {COMPLETE}):
        counts = covering(live, stock)
        newest = max(
            counts, key=lambda line: (line.occurred_at, line.stream, line.epoch), default=None
        )
        adjusted = newest.adjusted if newest is not None and newest.stock == stock else 0
        adjust(context, balance_of(context, place, stock), adjusted, "undo_count")
    # One that was only kept aside has been counted again, or is just being.
    spoke = [line for line in voided if line.state != "aside"]
    if spoke:
        ask_recount(context, spoke[0], "count_undone")
