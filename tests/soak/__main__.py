"""`make soak`: arrival orders, simulated and real days, kills, in nightly counts; Ctrl-C stops it.

What was run is counted and printed, also when it is stopped early.
"""

import argparse
import os
import subprocess
import sys

from rich.console import Console
from rich.progress import Progress

from tests.floor import Floor
from tests.ledger.test_confluence import arrival

out = Console()
ORDERS = 4


def arrival_orders(first: int, histories: int) -> int:
    """R6 in memory: answer how many histories gave different balances by arrival order."""
    different = done = 0
    try:
        with Progress(console=out) as progress:
            task = progress.add_task("histories in 4 arrival orders", total=histories)
            for seed in range(first, first + histories):
                results = []
                for order in range(ORDERS):
                    floor = Floor()
                    arrival(seed, order, floor)
                    results.append(floor.balances())
                if any(result != results[0] for result in results):
                    different += 1
                    out.print(f"[red]history {seed} depends on the order of arrival[/red]")
                done += 1
                progress.advance(task)
    finally:
        out.print(f"R6: {done:,} histories, {done * ORDERS:,} arrivals, {different} different")
    return different


def kills(count: int) -> int:
    """R2 on both databases: answer pytest's status."""
    environment = {**os.environ, "TOTEBOOK_TEST_KILLS": str(count // 2)}
    command = [sys.executable, "-m", "pytest", "-q", "tests/faults", "--timeout", "0"]
    return subprocess.run(command, env=environment, check=False).returncode


def simulated_days(first: int, seeds: int) -> int:
    """I1 to I14 in as many seeds: answer the simulator's status."""
    options = ["simulate", "--first", str(first), "--seeds", str(seeds)]
    return subprocess.run([sys.executable, "-m", "server.cli", *options], check=False).returncode


def real_days() -> int:
    """The real days that no change waits for: answer pytest's status."""
    command = [sys.executable, "-m", "pytest", "-q", "-m", "nightly", "tests/acceptance"]
    return subprocess.run(command, check=False).returncode


def main() -> None:
    """Run all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--histories", type=int, default=12_500, help="default 12,500 (50,000 arrivals)"
    )
    parser.add_argument("--kills", type=int, default=2_000, help="default 2,000")
    parser.add_argument("--seeds", type=int, default=100_000, help="default 100,000 days")
    parser.add_argument("--first", type=int, default=1_000_000, help="first seed")
    options = parser.parse_args()
    different = arrival_orders(options.first, options.histories)
    lost = simulated_days(options.first, options.seeds) if options.seeds else 0
    status = kills(options.kills) if options.kills else 0
    failed = real_days()
    sys.exit(1 if different or lost or status or failed else 0)


if __name__ == "__main__":
    main()
