"""How a transfer stands, by its lines and what went."""

from server.transfers.records import TransferLine, TransferUnits
from server.transfers.rules import difference, is_done, line_of, shared_out

LINES = [
    TransferLine(1, 9, 1, item=10, quantity=5, lot="L1"),
    TransferLine(1, 9, 2, item=10, quantity=3),
    TransferLine(1, 9, 3, item=11, quantity=1, lot="L9"),
]


def units(item: int, sent: int, taken: int, lot: str = "", stock: int = 70) -> TransferUnits:
    """What went of a key."""
    return TransferUnits(1, 9, stock, item, lot, sent, taken)


def position(item: int, lot: str) -> int | None:
    """The position of the line on which goods stand."""
    found = line_of(reversed(LINES), item, lot)
    return found.position if found else None


def test_goods_stand_on_the_line_of_their_lot_else_of_any_lot_else_of_their_item() -> None:
    assert [position(10, "L1"), position(10, "L2"), position(10, "")] == [1, 2, 2]
    assert [position(11, "L1"), position(12, "")] == [3, None]


def test_what_went_is_shared_out_and_goods_of_no_line_are_left_out() -> None:
    went = [units(10, 5, 4, "L1"), units(10, 2, 2), units(10, 1, 0, "L2"), units(12, 7, 7)]

    assert shared_out(LINES, went) == {1: (5, 4), 2: (3, 2), 3: (0, 0)}


def test_units_of_another_lot_differ_in_nothing_and_unknown_goods_only_from_themselves() -> None:
    assert difference([units(10, 5, 0, "L1"), units(10, 0, 5)]) == (0, 0)
    assert difference([units(10, 5, 1), units(11, 0, 2)]) == (4, 2)
    assert difference([units(0, 1, 0, stock=70), units(0, 0, 1, stock=71)]) == (1, 1)
    assert difference([]) == (0, 0)


def test_transfer_is_done_when_all_of_it_arrived_and_nothing_else_is_on_its_way() -> None:
    whole = [units(10, 8, 8, "L1"), units(10, 3, 3), units(11, 1, 1)]

    assert is_done(LINES, whole)
    assert not is_done(LINES, whole[:2])
    assert not is_done(LINES, [*whole, units(12, 1, 0)])
    assert not is_done(LINES, [])
