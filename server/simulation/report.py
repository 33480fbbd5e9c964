"""What many seeds came to, for a person to read."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table

from server.simulation.rates import FAULTS
from server.simulation.seeds import Result

FAILURES_SHOWN = 5
BREACHES_SHOWN = 5
SEEDS_NAMED = 20
ALL_FAULTS_SEEDS = 200
"""From so many seeds on every kind of fault must have occurred."""


@dataclass(slots=True)
class Total:
    """The sum of many seeds."""

    seeds: int = 0
    operations: int = 0
    lines: int = 0
    seconds: float = 0.0
    rounds: int = 0
    """The most rounds in which a seed drained."""
    faults: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    failures: list[Result] = field(default_factory=list)

    def add(self, result: Result) -> None:
        """Add one seed."""
        self.seeds += 1
        self.operations += result.operations
        self.lines += result.lines
        self.seconds += result.seconds
        self.rounds = max(self.rounds, result.rounds)
        self.faults += result.faults
        self.outcomes += result.outcomes
        if result.breaches:
            self.failures.append(result)

    @property
    def speed(self) -> float:
        """Operations a second on one core, the audit included."""
        return self.operations / self.seconds if self.seconds else 0.0

    def missing(self) -> list[str]:
        """Faults that should have occurred in so many seeds, and did not."""
        if self.seeds < ALL_FAULTS_SEEDS:
            return []
        return [fault for fault in FAULTS if not self.faults[fault]]

    @property
    def clean(self) -> bool:
        """Whether every invariant held in every seed, and every fault was met."""
        return not self.failures and not self.missing()


def summed(results: Iterable[Result]) -> Total:
    """Add up seeds."""
    total = Total()
    for result in results:
        total.add(result)
    return total


def show_failure(console: Console, result: Result, *, on: str = "") -> None:
    """Say what was broken, how it came about, and how to see it again."""
    console.rule(f"seed {result.seed}", style="red")
    for breach in result.breaches[:BREACHES_SHOWN]:
        console.print(f"[red]{breach.invariant}[/] ", end="")
        console.print(breach.told, markup=False, highlight=False)
    if len(result.breaches) > BREACHES_SHOWN:
        console.print(f"and {len(result.breaches) - BREACHES_SHOWN} more")
    for line in result.trace:
        console.print(line, markup=False, highlight=False)
    console.print(f"again: totebook simulate --seed {result.seed} --trace{on}", highlight=False)


def show(console: Console, total: Total, wall_s: float, *, on: str = "") -> None:
    """Print failures, faults, outcomes and the sum of it."""
    for result in total.failures[:FAILURES_SHOWN]:
        show_failure(console, result, on=on)
    table = Table(title="Faults that happened", title_justify="left")
    table.add_column("times", justify="right")
    table.add_column("fault")
    table.add_column("what it is")
    for fault, told in FAULTS.items():
        table.add_row(f"{total.faults[fault]:,}", fault, told)
    console.print(table)
    outcomes = Table(title="Outcomes of what devices sent", title_justify="left")
    outcomes.add_column("times", justify="right")
    outcomes.add_column("outcome")
    for outcome, times in sorted(total.outcomes.items(), key=lambda each: (-each[1], each[0])):
        outcomes.add_row(f"{times:,}", outcome)
    console.print(outcomes)
    for fault in total.missing():
        console.print(f"[red]{fault} never happened in {total.seeds:,} seeds[/]")
    console.print(
        f"{total.seeds:,} seeds, {total.operations:,} operations ({total.lines:,} of devices), "
        f"drained within {total.rounds} rounds"
    )
    console.print(
        f"{wall_s:,.1f} s; {total.speed:,.0f} operations a second on one core, audit included"
    )
    if total.failures:
        named = ", ".join(str(result.seed) for result in total.failures[:SEEDS_NAMED])
        console.print(f"[red]{len(total.failures):,} seeds failed: {named}[/]")
    else:
        console.print("[green]I1 to I14 held in all[/]")
