"""Whole days: everybody works, the book is verified, the auditor compares it with the floor."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from subprocess import CompletedProcess

from server.demo import dispatch, phases, returned, storing, supervisor
from server.demo.audit import Audit, audit, measure
from server.demo.opening import Choices, open_shift
from server.demo.proxy import Tally
from server.demo.shift import Board, Shift
from server.demo.world import World

PICK_ROUNDS_MAX = 5


@dataclass
class Result:
    """How a day ended."""

    audit: Audit
    tally: Tally
    verified: CompletedProcess[str]
    seconds: float
    devices: int
    crashes: int
    kills: int
    units_lost: int

    @property
    def clean(self) -> bool:
        """Whether nothing was lost, and book, floor and chains agree."""
        return self.audit.clean and self.verified.returncode == 0

    @property
    def repeated_calls(self) -> int:
        """Calls that a device had to make again."""
        faults: Counter[str] = self.tally.faults
        return sum(
            faults[each] for each in ("lost_request", "lost_answer", "cut_answer", "offline")
        )

    @property
    def suppressed(self) -> int:
        """Operations that arrived more than once and count once."""
        return max(0, self.tally.pushed_lines - self.audit.lines)


def run_days(
    world: World,
    choices: Choices,
    board: Board,
    stay: Callable[[Shift, Result], None] | None = None,
) -> Result:
    """Run the days of a world; `stay` may look around before the server stops."""
    began = time.monotonic()
    shift = open_shift(world, choices, board)
    try:
        for day in world.days:
            shift.open_day(day)
            work(shift)
        board.phase("the book is verified and audited", 2)
        verified = shift.child.command("verify")
        board.done()
        found = audit(shift)
        board.done()
        result = Result(
            audit=found,
            tally=shift.proxy.tally,
            verified=verified,
            seconds=time.monotonic() - began,
            devices=len(shift.crew),
            crashes=sum(hand.crashes for hand in shift.crew),
            kills=shift.child.kills,
            units_lost=sum(shift.floor.truth.lost.values()),
        )
        if stay is not None:
            stay(shift, result)
        return result
    finally:
        shift.close()
        shift.child.stop()


def work(shift: Shift) -> None:
    """Go through the day's phases."""
    phases.prepare(shift)
    phases.receive(shift)
    phases.order(shift)
    storing.replenish(shift)
    phases.release(shift)
    phases.pick(shift, first=True)
    phases.count(shift)
    dispatch.pack(shift, complete_only=True)
    for hand in shift.crew:
        hand.offline = False
    shift.meet("whoever was out of reach comes back")
    shift.meet()
    pick_rest(shift)
    phases.cancel(shift, "picked")
    dispatch.pack(shift, complete_only=False)
    phases.cancel(shift, "packed")
    dispatch.put_back(shift)
    for attempt in (1, 2):
        dispatch.deliver(shift, attempt)
    phases.cancel(shift, "delivered")
    returned.take(shift)
    measure(shift)
    dispatch.count_samples(shift)
    phases.count(shift)
    supervisor.work(shift)
    shift.meet()


def pick_rest(shift: Shift) -> None:
    """Pick what was sought elsewhere and what counts have found, until there is nothing more."""
    for _ in range(PICK_ROUNDS_MAX):
        picked = phases.pick(shift, first=False)
        phases.count(shift)
        if not phases.retry(shift) and not picked:
            return
