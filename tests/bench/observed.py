"""What figures of a server cost the push that they tell of: processor time with and without."""

import time

from server.core import Core
from server.db.engine import open_database
from tests.bench import world
from tests.bench.figures import Figures
from tests.bench.places import Place
from tests.bench.singles import written_receipts

ITEMS = 200
DEVICES = 8
TURNS = 40
CALLS = 20_000
GOAL = 0.01


def measure(figures: Figures, place: Place) -> None:
    """The same pushes to an observed core and to one that is not, in turns."""
    told_s = 0.0
    for size, batches in ((world.BATCH, 1), (1, 25)):
        name = f"observed_{size}"
        url = place.new(name)
        spent: dict[bool, list[float]] = {False: [], True: []}
        handhelds: list[world.Handheld] = []
        for turn in range(TURNS):
            observed = turn % 4 in (1, 2)
            settings = world.settings_for(url)
            core = Core.over(open_database(url), settings, delivers=False, observed=observed)
            if not handhelds:
                world.masters(core, ITEMS)
                handhelds = [world.enrol(core, number) for number in range(DEVICES)]
                push(core, handhelds, size, batches)
            spent[observed].append(push(core, handhelds, size, batches))
            if observed and size == 1:
                told_s = call_s(core)
            core.close()
        place.drop(name)
        # Whatever disturbs only adds to it: the least of many turns is what it takes.
        cost = min(spent[True]) / min(spent[False]) - 1
        figures.add(
            f"   {place.dialect} figures in pushes of {size}",
            f"{100 * cost:+.1f} % of the lane",
            f"≤ {100 * GOAL:.0f} %" if size > 1 else "",
            f"least processor time of {TURNS // 2} turns each",
            cost <= GOAL if size > 1 else None,
        )
    figures.add("   figures of a call", f"{1e6 * told_s:.1f} µs", "", "time and status by address")


def push(core: Core, handhelds: list[world.Handheld], size: int, batches: int) -> float:
    """Seconds of the processor, with the driver's and the threads'."""
    own = []
    for handheld in handhelds:
        written_receipts(handheld, size * batches, ITEMS)
        own.append([batch for batch, _ in handheld.batches(size)])
    began = time.process_time()
    world.pushed(core, own)
    return time.process_time() - began


def call_s(core: Core) -> float:
    """Seconds of the processor to keep what one call was."""
    began = time.process_time()
    for _ in range(CALLS):
        core.observing.answered("POST", "/device/v1/push", 200, 0.01)
    return (time.process_time() - began) / CALLS
