"""One scan delivered twice is one, two scans are two, whatever they say."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_protocol.scanning.delivery import DELIVERY_GAP_MS_MAX, Deliveries, Delivery
from tests.device_protocol.scanning.golden import VECTORS, named


@pytest.mark.parametrize("vector", VECTORS["deliveries"], ids=named)
def test_delivery_belongs_to_the_scan_of_its_vector(vector: dict[str, Any]) -> None:
    deliveries = Deliveries()
    for told in vector["told"]:
        deliveries, delivery = deliveries.take(told["from"], told["at_ms"])
        assert delivery == Delivery(told["scan"], told["again"])


@given(st.lists(st.integers(min_value=0, max_value=400), max_size=12))
@settings(deadline=None, max_examples=100)
def test_one_source_never_delivers_twice(gaps: list[int]) -> None:
    deliveries, now_ms = Deliveries(), 0
    for gap in gaps:
        now_ms += gap
        deliveries, delivery = deliveries.take("intent", now_ms)
        assert not delivery.again
    assert deliveries.scans == len(gaps)


@given(
    st.lists(st.integers(min_value=1, max_value=400), max_size=12),
    st.integers(min_value=0, max_value=DELIVERY_GAP_MS_MAX),
)
@settings(deadline=None, max_examples=100)
def test_two_sources_deliver_as_many_scans_as_there_were(gaps: list[int], delay: int) -> None:
    starts = [sum(gaps[: place + 1]) for place in range(len(gaps))]
    told = sorted(
        [(start, 0, "intent") for start in starts]
        + [(start + delay, 1, "keystrokes") for start in starts]
    )
    deliveries = Deliveries()
    for at_ms, _, source in told:
        deliveries, _delivery = deliveries.take(source, at_ms)
    assert deliveries.scans == len(gaps)


def test_what_can_no_longer_come_again_is_forgotten() -> None:
    deliveries = Deliveries()
    for at_ms in range(0, 100_000, 1_000):
        deliveries, _ = deliveries.take("intent", at_ms)
    assert len(deliveries.open) == 1
