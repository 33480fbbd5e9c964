"""The walking path, and how far a plan is from the shortest one.

Distance is one-dimensional: `Place.walk` is the position on the one path through the site (the
serpentine is in it already), a cart starts at 0, walks out to its farthest line and comes back. So
a package is walked best in order of position, and its length is twice its farthest position. What
planning decides is which shipments share a cart.
"""

from collections.abc import Iterable, Sequence


def length(positions: Iterable[int]) -> int:
    """Steps of one cart that visits positions in the order given, from 0 and back."""
    walked, here = 0, 0
    for position in positions:
        walked += abs(position - here)
        here = position
    return walked + abs(here)


def lower_bound(shipments: Sequence[Sequence[int]], shipments_max: int, lines_max: int) -> int:
    """Steps that no plan can do without; each shipment is its lines' positions.

    However lines are put on carts, the cart with the farthest lines holds at most `lines_max` of
    them, so some other cart goes at least as far as the next farthest line; likewise for shipments
    by their farthest line. The greater of both bounds holds.
    """
    by_lines = sorted((position for lines in shipments for position in lines), reverse=True)
    by_shipments = sorted((max(lines) for lines in shipments if lines), reverse=True)
    return 2 * max(sum(by_lines[::lines_max]), sum(by_shipments[::shipments_max]))


def ratio(
    packages: Iterable[Sequence[int]],
    shipments: Sequence[Sequence[int]],
    shipments_max: int,
    lines_max: int,
) -> float:
    """How many times the lower bound a plan walks; each package is its positions in order."""
    bound = lower_bound(shipments, shipments_max, lines_max)
    walked = sum(length(positions) for positions in packages)
    return walked / bound if bound else 1.0
