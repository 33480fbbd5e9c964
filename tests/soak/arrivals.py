"""R6 in memory: histories, each in several orders of arrival, come to the same balances.

`python -m tests.soak.arrivals FIRST COUNT`
"""

import sys

from tests.floor import Floor
from tests.ledger.test_confluence import SHUFFLES, arrival

TOLD_EACH = 100


def differs(seed: int) -> bool:
    """Whether what a history comes to depends on the order in which it arrives."""
    results = []
    for order in range(SHUFFLES):
        floor = Floor()
        arrival(seed, order, floor)
        results.append(floor.balances())
    return any(result != results[0] for result in results)


def main(first: int, count: int) -> int:
    """Try so many; name those that differ, and answer how many."""
    different = 0
    for done, seed in enumerate(range(first, first + count), start=1):
        if differs(seed):
            different += 1
            sys.stdout.write(f"history {seed} depends on the order of arrival\n")
        if done % TOLD_EACH == 0 or done == count:
            sys.stdout.write(f"{done:,} histories of {count:,}, {different} different\n")
            sys.stdout.flush()
    return different


if __name__ == "__main__":
    sys.exit(min(main(int(sys.argv[1]), int(sys.argv[2])), 1))
