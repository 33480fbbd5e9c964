"""`totebook simulate`: days in which everything goes wrong, each of them audited."""

import os
import sys
import time
from collections.abc import Iterator

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from server.simulation.report import Total, show, show_failure
from server.simulation.running import book_on, quiet, run_on, run_seeds
from server.simulation.seeds import Result, run_seed


@click.command("simulate")
@click.option("--seeds", default=200, show_default=True, help="How many seeds to run.")
@click.option("--first", default=1, show_default=True, help="The first of them.")
@click.option(
    "--jobs",
    default=os.cpu_count() or 1,
    show_default="one per core",
    help="Processes (in memory only).",
)
@click.option("--seed", type=int, help="Run this one alone.")
@click.option("--trace", is_flag=True, help="Print everything that happened in it.")
@click.option("--on", type=click.Choice(["memory", "sqlite"]), default="memory", show_default=True)
@click.option("--database", default="", help="URL of an empty database to run on.")
def simulate_command(  # noqa: PLR0917 - each is an option of its own.
    seeds: int, first: int, jobs: int, seed: int | None, on: str, database: str, *, trace: bool
) -> None:
    """Run virtual days of unreliable devices against the server's rules, and audit each.

    A seed repeats a day. The status is 0 only if I1 to I14 held in all of them and, from 200 seeds
    on, every kind of fault occurred.
    """
    quiet()
    console = Console()
    wanted = range(first, first + seeds) if seed is None else range(seed, seed + 1)
    began = time.monotonic()
    hint = f" --database {database}" if database else (" --on sqlite" if on == "sqlite" else "")
    if on == "sqlite" or database:
        with book_on(database) as book:
            if trace and seed is not None:
                sys.exit(traced(console, run_seed(seed, book=book, whole_trace=True)))
            total = counted(console, run_on(book, wanted), len(wanted))
    elif trace and seed is not None:
        sys.exit(traced(console, run_seed(seed, deep=True, whole_trace=True)))
    else:
        total = counted(console, run_seeds(wanted, jobs), len(wanted))
    show(console, total, time.monotonic() - began, on=hint)
    sys.exit(0 if total.clean else 1)


def counted(console: Console, results: Iterator[Result], seeds: int) -> Total:
    """Add seeds up while a bar shows how far it is."""
    total = Total()
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("seeds", total=seeds)
        for result in results:
            total.add(result)
            failed = f"seeds, {len(total.failures)} failed" if total.failures else "seeds"
            bar.update(task, advance=1, description=failed)
    return total


def traced(console: Console, result: Result) -> int:
    """Show one seed from its beginning to its end; answer the status."""
    show_failure(console, result)
    console.print(
        f"{result.operations:,} operations, {result.rounds} rounds to drain, "
        f"{sum(result.faults.values()):,} faults: "
        + ("I1 to I14 held" if not result.breaches else f"{len(result.breaches):,} breaches")
    )
    return 1 if result.breaches else 0
