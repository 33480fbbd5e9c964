"""Naming what is to be loaded: where there is nothing to load, nobody is asked."""

from typing import Any

import pytest

from server.lane.activity import Activity, Context
from server.lane.lane import run_group
from server.lane.picture import Picture
from server.lane.store import MemoryStore
from server.lane.want import Want
from server.sites.messages import PutZone
from server.sync.push import PushRules
from tests.floor import START
from tests.strict import StrictStore
from tests.sync.streams import desk_batch


@pytest.mark.parametrize(("store", "times"), [(MemoryStore(), 0), (StrictStore(), 3)])
def test_only_a_store_that_loads_is_told_what_to_load(store: Any, times: int) -> None:  # noqa: ANN401 - either store.
    asked: list[PutZone] = []

    def needs(operation: PutZone, _want: Want, _context: Context) -> None:
        asked.append(operation)

    def decide(_operation: PutZone, _picture: Picture, _context: Context) -> None:
        """Nothing."""

    rules = PushRules((Activity(PutZone, needs, decide),))

    messages = [PutZone(code=code) for code in ("Z1", "Z2", "Z3")]
    answer = run_group(store, rules, [desk_batch(*messages)], lambda: START).answers[0]

    assert answer.status == "taken"
    assert len(asked) == times
