"""Every check of the project, one after the other: `make test`.

The closing line of pytest comes last, after a table of where the time went.
"""

import argparse
import dataclasses
import os
import subprocess
import sys
import time
from pathlib import Path

BIN = Path(sys.executable).parent
ROOT = Path(__file__).resolve().parents[1]
# Where being wrong loses goods, every branch is walked.
WALKED = "*/rules.py,server/lane/*,server/ledger/*,server/sync/*,device_protocol/*"

BY_FILE = ("--dist", "loadfile", "--no-loadscope-reorder")
PAGES = tuple(
    f"tests/web/test_{name}.py"
    for name in ("camera", "courier", "operator", "operator_day", "safety", "scripts", "versions")
)
# Whole worlds, searched or worked through, and our own sources: under coverage they take two or
# three times as long.
UNMEASURED = (
    "tests/acceptance",
    "tests/architecture",
    "tests/badinput/test_addresses.py",
    "tests/badinput/test_fuzz_api.py",
    "tests/conformance/test_clients.py",
    "tests/demo/test_command.py",
    "tests/demo/test_run.py",
    "tests/faults",
    "tests/fuzz",
    "tests/javascript",
    "tests/ledger/test_confluence.py",
    "tests/models",
    "tests/simulation/test_command.py",
    "tests/simulation/test_mutants.py",
    "tests/simulation/test_seeds.py",
    "tests/sync/test_statements_day.py",
    "tests/tampering",
)


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """One check: a short name, a heading, and the command."""

    name: str
    heading: str
    command: tuple[str, ...]
    beside: bool = False
    """Whether it runs beside the steps after it, because it keeps one core busy alone."""


@dataclasses.dataclass(frozen=True, slots=True)
class Result:
    """How a step ended: its exit status and how long it took."""

    step: Step
    status: int
    seconds: float


STEPS = (
    Step("format", "Format (ruff format)", ("ruff", "format", "--check", ".")),
    Step("lint", "Lint (ruff check)", ("ruff", "check", "--quiet", ".")),
    Step("imports", "Import contracts (import-linter)", ("lint-imports",)),
    Step(
        "chromium",
        "A browser for tests of the pages",
        ("python", "-m", "tests.web.chromium"),
        beside=True,
    ),
    Step(
        "days",
        "1,000 simulated days with every fault (totebook simulate)",
        ("totebook", "simulate", "--seeds", "1000", "--jobs", "2"),
    ),
    Step("types", "Types (mypy)", ("mypy",), beside=True),
    Step(
        "proofs",
        "Real days, models, mutants, kills, clients, people in browsers: no coverage (pytest)",
        # Much of it waits for other processes, so there are more workers than cores. Tests of a
        # file share what takes long to begin: a shop and a browser, a cluster, a day.
        ("pytest", "-q", "-n", "4", *BY_FILE, *UNMEASURED, *PAGES),
    ),
    Step(
        "tests",
        "Tests on SQLite and PostgreSQL (pytest)",
        (
            *("pytest", "-q", "-n", "3", *(f"--ignore={path}" for path in (*UNMEASURED, *PAGES))),
            *("--cov", "--cov-report=", "--durations=10"),
        ),
    ),
    Step(
        "walked",
        f"Coverage of every branch: {WALKED}",
        ("coverage", "report", "--fail-under=100", f"--include={WALKED}"),
    ),
    Step(
        "covered",
        "Coverage of the rest: 90 % of branches",
        ("coverage", "report", "--fail-under=90", f"--omit={WALKED}"),
    ),
)


def start(step: Step) -> "subprocess.Popen[str]":
    """Start the command of a step."""
    colour = ["--color=yes"] if step.name == "tests" and sys.stdout.isatty() else []
    return subprocess.Popen(
        [str(BIN / step.command[0]), *step.command[1:], *colour],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ
        | {
            "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}",
            # Hundreds of processes are started: without kept bytecode each compiles everything
            # anew, a quarter of a server's start and half of what collecting tests takes.
            "PYTHONDONTWRITEBYTECODE": "",
        },
    )


def run(step: Step, started: "subprocess.Popen[str] | None") -> tuple[Result, str]:
    """Run a step and show what it prints; pytest's closing line is kept back and answered."""
    sys.stdout.write(f"\n── {step.heading}\n")
    sys.stdout.flush()
    closing = ""
    began = time.monotonic()
    with started or start(step) as process:
        for line in process.stdout or ():
            # One line late, so that the last one is still in hand when the step has ended.
            sys.stdout.write(closing)
            sys.stdout.flush()
            closing = line
    result = Result(step, process.returncode, time.monotonic() - began)
    if step.name != "tests":
        sys.stdout.write(closing)
        closing = ""
    sys.stdout.write(f"   {told(result)} after {result.seconds:.1f} s\n")
    return result, closing


def told(result: Result) -> str:
    """Say in a word how a step ended."""
    return "passed" if result.status == 0 else f"FAILED (exit status {result.status})"


def main() -> int:
    """Run all steps, or the ones named, even after one has failed; answer the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.everything", description=__doc__)
    names = [step.name for step in STEPS]
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="STEP")
    wanted = parser.parse_args().only
    results: list[Result] = []
    closing = ""
    beside = {step.name: start(step) for step in STEPS if step.beside and step.name in wanted}
    for step in STEPS:
        if step.name in wanted:
            result, kept = run(step, beside.get(step.name))
            results.append(result)
            closing = kept or closing
    whole = sum(result.seconds for result in results)
    sys.stdout.write("\n── Where the time went\n")
    for result in results:
        share = result.seconds / whole
        name = result.step.name
        sys.stdout.write(f"   {name:8} {result.seconds:7.1f} s {share:5.0%}  {told(result)}\n")
    sys.stdout.write(f"   {'all':8} {whole:7.1f} s\n\n{closing}")
    sys.stdout.flush()
    return int(any(result.status for result in results))


if __name__ == "__main__":
    sys.exit(main())
