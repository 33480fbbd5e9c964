"""A small day against a real server: nothing is lost, and the same seed ends the same."""

from pathlib import Path

import pytest
from rich.console import Console

from server.demo.made import make_world
from server.demo.opening import Choices
from server.demo.report import show
from server.demo.run import Result, run_days
from tests.demo.boards import QuietBoard

SEED = 11
DEVICES = 6


def small_day(folder: Path) -> Result:
    folder.mkdir()
    world = make_world(SEED, DEVICES, share=0.3)
    return run_days(world, Choices(folder, DEVICES), QuietBoard())


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> list[Result]:
    """Run the same day twice."""
    folder = tmp_path_factory.mktemp("days")
    return [small_day(folder / name) for name in ("first", "second")]


def test_nothing_is_lost_and_book_agrees_with_the_floor(days: list[Result]) -> None:
    for day in days:
        assert day.audit.findings == []
        assert day.verified.returncode == 0, day.verified.stdout
        assert day.clean
        assert day.kills == 1
        assert day.crashes == 1


def test_same_seed_ends_with_same_balances_and_orders(days: list[Result]) -> None:
    first, second = days
    assert first.audit.balances == second.audit.balances
    assert first.audit.digest == second.audit.digest
    assert first.audit.orders == second.audit.orders


def test_faults_did_strike_and_mistakes_are_seen(days: list[Result]) -> None:
    day = days[0]
    assert {"lost_request", "lost_answer", "server_killed"} <= day.tally.faults.keys()
    assert day.repeated_calls > 0
    told = {each.code for each in day.audit.outcomes}
    assert {"short", "unknown_code", "held_by_other"} <= told
    assert all(
        each.code == "held_by_other" for each in day.audit.outcomes if each.outcome == "refused"
    )
    assert day.audit.parcels["delivered"] > 0


def test_summary_tells_the_day(days: list[Result]) -> None:
    console = Console(record=True, width=160)
    show(console, days[0])
    text = console.export_text()
    for words in (
        "operations, durable",
        "parcels delivered",
        "held_by_other",
        "verify: clean",
        "audit: clean",
    ):
        assert words in text
