"""What came, held against what was announced: shares of lines, and what is left and over."""

from itertools import permutations

import pytest
from msgspec.structs import replace

from server.inbound.records import AnnouncedLine, ReceivedGoods
from server.inbound.rules import Standing, filled, is_number, standing


def line(position: int, quantity: int, lot: str = "") -> AnnouncedLine:
    """A line of item 9."""
    return AnnouncedLine(1, 7, position, 9, quantity, lot)


def goods(quantity: int, lot: str = "", condition: str = "good") -> ReceivedGoods:
    """Units of item 9 that came."""
    return ReceivedGoods(1, "N", 5, 9, lot, condition, "", 0, quantity, 0, 0, 9)


TWO_LOTS = (line(1, 5, "L1"), line(2, 5, "L2"))


@pytest.mark.parametrize(
    ("lines", "came", "got", "left_over"),
    [
        ((line(1, 5),), (), {1: 0}, (5, 0)),
        ((line(1, 5),), (goods(3),), {1: 3}, (2, 0)),
        ((line(1, 5),), (goods(3), goods(2, condition="damaged")), {1: 5}, (0, 0)),
        ((line(1, 5),), (goods(3, "L1"), goods(4, "L2")), {1: 7}, (0, 2)),
        ((line(1, 5), line(2, 4)), (goods(7),), {1: 5, 2: 2}, (2, 0)),
        ((line(1, 5), line(2, 4)), (goods(12),), {1: 5, 2: 7}, (0, 3)),
        (TWO_LOTS, (goods(5, "L2"), goods(1, "L1")), {1: 1, 2: 5}, (4, 0)),
        (TWO_LOTS, (goods(7, "L1"),), {1: 7, 2: 0}, (5, 2)),
        (TWO_LOTS, (goods(7, "L3"),), {1: 5, 2: 2}, (3, 0)),
        (TWO_LOTS, (goods(7),), {1: 5, 2: 2}, (3, 0)),
        (TWO_LOTS, (goods(12, "L3"),), {1: 5, 2: 7}, (0, 2)),
        ((line(1, 5, "L1"), line(2, 5)), (goods(8, "L1"), goods(4)), {1: 7, 2: 5}, (0, 2)),
        ((), (goods(3),), {}, (0, 3)),
        ((line(1, 5),), (goods(-2),), {1: 0}, (5, 0)),
    ],
)
def test_shares_of_lines_do_not_depend_on_the_order(
    lines: tuple[AnnouncedLine, ...],
    came: tuple[ReceivedGoods, ...],
    got: dict[int, int],
    left_over: tuple[int, int],
) -> None:
    for order in permutations(came):
        for rows in permutations(lines):
            assert filled(rows, order) == got
            assert standing(rows, order) == Standing(*left_over)


def test_units_whose_serials_stand_on_lines_of_their_own_fill_no_others() -> None:
    seated = replace(goods(5), apart=2)

    assert filled((line(1, 9),), (seated,)) == {1: 3}
    assert standing((line(1, 2),), (seated,)) == Standing(0, 1)
    assert standing((), (seated,)) == Standing(0, 3)


def test_number_of_a_receipt_is_short_and_not_empty() -> None:
    assert is_number("ASN-1")
    assert not is_number("")
    assert not is_number("x" * 65)
