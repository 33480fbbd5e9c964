"""The simulator as a test: nothing is lost, doubled or refused, in however many seeds."""

import os
import subprocess
import sys
from collections import Counter

import pytest

from server.db.engine import Database
from server.simulation.books import SqlBook
from server.simulation.seeds import Result, run_seed

SEEDS = int(os.environ.get("TOTEBOOK_TEST_SEEDS", "2000"))
"""How many seeds are run per change, in memory."""
CHUNK = 200
SQL_SEEDS = {"sqlite": 24, "postgresql": 12}
SQL_PARTS = 4


def said(result: Result) -> str:
    """What a failing seed says."""
    found = [f"{breach.invariant}: {breach.told}" for breach in result.breaches[:5]]
    return "\n".join([f"seed {result.seed}", *found, *result.trace])


@pytest.mark.timeout(1_200)
@pytest.mark.parametrize("first", range(1, SEEDS + 1, CHUNK))
def test_everything_holds_and_every_fault_occurs(first: int) -> None:
    # A process of its own, which is not measured: that would take most of the time.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("COV_CORE")}
    environment = {k: v for k, v in environment.items() if not k.startswith("COVERAGE_")}
    seeds = min(CHUNK, SEEDS + 1 - first)
    options = ["simulate", "--seeds", str(seeds), "--first", str(first), "--jobs", "1"]
    done = subprocess.run(
        [sys.executable, "-m", "server.cli", *options],
        capture_output=True,
        check=False,
        env=environment,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "I1 to I14" in done.stdout


def test_seed_repeats_a_run_to_the_byte() -> None:
    one, other = (run_seed(17, whole_trace=True) for _ in range(2))

    assert one._replace(seconds=0) == other._replace(seconds=0)
    assert one.breaches == []
    assert run_seed(18, whole_trace=True).trace != one.trace


@pytest.mark.parametrize("first", [1, 2])
def test_seeds_hold_while_they_are_looked_at(first: int) -> None:
    faults: Counter[str] = Counter()
    for seed in range(first, 25, 2):
        result = run_seed(seed, deep=seed < 5)
        faults += result.faults
        assert result.breaches == [], said(result)
    assert len(faults) > 15


@pytest.mark.timeout(600)
@pytest.mark.parametrize("part", range(SQL_PARTS))
def test_same_seeds_hold_on_databases(database: Database, part: int) -> None:
    book = SqlBook(database)
    for seed in range(1 + part, SQL_SEEDS[database.dialect] + 1, SQL_PARTS):
        result = run_seed(seed, book=book, deep=False)
        assert result.breaches == [], said(result)
        memory = run_seed(seed, deep=False)
        assert (result.operations, result.outcomes, result.faults) == (
            memory.operations,
            memory.outcomes,
            memory.faults,
        )
