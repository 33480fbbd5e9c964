"""R12 in small: what the server remembers doesn't grow with the operations that it took.

Megabytes say nothing in a second; the interpreter's count of blocks does: whatever is kept of an
operation, were it one entry of a dictionary, is a block at least.
"""

import gc
import sys

from device_protocol.operations import Receive
from server.clock import FixedClock
from server.core import Core
from server.db.engine import Database
from tests.bench import world

ITEMS, GROUPS = 5, 150
"""Each group receives every item once."""
WARM = 100
"""Groups until every statement was asked and every cache of few entries is full."""
KEPT_MAX = 3
"""Blocks a group: SQLite's driver tidies up after every 200 cursors, which is up to two."""


def blocks_per_group(core: Core) -> float:
    """How many blocks of memory were kept for each group."""
    world.masters(core, ITEMS)
    handheld = world.enrol(core, 0)
    take(core, handheld, WARM)
    gc.collect()
    before = sys.getallocatedblocks()
    take(core, handheld, GROUPS)
    gc.collect()
    return (sys.getallocatedblocks() - before) / GROUPS


def take(core: Core, handheld: world.Handheld, groups: int) -> None:
    """Receive goods, in so many commits."""
    for _ in range(groups):
        for number in range(ITEMS):
            handheld.ended += world.COURSE_MS
            handheld.write(
                Receive(
                    quantity=1 + number,
                    owner="ACME",
                    item=f"S{number:05d}",
                    to=world.bin_code(number),
                    ended=handheld.ended,
                )
            )
        for batch, _ in handheld.batches(len(handheld.lines)):
            assert core.lanes.submit(batch).result().status == "taken"


def test_nothing_is_kept_of_a_group_once_it_is_answered(
    database: Database, clock: FixedClock
) -> None:
    settings = world.settings_for("sqlite:///unused.sqlite3")
    core = Core.over(database, settings, clock=clock, delivers=False)

    try:
        kept = blocks_per_group(core)
    finally:
        core.stop()

    assert kept < KEPT_MAX
