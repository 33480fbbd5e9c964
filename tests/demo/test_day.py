"""A world around order files: orders as written, all else made up."""

from pathlib import Path

from server.demo.day import read_days
from server.demo.stocking import needed_units
from tests.integrations.order_files import RETAIL_MAPPING, row, write


def test_orders_keep_lines_positions_and_repeats(tmp_path: Path) -> None:
    lines = [row("1001", "85123A", 6), row("1001", "POST", 1), row("1001", "85123a", 6)]
    world = read_days(1, [write(tmp_path, *lines)], RETAIL_MAPPING)
    [order] = world.orders
    told = [(line.position, line.sku, line.quantity) for line in order.lines]
    assert told == [(1, "85123A", 6), (3, "85123A", 6)]
    assert order.destination == "United Kingdom"
    assert list(world.items) == [("retail", "85123A")]
    assert needed_units(world.orders) == {(1, "retail", "85123A"): 12}


def test_order_without_goods_is_in_the_day(tmp_path: Path) -> None:
    world = read_days(1, [write(tmp_path, row("1001", "POST"), row("1002"))], RETAIL_MAPPING)
    assert [(order.number, len(order.lines)) for order in world.orders] == [
        ("1001", 0),
        ("1002", 1),
    ]


def test_matched_returns_change_minds_and_others_are_counted(tmp_path: Path) -> None:
    lines = [
        row("1001", "85123A", 6),
        row("C1002", "85123A", -4, placed_at="2010-12-01 09:00:00"),
        row("C1003", "22222", -1, placed_at="2010-12-01 09:00:00"),
    ]
    world = read_days(1, [write(tmp_path, *lines)], RETAIL_MAPPING)
    [changed] = world.cancellations
    assert (changed.order, changed.reference, changed.lines) == ("1001", "C1002", ((1, 4),))
    assert world.unmatched == 1


def test_what_cannot_be_read_is_noted(tmp_path: Path) -> None:
    lines = [row("1001"), row("1002", "what is this"), row("1003", "85123A", "many")]
    world = read_days(1, [write(tmp_path, *lines)], RETAIL_MAPPING)
    assert len(world.notes) >= 2
