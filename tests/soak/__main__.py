"""`make soak`: arrival orders, days, kills, failovers, power cuts, outages, in nightly counts.

What was run is counted and printed, also when Ctrl-C stops it early.
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
    command = [sys.executable, "-m", "pytest", "-q", "tests/faults/test_kill.py", "--timeout", "0"]
    return subprocess.run(command, env=environment, check=False).returncode


def failovers(count: int) -> int:
    """R4, and that it can fail: answer pytest's status."""
    environment = {**os.environ, "TOTEBOOK_TEST_FAILOVERS": str(count)}
    command = [sys.executable, "-m", "pytest", "-q", "-m", "", "tests/faults/test_failover.py"]
    return subprocess.run(command, env=environment, check=False).returncode


def power_cuts(images: int) -> int:
    """R3, and R5 in a run ten times as long: answer pytest's status."""
    longer = {"TOTEBOOK_TEST_POWER_IMAGES": str(images), "TOTEBOOK_TEST_DISK_OPERATIONS": "2000"}
    paths = ["tests/faults/test_power.py", "tests/faults/test_disk_faults.py"]
    command = [sys.executable, "-m", "pytest", "-q", *paths]
    return subprocess.run(command, env={**os.environ, **longer}, check=False).returncode


def outage(seconds: int) -> int:
    """PostgreSQL is gone for so long: answer pytest's status."""
    environment = {**os.environ, "TOTEBOOK_TEST_OUTAGE_S": str(seconds)}
    command = [sys.executable, "-m", "pytest", "-q", "tests/faults/test_outage.py"]
    return subprocess.run(command, env=environment, check=False).returncode


def misuse(calls: int, first: int) -> int:
    """R8, R10 and R11, and R12 for an hour on each database: answer how many failed."""
    python = [sys.executable, "-m"]
    counts = {
        "TOTEBOOK_TEST_CALLS": str(calls),
        "TOTEBOOK_TEST_FIRST": str(first),
        "TOTEBOOK_TEST_TAMPERED": "10000",
        "TOTEBOOK_TEST_TAMPERS": "2",
    }
    paths = ["tests/badinput/test_fuzz_api.py", "tests/tampering"]
    commands = (
        [*python, "pytest", "-q", *paths],
        [*python, "tests.mutation"],
        [*python, "tests.soak.memory", "--database", "postgresql"],
        [*python, "tests.soak.memory", "--database", "sqlite"],
    )
    environment = {**os.environ, **counts}
    return sum(
        subprocess.run(each, env=environment, check=False).returncode != 0 for each in commands
    )


def simulated_days(first: int, seeds: int) -> int:
    """I1 to I14 in as many seeds: answer the simulator's status."""
    options = ["simulate", "--first", str(first), "--seeds", str(seeds)]
    return subprocess.run([sys.executable, "-m", "server.cli", *options], check=False).returncode


def nightly() -> int:
    """Real days, pages and processes that no change waits for: answer pytest's status."""
    folders = ("acceptance", "demo", "faults", "web")
    paths = [f"tests/{folder}" for folder in folders]
    command = [sys.executable, "-m", "pytest", "-q", "-m", "nightly", *paths]
    return subprocess.run(command, check=False).returncode


def main() -> None:
    """Run all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--histories", type=int, default=12_500, help="default 12,500 (50,000 arrivals)"
    )
    parser.add_argument("--kills", type=int, default=2_000, help="default 2,000")
    parser.add_argument("--failovers", type=int, default=50, help="default 50")
    parser.add_argument("--images", type=int, default=100_000, help="default 100,000 power cuts")
    parser.add_argument("--outage", type=int, default=60, help="seconds, default 60")
    parser.add_argument("--calls", type=int, default=5_000, help="of each address, default 5,000")
    parser.add_argument("--seeds", type=int, default=100_000, help="default 100,000 days")
    parser.add_argument("--first", type=int, default=1_000_000, help="first seed")
    options = parser.parse_args()
    different = arrival_orders(options.first, options.histories)
    lost = simulated_days(options.first, options.seeds) if options.seeds else 0
    status = kills(options.kills) if options.kills else 0
    fallen = failovers(options.failovers) if options.failovers else 0
    cut = power_cuts(options.images) if options.images else 0
    gone = outage(options.outage) if options.outage else 0
    odd = misuse(options.calls, options.first) if options.calls else 0
    failed = nightly()
    sys.exit(1 if different or lost or status or fallen or cut or gone or odd or failed else 0)


if __name__ == "__main__":
    main()
