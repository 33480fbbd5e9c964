"""Balance: packages of about equal work for the people of a zone.

1. Work is walking out and back, looking for each line, and handling each unit; how long these take
   is a rule of the site, by zone if need be.
2. Carts are filled for the shortest way first. With people named for the zone, they are then filled
   less, if the last of the people is done earlier so, with at most one more turn than before.
3. No package is made smaller than is worth a walk.

Nobody can be done before the work is shared out evenly, nor before the longest load that travels
whole: that is the bound.
"""

from collections.abc import Iterable, Sequence
from heapq import heapify, heapreplace
from typing import NamedTuple

from server.planning.path import Limits, Load, even, fill
from server.planning.records import WorkRule

TRIES = 10
ANY_ZONE = 0


class Crew(NamedTuple):
    """Who works a zone, and how fast; times in ms."""

    pickers: int = 0
    """0 where nobody said."""
    step_ms: int = 250
    line_ms: int = 6_000
    unit_ms: int = 1_500
    package_ms_min: int = 600_000
    """Less work than this is not worth a cart of its own."""

    def load(self, reach: int, quantities: Sequence[int]) -> Load:
        """What lines with these units are as a load."""
        work = self.line_ms * len(quantities) + self.unit_ms * sum(quantities)
        return Load(reach, len(quantities), work)

    def work_ms(self, reach: int, lines: int, units: int) -> int:
        """How long a package takes."""
        return 2 * reach * self.step_ms + self.line_ms * lines + self.unit_ms * units


NOBODY = Crew()


class Crews:
    """The crews of a site by zone."""

    def __init__(self, rules: Iterable[WorkRule] = ()) -> None:
        """Read the site's rules; that of no zone holds for all zones without one."""
        self._crews = {
            rule.zone: Crew(
                rule.pickers, rule.step_ms, rule.line_ms, rule.unit_ms, rule.package_ms_min
            )
            for rule in rules
        }

    def of(self, zone: int) -> Crew:
        """The crew of a zone."""
        return self._crews.get(zone) or self._crews.get(ANY_ZONE, NOBODY)


def shared(
    loads: Sequence[Load], limits: Limits, crew: Crew, beside: Sequence[int] = ()
) -> list[list[int]]:
    """Share loads, the farthest first, out to carts of about equal work; as `path.fill` answers.

    `beside` is the work, ms, of packages of the same people that are what they are.
    """
    plan = fill(loads, limits)
    if crew.pickers <= 1 or not plan:
        return plan
    turns = -(-(len(plan) + len(beside)) // crew.pickers)
    best, done = plan, finish([*beside, *works_of(loads, plan, crew)], crew.pickers)
    for most in (turns * crew.pickers, (turns + 1) * crew.pickers):
        tried = evened(loads, limits, crew, most)
        ends = finish([*beside, *works_of(loads, tried, crew)], crew.pickers) if tried else done
        if ends < done:
            best, done = tried, ends
    return best


def evened(loads: Sequence[Load], limits: Limits, crew: Crew, most: int) -> list[list[int]]:
    """Share loads out to at most so many carts, the longest as short as goes; else to none."""
    found: list[list[int]] = []
    low = crew.package_ms_min
    high = sum(load.work_ms for load in loads) + 2 * crew.step_ms * loads[0].reach
    for _ in range(TRIES):
        if low >= high:
            break
        tried_ms = (low + high) // 2
        limited = limits._replace(work_ms_max=tried_ms, step_ms=crew.step_ms)
        tried = fill(loads, limited, rules=(even,))
        if len(tried) > most:
            low = tried_ms + 1
        else:
            found, high = tried, tried_ms
    return found


def works_of(loads: Sequence[Load], plan: Iterable[Sequence[int]], crew: Crew) -> list[int]:
    """How long each cart of a plan takes, ms."""
    return [
        2 * crew.step_ms * max(loads[each].reach for each in cart)
        + sum(loads[each].work_ms for each in cart)
        for cart in plan
    ]


def finish(works: Iterable[int], people: int) -> int:
    """When the last of them is done if each takes the next package as soon as they are free."""
    free = [0] * people
    heapify(free)
    for work in works:
        heapreplace(free, free[0] + work)
    return max(free)


def finish_bound(loads: Sequence[Load], steps: int, crew: Crew) -> int:
    """Before when nobody can have done all: `steps` is the least that must be walked."""
    total = sum(load.work_ms for load in loads) + steps * crew.step_ms
    longest = max((2 * load.reach * crew.step_ms + load.work_ms for load in loads), default=0)
    return max(-(-total // max(1, crew.pickers)), longest)
