"""The auditor finds what differs: shown with a desk that says something else."""

from collections import Counter
from types import SimpleNamespace
from typing import Any, cast

import pytest

from server.demo.audit import (
    Audit,
    check_orders,
    check_parcels,
    check_stock,
    keep_outcome,
    measure,
)
from server.demo.floor import Floor
from server.demo.made import make_world
from server.demo.shift import Shift
from server.demo.truth import CONSUMER, Parcel, Spot, Truth
from server.demo.world import Day, Key

LAMP = Key("ACME", "A001")
BIN = Spot(1, "LOC-A-01-01")


class SaidDesk:
    """A desk that says what it was told."""

    def __init__(self) -> None:
        """Say nothing yet."""
        self.rows: list[dict[str, str]] = []
        self.order_rows: list[dict[str, Any]] = []
        self.parcel_rows: list[dict[str, Any]] = []
        self.waiting: list[dict[str, Any]] = []

    def stock(self, site: int) -> list[dict[str, str]]:
        """The export of a site."""
        return self.rows if site == 1 else []

    def orders(self) -> list[dict[str, Any]]:
        """All orders."""
        return self.order_rows

    def parcels(self) -> list[dict[str, Any]]:
        """All parcels."""
        return self.parcel_rows

    def exceptions(self) -> list[dict[str, Any]]:
        """What waits."""
        return self.waiting


@pytest.fixture
def desk() -> SaidDesk:
    """Give a desk."""
    return SaidDesk()


@pytest.fixture
def shift(desk: SaidDesk) -> Shift:
    """Give a shift with five lamps on the floor and one order."""
    world = make_world(1)
    world.days = (Day("2010-12-01", orders=world.orders[:1]),)
    truth = Truth()
    truth.arrive(BIN, LAMP, 5)
    floor = Floor(world, truth, 1)
    told = SimpleNamespace(world=world, floor=floor, desk=desk, before=Counter())
    return cast(Shift, told)


def stock_row(units: int, **fields: str) -> dict[str, str]:
    row = {"place": BIN.code, "owner": "ACME", "sku": "A001", "lot": "", "serial": "", "raw": ""}
    return row | {"on_hand": str(units)} | fields


def test_same_stock_is_clean(shift: Shift, desk: SaidDesk) -> None:
    desk.rows = [stock_row(5)]
    found = Audit()
    measure(shift)
    desk.rows = [stock_row(4), stock_row(2, sku="A002")]
    measure(shift)
    desk.rows = [stock_row(5)]
    check_stock(shift, found)
    assert found.clean
    assert found.balances == ["1 LOC-A-01-01 ACME A001   5"]
    assert found.against_floor == {
        "before": {"lines": 3, "lines_right": 1, "units_book": 11, "units_off": 3},
        "after": {"lines": 1, "lines_right": 1, "units_book": 5, "units_off": 0},
    }


def test_one_unit_less_is_found_twice(shift: Shift, desk: SaidDesk) -> None:
    desk.rows = [stock_row(4)]
    found = Audit()
    check_stock(shift, found)
    assert found.findings == [
        "site 1 LOC-A-01-01: ACME A001: book 4, floor 5",
        "5 units came, 0 vanished, the book has 4",
    ]


def test_same_units_elsewhere_are_found(shift: Shift, desk: SaidDesk) -> None:
    desk.rows = [stock_row(5, place="LOC-A-01-02")]
    found = Audit()
    check_stock(shift, found)
    assert len(found.findings) == 2


def order_row(shift: Shift, state: str) -> dict[str, Any]:
    order = shift.world.orders[0]
    return {
        "number": order.number,
        "state": state,
        "units": sum(line.quantity for line in order.lines),
    }


def test_unfinished_order_needs_an_exception(shift: Shift, desk: SaidDesk) -> None:
    desk.order_rows = [order_row(shift, "exception")]
    number = shift.world.orders[0].number
    found = Audit()
    check_orders(shift, found)
    assert found.findings == [f"order {number} is exception, and no exception says why"]
    desk.waiting = [{"subject": "task", "kind": "out_of_stock", "order": number}]
    found = Audit()
    check_orders(shift, found)
    assert found.clean


def test_lost_doubled_and_changed_orders_are_found(shift: Shift, desk: SaidDesk) -> None:
    found = Audit()
    check_orders(shift, found)
    assert len(found.findings) == 1
    row = order_row(shift, "delivered")
    desk.order_rows = [row, row | {"units": 0}]
    found = Audit()
    check_orders(shift, found)
    assert len(found.findings) == 2


def test_parcel_must_be_where_its_state_says(shift: Shift, desk: SaidDesk) -> None:
    shift.floor.truth.seal(Parcel("001", 1, 7, "N1", Spot(1, CONSUMER)))
    desk.parcel_rows = [{"sscc": "001", "state": "delivered", "number": "N1"}]
    found = Audit()
    check_parcels(shift, found)
    assert found.clean
    desk.parcel_rows = [
        {"sscc": "001", "state": "loaded", "number": "N2"},
        {"sscc": "002", "state": "loaded", "number": "N1"},
    ]
    found = Audit()
    check_parcels(shift, found)
    assert len(found.findings) == 3


def test_outcomes_are_counted_with_an_example() -> None:
    told: dict[tuple[str, str], list[Any]] = {}
    line = b'{"kind":"pick","source":"A-1"}'
    flagged = b'{"outcome":"flagged","code":"negative","expected":"0","actual":"-1","then":"look"}'
    keep_outcome(told, line, flagged)
    keep_outcome(told, line, flagged)
    assert told == {("flagged", "negative"): [2, "pick A-1; expected 0; found -1; then: look"]}
