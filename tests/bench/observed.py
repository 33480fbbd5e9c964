"""What figures of a server cost the push that they tell of: processor time with and without."""

import statistics
import time
from collections.abc import Sequence
from typing import Any

from server.core import Core
from server.db.engine import open_database
from server.observing.observing import Observing, Unobserved
from tests.bench import world
from tests.bench.figures import Figures
from tests.bench.places import Place
from tests.bench.singles import written_receipts

ITEMS = 200
DEVICES = 8
TURNS = 40
CALLS = 20_000
HOOKS = 300
STATEMENTS = 40
"""Of a group, about."""
GOAL = 0.01


def measure(figures: Figures, place: Place) -> None:
    """The same pushes to an observed core and to one that is not, in turns."""
    told_s = 0.0
    for size, batches in ((world.BATCH, 1), (1, 25)):
        name = f"observed_{size}"
        url = place.new(name)
        spent: dict[bool, list[float]] = {False: [], True: []}
        hooks_s = 0.0
        handhelds: list[world.Handheld] = []
        for turn in range(TURNS):
            observed = turn % 4 in (1, 2)
            settings = world.settings_for(url)
            core = Core.over(open_database(url), settings, delivers=False, observed=observed)
            if not handhelds:
                world.masters(core, ITEMS)
                handhelds = [world.enrol(core, number) for number in range(DEVICES)]
                push(core, handhelds, size, batches)
            heard = Heard(core.observing) if observed else None
            spent[observed].append(push(core, handhelds, size, batches))
            if heard and turn == TURNS - 2:
                hooks_s = heard.again_s()
            if observed and size == 1:
                told_s = call_s(core)
            core.close()
        place.drop(name)
        # Each turn beside its neighbour, so that whatever slows the machine slows both.
        pairs = zip(spent[True], spent[False], strict=True)
        low, cost, high = statistics.quantiles(
            [with_s / without_s - 1 for with_s, without_s in pairs]
        )
        figures.add(
            f"   {place.dialect} figures in pushes of {size}",
            f"{100 * cost:+.1f} % of the lane",
            "",
            f"processor time, median of {TURNS // 2} pairs; half of them {100 * low:+.1f} to "
            f"{100 * high:+.1f} %",
        )
        share = hooks_s * DEVICES * batches / statistics.median(spent[False])
        figures.add(
            f"   {place.dialect} hooks of pushes of {size}",
            f"{100 * share:.2f} % of the lane",
            f"≤ {100 * GOAL:.0f} %" if size > 1 else "",
            f"{1e6 * hooks_s:.0f} µs a push, called by themselves as the lane calls them",
            share <= GOAL if size > 1 else None,
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


class Heard:
    """What an observer was told of one group, to tell it again and again by itself."""

    def __init__(self, observing: Unobserved) -> None:
        """Keep what the last group was."""
        self.observing = observing
        self.jobs: Sequence[Any] = ()
        self.answers: Sequence[Any] = ()
        self.tell, observing.decided = observing.decided, self._keep  # type: ignore[method-assign]

    def _keep(self, jobs: Sequence[Any], answers: Sequence[Any]) -> None:
        self.jobs, self.answers = jobs, answers
        self.tell(jobs, answers)

    def again_s(self) -> float:
        """Seconds of the processor for all that is told of a push, its statements among it."""
        observing, size = self.observing, len(self.answers[0].outcomes)
        assert isinstance(observing, Observing)
        began = time.process_time()
        for _ in range(HOOKS):
            tickets = [observing.submitted(size) for _ in self.jobs]
            observing.taken(tickets, size * len(self.jobs))
            with observing.group(tickets, [world.SITE], size * len(self.jobs)) as step:
                for name in ("load", "decide", "write", "commit"):
                    step(name)
                for _ in range(STATEMENTS):
                    observing.statements._asked("", time.perf_counter())
            self.tell(self.jobs, self.answers)
        return (time.process_time() - began) / HOOKS / len(self.jobs)


def call_s(core: Core) -> float:
    """Seconds of the processor to keep what one call was."""
    began = time.process_time()
    for _ in range(CALLS):
        core.observing.answered("POST", "/device/v1/push", 200, 0.01)
    return (time.process_time() - began) / CALLS
