"""The walking path: which shipments share a cart, and how far a plan is from the shortest one.

Distance is one-dimensional: `Place.walk` is the position on the one path through the site (the
serpentine through the aisles is in it already), a cart starts at 0, walks out to its farthest line
and comes back. So a package is walked best in order of position, and its length is twice its
farthest position. What planning decides is which shipments share a cart.

The lower bound asks at each position how many carts must come by there, whatever the plan. It knows
what no plan may do: put more on a cart than it holds, or take a shipment's lines of a zone apart on
two carts where one holds them all, since every further cart is one more tote to bring together.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

NO_LIMIT = 1 << 62


class Limits(NamedTuple):
    """What a cart holds."""

    lines_max: int
    totes_max: int
    """Shipments on one cart."""
    work_ms_max: int = NO_LIMIT
    """Work on one cart, the walk included; a load that is more travels alone."""
    step_ms: int = 0
    """Time for one step of the path."""


class Load(NamedTuple):
    """What of one shipment travels on one cart."""

    reach: int
    """Its farthest position."""
    lines: int
    work_ms: int = 0
    """Work at its places, without the walk."""


Rule = Callable[[int, int, int], int]


def first_of(_lines: int, _room: int, _totes: int) -> int:
    """The cart that goes farthest."""
    return 0


def tightest(lines: int, room: int, _totes: int) -> int:
    """The cart that is then the fullest of lines."""
    return room - lines


def even(lines: int, room: int, totes: int) -> int:
    """The cart whose totes left should have about so many lines each."""
    return abs(lines * totes - room)


def aligned(lines: int, room: int, totes: int) -> int:
    """The cart with the most room, above all for what the load has much of."""
    return -(lines * room + totes * totes)


RULES: tuple[Rule, ...] = (first_of, tightest, even, aligned)
"""Which of the carts that have room takes a load: the one with the least by a rule.

None is best on every day, so all are tried. They look at a load's lines and at a cart's room for
lines and totes: a cart should not run out of one while it has plenty of the other.
"""


def length(positions: Iterable[int]) -> int:
    """Steps of one cart that visits positions in the order given, from 0 and back."""
    walked, here = 0, 0
    for position in positions:
        walked += abs(position - here)
        here = position
    return walked + abs(here)


def fill(loads: Sequence[Load], limits: Limits, rules: Sequence[Rule] = RULES) -> list[list[int]]:
    """Share loads, the farthest first, out to carts; answer the loads of each by their places.

    A cart that must go far anyway takes nearer loads for nothing, so another one sets out only when
    no cart has room.
    """
    plans = [_filled(loads, limits, rule) for rule in rules]
    return min(plans, key=lambda plan: (steps(loads, plan), len(plan)))


def steps(loads: Sequence[Load], plan: Iterable[Sequence[int]]) -> int:
    """Steps of all carts of a plan."""
    return 2 * sum(max(loads[each].reach for each in cart) for cart in plan)


def _filled(loads: Sequence[Load], limits: Limits, rule: Rule) -> list[list[int]]:
    plan: list[list[int]] = []
    waiting: list[list[int]] = []
    """Carts that have room: for lines, totes, work; and their number in the plan."""
    for place, load in enumerate(loads):
        room = [cart for cart in waiting if cart[0] >= load.lines and cart[2] >= load.work_ms]
        if room:
            chosen = min(room, key=lambda cart: (rule(load.lines, cart[0], cart[1]), cart[3]))
            plan[chosen[3]].append(place)
        else:
            walk_ms = 2 * load.reach * limits.step_ms
            work = limits.work_ms_max - walk_ms
            chosen = [limits.lines_max, limits.totes_max, work, len(plan)]
            waiting.append(chosen)
            plan.append([place])
        chosen[0] -= load.lines
        chosen[1] -= 1
        chosen[2] -= load.work_ms
        if chosen[0] <= 0 or chosen[1] <= 0 or chosen[2] <= 0:
            waiting.remove(chosen)
    return plan


def lower_bound(shipments: Iterable[Sequence[int]], limits: Limits) -> int:
    """Steps that no plan can do without; each shipment is its lines' positions in one zone."""
    known = [sorted(positions, reverse=True) for positions in shipments if positions]
    whole = [positions for positions in known if len(positions) <= limits.lines_max]
    long = [positions for positions in known if len(positions) > limits.lines_max]
    stands = sorted({position for positions in known for position in positions}, reverse=True)
    total = 0
    for place, stand in enumerate(stands):
        beyond = stands[place + 1] if place + 1 < len(stands) else 0
        sizes = [len(positions) for positions in whole if positions[0] >= stand]
        parts = [sum(position >= stand for position in positions) for positions in long]
        total += (stand - beyond) * carts_needed(sizes, [part for part in parts if part], limits)
    return 2 * total


def carts_needed(whole: Iterable[int], parts: Iterable[int], limits: Limits) -> int:
    """Carts without which these lines can't be carried.

    `whole` are the lines of shipments that travel whole, `parts` those of shipments that are too
    long for one cart: they fill carts of their own, and only their rest travels with others.
    """
    lines_max, totes_max = limits.lines_max, limits.totes_max
    sizes, parted = sorted(whole), list(parts)
    lines = sum(sizes)
    divisible = max(
        -(-(len(sizes) + len(parted)) // totes_max), -(-(lines + sum(parted)) // lines_max)
    )
    # No two of those that fill more than half a cart share one, and they have room for few others.
    large = [size for size in sizes if 2 * size > lines_max]
    small = sizes[: len(sizes) - len(large)]
    room, guests_max, guests = lines_max * len(large) - sum(large), len(large) * (totes_max - 1), 0
    for size in small[:guests_max]:
        room -= size
        guests += room >= 0
    own = sum(-(-part // lines_max) - 1 for part in parted)
    mixed = len(large) + -(-(len(small) - guests) // totes_max)
    return max(divisible, own + max(-(-lines // lines_max), mixed))


def ratio(
    packages: Iterable[Sequence[int]], shipments: Iterable[Sequence[int]], limits: Limits
) -> float:
    """How many times the lower bound a plan walks; each package is its positions in order."""
    bound = lower_bound(shipments, limits)
    walked = sum(length(positions) for positions in packages)
    return walked / bound if bound else 1.0
