"""Corrections: a difference against the adjustment place, at the point of what it mends."""

import pytest

from server.lane.activity import Context, Stamp
from server.lane.picture import Picture
from server.lane.records import Lane
from server.lane.want import Want
from server.ledger.corrections import correct, want_correction
from server.ledger.records import ADJUSTMENT, SUPPLIER, CountLine, Movement, Place, Stock
from tests.floor import SITE

BIN, STOCK = 1_000_101, 1_000_500


def context_of(picture: Picture) -> Context:
    """A desk that corrects something at time 900."""
    return Context(picture, site=SITE, stream=1, epoch=1, seq=1, stamp=Stamp(900), now=900)


def book() -> Picture:
    """A bin, and ten units that came there at 100 ± 7."""
    picture = Picture(complete=True)
    picture.add(Lane(SITE, movements=1))
    picture.add(Place(SITE, BIN, "A-01", "bin"))
    picture.add(Stock(SITE, STOCK, "sign", 1, 2))
    picture.add(Movement(SITE, 1, SUPPLIER, BIN, STOCK, STOCK, 10, 1_000_001, 1, 2, 100, 7, "fact"))
    picture.settle()
    return picture


@pytest.mark.parametrize(
    ("quantity", "source", "target"), [(1, ADJUSTMENT, BIN), (-1, BIN, ADJUSTMENT)]
)
def test_one_unit_that_the_book_lacks_comes_from_the_adjustment_place(
    quantity: int, source: int, target: int
) -> None:
    picture = book()

    correct(context_of(picture), BIN, STOCK, quantity, None)

    posted = picture.need(Movement, (SITE, 2))
    assert (posted.source, posted.target, posted.quantity) == (source, target, 1)
    assert (posted.cause, posted.mends, posted.occurred_at) == ("correction", None, 900)


@pytest.mark.parametrize(("mends", "since"), [(None, 900), (1, 93), (2, 1_198), (77, 900)])
def test_counts_are_read_from_the_beginning_of_what_is_mended(
    mends: int | None, since: int
) -> None:
    whole, picture = book(), Picture()
    ahead = Movement(SITE, 2, SUPPLIER, BIN, STOCK, STOCK, 1, 1_000_001, 1, 3, 1_200, 2, "fact")
    numbers = {(SITE, 1), (SITE, 2), (SITE, 77)}
    picture.load(Movement, numbers, [*whole.all(Movement), ahead])
    want = Want(picture)

    want_correction(want, context_of(picture), BIN, STOCK, mends)

    assert want.take()[1][CountLine, "by_place"] == {(SITE, BIN): since}
