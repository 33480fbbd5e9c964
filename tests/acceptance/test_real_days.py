"""Real days from import to delivered: eight offline devices, faults, counts, short picks, a kill.

Every order is delivered, cancelled, or in an exception that a person can read; every unit is where
the book says; every line of every device is stored once; `verify` is clean; and every difference
between book and floor is closed in the evening by its cause, of which the auditor knows better.
"""

from collections import Counter
from pathlib import Path

import pytest
from rich.console import Console

from server.demo.causes import AGREED_PERCENT
from server.demo.day import read_days
from server.demo.opening import Choices
from server.demo.report import accuracies, causes
from server.demo.run import Result, run_days
from server.demo.world import World
from tests.demo.boards import QuietBoard
from tests.integrations.order_files import RETAIL_MAPPING

DATA = Path(__file__).parents[3] / "shared" / "data" / "retail"
PEAK = "2010-12-06"
GREAT = "2011-01-18"
CHANGED = "2011-01-31"
SEED = 2010
DEVICES = 8
WORKING_DAYS = 10

pytestmark = [
    pytest.mark.acceptance,
    pytest.mark.timeout(600),
    pytest.mark.skipif(
        not (DATA / f"{PEAK}.csv").exists(),
        reason="REAL DAYS NOT RUN: there is no ../shared/data/retail beside the checkout",
    ),
]


def whole_day(day: str, folder: Path) -> tuple[World, Result]:
    world = read_days(SEED, [DATA / f"{day}.csv"], RETAIL_MAPPING, DEVICES)
    result = run_days(world, Choices(folder, DEVICES), QuietBoard())
    assert result.audit.findings == []
    assert result.verified.returncode == 0, result.verified.stdout
    assert result.audit.orders.total() == len(world.orders)
    assert (result.devices, result.kills, result.crashes) == (DEVICES, 1, 1)
    assert result.repeated_calls > 0
    assert result.suppressed > 0
    return world, result


def explained(result: Result, capsys: pytest.CaptureFixture[str]) -> Counter[str]:
    """Nothing is open, nothing lost was explained away; print it, and answer how often each was."""
    told, found = result.audit.causes, result.audit
    with capsys.disabled():
        console = Console(width=100)
        console.print("", accuracies(result), causes(result))
    assert told.findings == []
    assert told.still_open == 0
    before, after = found.against_floor["before"], found.against_floor["after"]
    assert 0 < before["units_off"] < before["units_book"] // 20
    assert before["lines_right"] < before["lines"]
    assert (after["lines_right"], after["units_off"]) == (after["lines"], 0)
    first, again = found.counted["first"], found.counted["recount"]
    assert first["lines_right"] / first["lines"] < again["lines_right"] / again["lines"]
    times = Counter({each.cause: each.times for each in told.given})
    agreed = sum(each.agreed for each in told.given)
    assert agreed * 100 >= AGREED_PERCENT * times.total()
    assert set(times) >= {"lost", "wrong_place", "mis_scan", "damage", "miscount"}
    return times


def test_peak_day_of_december(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The busiest day: 3,811 lines of goods, more than 1,400 items."""
    world, result = whole_day(PEAK, tmp_path)
    explained(result, capsys)
    assert sum(len(order.lines) for order in world.orders) == 3_811
    told = {each.code: each.times for each in result.audit.outcomes}
    assert told["short"] > 0
    assert told["count_variance"] > 0
    assert told["over_picked"] > 0
    assert told["other_item"] > 0
    assert result.audit.exceptions["task out_of_stock"] > 0
    assert result.units_lost > 0
    assert result.audit.orders["delivered"] >= 100
    assert result.audit.parcels["delivered"] == result.audit.parcels.total()


@pytest.mark.nightly
@pytest.mark.timeout(3_600)
def test_two_weeks_of_december(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Ten working days on one book, goods left over from day to day, and a kill on each of them."""
    files = sorted(DATA.glob("2010-12-*.csv"))[:WORKING_DAYS]
    world = read_days(SEED, files, RETAIL_MAPPING, DEVICES)
    result = run_days(world, Choices(tmp_path, DEVICES), QuietBoard())
    assert result.audit.findings == []
    assert result.verified.returncode == 0, result.verified.stdout
    assert len({day.date for day in world.days}) == WORKING_DAYS
    assert result.kills == WORKING_DAYS
    assert result.audit.orders["delivered"] > 1_000
    times = explained(result, capsys)
    assert times["lost"] >= WORKING_DAYS
    later = [each for each in world.cancellations if each.moment == "delivered"]
    assert later


@pytest.mark.nightly
def test_day_of_the_great_order(tmp_path: Path) -> None:
    """74,215 units of one item are ordered, and cancelled before anybody picks them."""
    world, result = whole_day(GREAT, tmp_path)
    assert max(line.quantity for order in world.orders for line in order.lines) == 74_215
    assert result.audit.units > 74_215
    assert result.audit.orders["cancelled"] >= 1


@pytest.mark.nightly
def test_day_on_which_minds_changed(tmp_path: Path) -> None:
    """The last of January: goods are taken back before the wave, after it, and after the pick."""
    world, result = whole_day(CHANGED, tmp_path)
    assert {each.moment for each in world.cancellations} == {"waiting", "released", "picked"}
    left = result.audit.orders.total() - result.audit.orders["delivered"]
    assert left <= result.audit.exceptions.total() + result.audit.orders["cancelled"]
