"""The command counts, shows what failed and how to see it again, and answers a status."""

from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from server.config import ConfigError
from server.simulation.command import simulate_command
from server.simulation.journal import Breach
from server.simulation.rates import FAULTS
from server.simulation.report import Total, show, summed
from server.simulation.running import book_on, run_seeds
from server.simulation.seeds import Result, run_seed
from server.simulation.world import World


def result(seed: int = 1, *breaches: Breach, faults: tuple[str, ...] = ()) -> Result:
    """A result as a seed gives it."""
    counted = Counter(faults)
    said = [*breaches]
    return Result(seed, 100, 80, 0.5, 3, counted, Counter({"applied": 80}), said, ["an event"])


def run(*options: str) -> tuple[int, str]:
    """Run the command; answer its status and what it printed."""
    done = CliRunner().invoke(simulate_command, options)
    return done.exit_code, done.output


def printed(total: Total) -> str:
    """What is shown of a total."""
    console = Console(record=True, width=100)
    show(console, total, 2.0, on=" --on sqlite")
    return console.export_text()


def test_seeds_are_counted_and_all_is_well() -> None:
    status, output = run("--seeds", "2", "--first", "17", "--jobs", "1")

    assert status == 0
    assert "2 seeds, " in output
    assert "I1 to I14 held in all" in output
    assert "operations a second on one core" in output


def test_one_seed_is_told_from_beginning_to_end() -> None:
    status, output = run("--seed", "17", "--trace")

    assert status == 0
    assert "everything heals" in output
    assert "again: totebook simulate --seed 17 --trace" in output
    assert "I1 to I14 held" in output


def test_seed_runs_on_a_database_and_leaves_it_empty(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/spare.sqlite3"

    assert run("--seed", "17", "--database", url)[0] == 0
    assert run("--seed", "17", "--database", url, "--trace")[0] == 0


def test_new_file_is_made_where_none_is_named() -> None:
    with book_on("") as book:
        assert run_seed(17, book=book, deep=False).breaches == []


def test_book_of_somebody_is_not_written_over(database_url: str) -> None:
    with pytest.raises(ConfigError, match="is not empty"), book_on(database_url):
        pytest.fail("it was opened")


def test_failing_seed_says_what_how_and_how_again(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = [Breach("I1", f"a{number} took effect 2 times", (1_000_001,)) for number in range(7)]
    monkeypatch.setattr(World, "run", lambda self: self.journal.breaches.extend(broken))

    status, output = run("--seed", "17", "--jobs", "1")

    assert status == 1
    assert "I1 a0 took effect 2 times" in output
    assert "and 2 more" in output
    assert "again: totebook simulate --seed 17 --trace" in output
    assert "1 seeds failed: 17" in output
    assert run("--seed", "17", "--trace")[0] == 1


def test_crash_of_the_simulation_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: World) -> None:
        self.tell("", "about to fail")
        raise ValueError(self.seed)

    monkeypatch.setattr(World, "run", fail)
    failed = run_seed(17)

    assert failed.breaches == [Breach("crash", "ValueError: 17")]
    assert failed.trace[-1].endswith("about to fail")


def test_total_is_clean_only_if_every_fault_was_met() -> None:
    few = summed(result(seed) for seed in range(3))
    many = summed(result(seed, faults=tuple(FAULTS)) for seed in range(200))
    lame = summed(result(seed, faults=tuple(FAULTS)[1:]) for seed in range(200))
    failed = summed([result(4), result(5, Breach("I2", "a4 is not in the book"))])

    assert (few.clean, many.clean, lame.clean, failed.clean) == (True, True, False, False)
    assert lame.missing() == [next(iter(FAULTS))]
    assert (few.operations, few.lines, few.rounds, few.speed) == (300, 240, 3, 200.0)
    assert Total().speed == 0.0


def test_total_is_shown_with_every_fault_and_outcome() -> None:
    text = printed(summed(result(seed, faults=tuple(FAULTS)[1:]) for seed in range(200)))

    for fault in FAULTS:
        assert fault in text
    assert f"{next(iter(FAULTS))} never happened in 200 seeds" in text
    assert "16,000 │ applied" in text


def test_failure_on_a_database_says_where() -> None:
    text = printed(summed([result(5, Breach("I2", "a4 is not in the book"))]))

    assert "an event" in text
    assert "again: totebook simulate --seed 5 --trace --on sqlite" in text


def test_several_processes_answer_in_the_order_of_seeds() -> None:
    found = [(each.seed, each.operations) for each in run_seeds(range(17, 20), 2)]

    assert found == [(seed, run_seed(seed).operations) for seed in range(17, 20)]
