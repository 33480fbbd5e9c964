"""Questions that posting opens and closes: each once, and for what it is about."""

import pytest
from msgspec.structs import replace

from server.lane.activity import Context, Stamp
from server.lane.picture import Picture
from server.lane.records import Lane
from server.ledger.posting import ask_recount, check_single, save
from server.ledger.records import Balance, CountLine, Discrepancy, Place, Stock, Task
from tests.floor import SITE

BIN, GOODS, PIECE = 1_000_101, 1_000_201, 1_000_202
LINE = CountLine(SITE, BIN, 0, 1_000, 1_000_001, 1, 1, 1_010, 10, 0, 0, 0)


def deciding(*, complete: bool = True) -> Context:
    """An operation that sees two bins and goods, or no more than the head of the lane."""
    picture = Picture(complete=complete)
    picture.load(Lane, {(SITE,)}, [Lane(SITE)])
    if complete:
        picture.add(Place(SITE, BIN, "A-01", "bin"))
        picture.add(Place(SITE, BIN + 1, "A-02", "bin"))
        picture.add(Stock(SITE, GOODS, "goods", 1, 2))
        picture.add(Stock(SITE, PIECE, "piece", 1, 2, serial="S1"))
        picture.settle()
    return Context(picture, site=SITE, stream=8, epoch=1, seq=1, stamp=Stamp(70), now=9)


@pytest.mark.parametrize(
    ("quantity", "closed", "rows"), [(-1, False, 1), (0, True, 0), (1, True, 1)]
)
def test_question_below_zero_is_closed_by_the_balance_that_is_not(
    quantity: int, closed: bool, rows: int
) -> None:
    context = deciding()
    save(context, Balance(SITE, BIN, GOODS, quantity=-2))
    (short,) = context.picture.all(Balance)

    save(context, replace(short, quantity=quantity))

    (question,) = context.picture.all(Discrepancy)
    assert (question.open is None) is closed
    assert question.note == ("a later fact explains it" if closed else "")
    left = [each.discrepancy for each in context.picture.all(Balance)]
    assert left == [None if closed else question.id] * rows


def test_piece_at_two_places_is_asked_about_once_until_it_is_at_one() -> None:
    context = deciding()
    picture = context.picture
    first, second = (Balance(SITE, place, PIECE, 1, listed=PIECE) for place in (BIN, BIN + 1))
    picture.add(first)
    picture.add(second)

    check_single(context, PIECE)
    check_single(context, PIECE)

    (question,) = picture.all(Discrepancy)
    assert (question.kind, question.expected, question.actual) == ("two_places", "1", "2")
    assert question.open is not None
    assert [flag[:3] for flag in context.flags] == [("two_places", "1", "2")]
    assert picture.need(Stock, (SITE, PIECE)).discrepancy == question.id

    picture.remove(second)
    check_single(context, PIECE)

    assert picture.need(Discrepancy, (SITE, question.id)).open is None
    assert picture.need(Stock, (SITE, PIECE)).discrepancy is None


@pytest.mark.parametrize(
    ("stock", "occasion", "asked"),
    [
        (GOODS, "", (GOODS, "exception")),
        (0, "tote", (None, "exception")),
        (0, "planned", (None, "planned")),
    ],
)
def test_count_made_in_the_same_group_is_asked_about_once_without_looking_again(
    stock: int, occasion: str, asked: tuple[int | None, str]
) -> None:
    context = deciding(complete=False)
    line = replace(LINE, stock=stock, occasion=occasion)
    context.picture.add(line)

    ask_recount(context, line, "count_overlapped")
    ask_recount(context, line, "count_overlapped")

    (task,) = context.picture.all(Task)
    assert (task.stock, task.occasion) == asked
    assert (task.kind, task.place, task.note) == ("recount", BIN, "count_overlapped")
