"""Tests of custody: when goods stood in which unit, and what that makes of the unit's moves."""

from server.reports.custody import (
    END,
    Carried,
    Move,
    Stay,
    carried_by,
    joined,
    outer_stays,
    place_in_story,
    stays_of,
)

GOODS, TOTE, CAGE = 10, 20, 30
"""Stock keys; the places of units are theirs plus one."""
BIN, DOCK = 2_000_001, 2_000_002
KEYS = frozenset({(1, GOODS)})


def moved(  # noqa: PLR0917 - a movement is these facts.
    number: int, at: int, stock: int, source: int, target: int, quantity: int = 1
) -> Move:
    """A movement at site 1; 21 and 31 are the places of the tote and the cage."""
    units = {TOTE + 1: TOTE, CAGE + 1: CAGE}
    return Move(
        site=1,
        number=number,
        source=source,
        target=target,
        stock=stock,
        stock_to=stock,
        quantity=quantity,
        stream=5,
        epoch=1,
        seq=number,
        occurred_at=at,
        uncertainty=0,
        source_unit=units.get(source),
        target_unit=units.get(target),
    )


def spans(stays: list[Stay]) -> list[tuple[int, int | None, int]]:
    """From when until when, and how many."""
    return [
        (stay.since[0], None if stay.until == END else stay.until[0], stay.quantity)
        for stay in stays
    ]


def test_stay_lasts_as_long_as_something_is_left() -> None:
    moves = [
        moved(1, 100, GOODS, DOCK, TOTE + 1, 5),
        moved(2, 200, GOODS, TOTE + 1, BIN, 3),
        moved(3, 300, GOODS, TOTE + 1, BIN, 2),
        moved(4, 400, GOODS, DOCK, TOTE + 1, 1),
    ]

    stays = list(stays_of(reversed(moves), KEYS))

    assert spans(stays) == [(100, 200, 5), (200, 300, 2), (400, None, 1)]


def test_unit_carries_goods_only_while_they_are_in_it() -> None:
    goods = [moved(1, 100, GOODS, DOCK, TOTE + 1), moved(4, 400, GOODS, TOTE + 1, BIN)]
    tote = [moved(2, 50, TOTE, BIN, DOCK), moved(3, 300, TOTE, DOCK, BIN)]
    late = moved(5, 500, TOTE, BIN, DOCK)

    told = list(carried_by([*tote, late], stays_of(goods, KEYS)))

    assert [(each.move.number, each.carrier) for each in told] == [(3, (1, TOTE))]


def test_outer_unit_counts_from_when_both_stood_in_each_other() -> None:
    goods = [moved(1, 100, GOODS, DOCK, TOTE + 1, 4), moved(2, 500, GOODS, TOTE + 1, BIN, 4)]
    tote = [
        moved(3, 20, TOTE, DOCK, CAGE + 1),
        moved(4, 50, TOTE, CAGE + 1, DOCK),
        moved(5, 200, TOTE, DOCK, CAGE + 1),
    ]

    stays = list(outer_stays(tote, list(stays_of(goods, KEYS))))

    assert [stay.unit for stay in stays] == [(1, CAGE)]
    assert spans(stays) == [(200, 500, 4)]


def test_unit_in_itself_is_no_outer_unit() -> None:
    goods = [moved(1, 100, GOODS, DOCK, TOTE + 1)]

    itself = [moved(2, 200, TOTE, DOCK, TOTE + 1)]

    assert list(outer_stays(itself, list(stays_of(goods, KEYS)))) == []


def test_movement_is_told_once_with_all_that_rode_on_it() -> None:
    cage = moved(1, 100, CAGE, DOCK, BIN)
    own = moved(2, 50, GOODS, DOCK, BIN, 3)
    carrier = (1, CAGE)

    story = joined(
        [
            Carried(cage, 2, carrier),
            Carried(own, 3, None),
            Carried(cage, 5, carrier),
            Carried(own, 7, (1, TOTE)),
        ]
    )

    assert [(each.move.number, each.quantity) for each in story] == [(2, 3), (1, 7)]


def test_into_transit_comes_before_out_of_it_at_the_same_moment() -> None:
    out = moved(1, 100, TOTE, 1_002, BIN)
    into = moved(9, 100, TOTE, BIN, 1_001)._replace(site=2, stream=999_999)

    assert sorted([out, into], key=place_in_story) == [into, out]
