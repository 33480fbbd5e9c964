"""`make mutants`: wrong changes to the rules, and whether tests notice; see docs/mutation.md.

Rules are what decides: every `rules.py`, the ledger's posting and counting, undoing.
"""

import argparse
import sys
import time
from collections import defaultdict
from pathlib import Path

from tests.mutation.equivalents import EQUIVALENT
from tests.mutation.running import Verdict, mutated

MODULES = (
    *("server/ledger/posting.py", "server/ledger/counts.py", "server/ledger/corrections.py"),
    *("server/ledger/discrepancies.py", "server/ledger/holds.py", "server/ledger/lots.py"),
    *("server/ledger/stocks.py", "server/tasks/undoing.py"),
    *sorted(map(str, Path("server").glob("*/rules.py"))),
)
ACTS = (
    *("correcting", "count_plans", "count_policy", "counting", "moving", "packing", "picking"),
    *("receiving", "reconsidering", "resolving", "undoing", "undoing_copies", "undoing_stories"),
)
PACKAGES = ("catalog", "fleet", "inbound", "merchants", "printing", "service", "sites", "transfers")
TESTS = (
    *(f"tests/ledger/test_{name}.py" for name in ("counts", "discrepancies", "holds", "listings")),
    *(f"tests/ledger/test_{name}.py" for name in ("locations", "lots", "posting", "stocks")),
    *(f"tests/ledger/test_{name}.py" for name in ("corrections", "count_lines")),
    "tests/ledger/test_posting_questions.py",
    *(f"tests/tasks/test_{name}.py" for name in ACTS),
    *(f"tests/{name}" for name in PACKAGES),
)
PAGE = Path("docs/mutation.md")
GOAL = 0.9


def main() -> None:
    """Run them and write the page."""
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("modules", nargs="*", default=MODULES, help="only these")
    parser.add_argument("--tests", nargs="+", default=TESTS)
    parser.add_argument("--every", type=int, default=1, help="only one in so many mutants")
    options = parser.parse_args()
    found: dict[str, list[Verdict]] = defaultdict(list)
    began = time.monotonic()

    def told(verdict: Verdict) -> None:
        found[verdict.module].append(verdict)
        if not verdict.killed and named(verdict) not in EQUIVALENT:
            sys.stderr.write(f"{place(verdict)} {verdict.change.told}\n")

    status = mutated([Path(each) for each in options.modules], options.tests, options.every, told)
    if status:
        sys.exit(status)
    seconds = time.monotonic() - began
    if tuple(options.modules) == MODULES:
        PAGE.write_text(page(found, options.every, seconds), encoding="utf-8")
    score, line = whole(found)
    sys.stdout.write(f"{line}, in {seconds:,.0f} s\n")
    sys.exit(score < GOAL)


def named(verdict: Verdict) -> tuple[str, str, str]:
    """A mutant by its module, function and change, which outlive its line number."""
    return verdict.module, verdict.change.function, verdict.change.told


def place(verdict: Verdict) -> str:
    """Where a mutant is."""
    return f"{verdict.module}:{verdict.change.line} {verdict.change.function}"


def whole(found: dict[str, list[Verdict]]) -> tuple[float, str]:
    """The share that was killed of those that can be, and a sentence of it."""
    every = [each for own in found.values() for each in own if named(each) not in EQUIVALENT]
    killed = sum(each.killed for each in every)
    share = killed / max(1, len(every))
    return share, f"{killed:,} of {len(every):,} mutants killed ({share:.1%})"


def page(found: dict[str, list[Verdict]], every: int, seconds: float) -> str:
    """The page of results."""
    sampled = f" (one mutant in {every})" if every > 1 else ""
    lines = [
        "# Mutation of the rules",
        "",
        "Written by `make mutants`: each rule is changed in one place so that it is wrong (a",
        "comparison, a condition, a sum, a constant, an answer, a step left out), and the tests",
        "that run the line must notice. How it is done: `tests/mutation/running.py`. A mutant that",
        "decides the same is named with the reason in `tests/mutation/equivalents.py` and not",
        "counted.",
        "",
        f"{whole(found)[1]}, in {seconds:,.0f} s{sampled}.",
        "",
        "| module | mutants | killed | equal | left | share |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for module, own in sorted(found.items()):
        equal = sum(named(each) in EQUIVALENT for each in own)
        killed = sum(each.killed for each in own if named(each) not in EQUIVALENT)
        counted = len(own) - equal
        share = killed / max(1, counted)
        lines.append(
            f"| `{module}` | {len(own)} | {killed} | {equal} | {counted - killed} | {share:.0%} |"
        )
    lines += ["", "Left, to be noticed by a test one day:", ""]
    for module, own in sorted(found.items()):
        for each in own:
            if not each.killed and named(each) not in EQUIVALENT:
                lines.append(f"- `{module}` {each.change.function}, {each.change.told}")
    return "\n".join((*lines, ""))


if __name__ == "__main__":
    main()
