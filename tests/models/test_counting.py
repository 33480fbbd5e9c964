"""The model of counts within its bounds, and the wrong designs that it must catch."""

from collections.abc import Callable
from typing import Any

import pytest

from server.ledger import counts, posting
from tests.models.counting import Bounds, Counting
from tests.models.explorer import CounterexampleError, explore

WITHIN = {
    "at the same moments": Bounds(acts=(3, 2)),
    "in turns": Bounds(acts=(3, 2), starts=(100, 105)),
    "not known which was first": Bounds(acts=(2, 3), starts=(100, 105), halves=(8, 12)),
    "one within the other": Bounds(acts=(2, 3), starts=(100, 95), gaps=(10, 2), halves=(20, 0)),
}


@pytest.mark.parametrize("name", WITHIN)
def test_balances_are_those_of_the_floor_order_however_acts_arrive(name: str) -> None:
    assert explore(Counting(WITHIN[name])).states > 7_000


def must_be_caught() -> None:
    """Search for the fault; print the shortest way there."""
    with pytest.raises(CounterexampleError, match="by definition") as told:
        explore(Counting(Bounds(starts=(100, 105))))
    print(told.value)  # noqa: T201 - the trace is the test's result.
    assert len(told.value.trace) <= 4


def test_count_that_sets_a_balance_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "deltas_after", lambda *_: {})

    must_be_caught()


def test_fact_that_a_later_count_had_seen_and_is_added_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(posting, "absorb", lambda *_: False)

    must_be_caught()


def test_last_count_to_arrive_that_speaks_for_the_place_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settle_key: Callable[..., int] = counts.settle_key

    def hasty(context: Any, line: Any, after: int, *, newest: bool) -> int:  # noqa: ANN401
        return settle_key(context, line, after, newest=newest or True)

    monkeypatch.setattr(counts, "settle_key", hasty)

    must_be_caught()
