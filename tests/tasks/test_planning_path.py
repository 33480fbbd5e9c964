"""Tests of the walking path and its lower bound."""

import random

import pytest

from server.ledger.records import Place, Stock
from server.orders.records import Shipment
from server.tasks.packages import LINES_MAX, TOTES_MAX, PickLine, cut
from server.tasks.path import length, lower_bound, ratio


@pytest.mark.parametrize(
    ("positions", "steps"), [([], 0), ([5], 10), ([1, 3, 7], 14), ([7, 1, 3], 18)]
)
def test_cart_walks_out_and_back(positions: list[int], steps: int) -> None:
    assert length(positions) == steps


def test_bound_counts_the_carts_that_shipments_need() -> None:
    shipments = [[1, 9], [2, 3], [8]]

    assert lower_bound(shipments, shipments_max=2, lines_max=100) == 2 * (9 + 3)
    assert lower_bound(shipments, shipments_max=3, lines_max=100) == 2 * 9


def test_bound_counts_the_carts_that_lines_need() -> None:
    assert lower_bound([[1, 2, 3, 4, 9]], shipments_max=1, lines_max=2) == 2 * (9 + 3 + 1)


def test_plan_of_nothing_is_as_short_as_can_be() -> None:
    assert ratio([], [], 1, 1) == 1.0


def test_cut_packages_are_near_the_bound() -> None:
    source = random.Random(7)
    shipments = []
    for number in range(200):
        ships = Shipment(1, number, number, 1, "web", str(number), 5, "", "", 1, lines=3)
        stands = [source.randrange(1, 1_000) for _ in range(3)]
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
    assert 1.0 <= ratio(walked, wanted, TOTES_MAX, LINES_MAX) <= 1.15
    backwards = [positions[::-1][1:] + positions[-1:] for positions in walked]
    assert ratio(backwards, wanted, TOTES_MAX, LINES_MAX) > 1.15
