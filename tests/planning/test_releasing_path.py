"""Tests of the walking path, of how carts are filled, and of the lower bound."""

import random
from itertools import chain, product

import pytest

from server.ledger.records import Place, Stock
from server.orders.records import Shipment
from server.planning.packages import LINES_MAX, TOTES_MAX, PickLine, cut
from server.planning.path import Limits, Load, carts_needed, fill, length, lower_bound, ratio, steps

CART = Limits(LINES_MAX, TOTES_MAX)


@pytest.mark.parametrize(
    ("positions", "steps"), [([], 0), ([5], 10), ([1, 3, 7], 14), ([7, 1, 3], 18)]
)
def test_cart_walks_out_and_back(positions: list[int], steps: int) -> None:
    assert length(positions) == steps


def test_bound_counts_the_carts_that_shipments_need() -> None:
    shipments = [[1, 9], [2, 3], [8]]

    assert lower_bound(shipments, Limits(100, 2)) == 2 * (9 + 3)
    assert lower_bound(shipments, Limits(100, 3)) == 2 * 9


def test_bound_counts_the_carts_that_lines_need() -> None:
    # The farthest cart is full of the far ends of others, at best.
    assert lower_bound([[1, 2, 3, 4, 9]], Limits(2, 1)) == 2 * (9 + 3 + 1)
    # Both travel whole, so the nearer one goes as far as its own farthest line.
    assert lower_bound([[1, 9], [2, 8]], Limits(3, 5)) == 2 * (9 + 8)


@pytest.mark.parametrize(
    ("whole", "parts", "carts"),
    [
        ([], [], 0),
        ([1] * 13, [], 2),
        ([80, 80, 80], [], 3),
        # Each large one takes as many small ones along as it has room for.
        ([149, 149, *[1] * 14], [], 3),
        ([149, 149, *[1] * 13], [], 3),
        ([140, 140, *[1] * 22], [], 3),
        ([140, 140, *[1] * 20], [], 2),
        # A long one fills a cart, and its rest goes with others.
        ([100], [174], 2),
        ([150], [174], 3),
        ([80, 80, 80], [160], 4),
        ([], [150], 1),
    ],
)
def test_carts_that_are_needed(whole: list[int], parts: list[int], carts: int) -> None:
    assert carts_needed(whole, parts, CART) == carts


def test_plan_of_nothing_is_as_short_as_can_be() -> None:
    assert ratio([], [], CART) == 1.0
    assert fill([], CART) == []


def test_cart_that_goes_far_takes_what_is_near_for_nothing() -> None:
    loads = [Load(90, 100), Load(80, 80), Load(20, 50), Load(10, 20)]

    assert fill(loads, CART) == [[0, 2], [1, 3]]


def test_load_with_more_work_than_a_cart_should_have_travels_alone() -> None:
    loads = [Load(10, 1, 900), Load(9, 1, 300), Load(8, 1, 100)]
    limits = Limits(LINES_MAX, TOTES_MAX, work_ms_max=500, step_ms=1)

    assert fill(loads, limits) == [[0], [1, 2]]


def test_no_plan_is_below_the_bound_and_filling_is_near_the_best() -> None:
    source = random.Random(3)
    small = Limits(lines_max=5, totes_max=2)
    for _ in range(8):
        shipments = [
            [source.randrange(1, 30) for _ in range(source.randrange(1, 5))] for _ in range(5)
        ]
        shipments.sort(key=lambda positions: -max(positions))
        loads = [Load(max(positions), len(positions)) for positions in shipments]
        bound = lower_bound(shipments, small)

        best = min(
            steps(loads, carts)
            for which in product(range(5), repeat=5)
            if fits(loads, carts := parted(which), small)
        )

        filled = fill(loads, small)
        assert sorted(each for cart in filled for each in cart) == list(range(5))
        assert fits(loads, filled, small)
        assert bound <= best <= steps(loads, filled) <= 1.35 * best


def parted(which: tuple[int, ...]) -> list[list[int]]:
    """Loads by the cart that each is on."""
    return [[at for at, cart in enumerate(which) if cart == number] for number in set(which)]


def fits(loads: list[Load], carts: list[list[int]], limits: Limits) -> bool:
    """Whether no cart has too much."""
    return all(
        len(cart) <= limits.totes_max
        and sum(loads[each].lines for each in cart) <= limits.lines_max
        for cart in carts
    )


def test_cut_packages_are_near_the_bound() -> None:
    source = random.Random(7)
    shipments = []
    for number in range(200):
        # Most orders are short, a few are long, and one is longer than a cart.
        lines = 200 if number == 9 else source.choice((2, 3, 3, 4, 6, 30, 60))
        ships = Shipment(1, number, number, 1, "web", str(number), 5, "", "", 1, lines=lines)
        stands = [source.randrange(1, 1_000) for _ in range(lines)]
        shipments.append(
            [
                PickLine(
                    ships, at, 1, Place(1, walk, f"B-{walk}", "bin", walk=walk), Stock(1, 1, ""), 1
                )
                for at, walk in enumerate(stands)
            ]
        )
    wanted = [[line.place.walk for line in lines] for lines in shipments]

    cuts = cut(line for lines in shipments for line in lines)

    walked = [[line.place.walk for line in piece.lines] for piece in cuts]
    assert sorted(chain(*walked)) == sorted(chain(*wanted))
    assert all(len(positions) <= LINES_MAX for positions in walked)
    assert all(len({line.shipment.id for line in piece.lines}) <= TOTES_MAX for piece in cuts)
    assert 1.0 <= ratio(walked, wanted, CART) <= 1.15
    backwards = [positions[::-1][1:] + positions[-1:] for positions in walked]
    assert ratio(backwards, wanted, CART) > 1.15
