"""Leases and number blocks."""

import pytest

from device_protocol.grants import Grants, NoNumbersError
from device_protocol.messages import Grant, Lease, NumberBlock
from device_protocol.store import Store

LEASE = Lease(work=5, package=9, fence=2, duration_ms=1_000)
BLOCK = NumberBlock(epoch=1, prefix="4012345", first=7, count=2, extension=3)


@pytest.fixture
def grants(store: Store) -> Grants:
    """Give no grants yet."""
    return Grants(store)


@pytest.mark.spec("DP-NUM-1")
def test_numbers_are_given_out_once_across_restarts(store: Store, grants: Grants) -> None:
    grants.take("a", Grant(numbers=BLOCK), boot=1, began_ms=0)
    first = grants.next_sscc(1)
    second = Grants(store).next_sscc(1)
    assert [first, second] == ["340123450000000079", "340123450000000086"]
    with pytest.raises(NoNumbersError, match="take a block"):
        grants.next_sscc(1)


def test_block_that_comes_again_does_not_start_again(grants: Grants) -> None:
    grants.take("a", Grant(numbers=BLOCK), boot=1, began_ms=0)
    grants.next_sscc(1)
    grants.take("a", Grant(numbers=BLOCK), boot=1, began_ms=5)
    assert grants.numbers_left(1) == 1
    grants.take("b", Grant(numbers=BLOCK), boot=1, began_ms=5)
    assert grants.numbers_left(1) == 3


def test_block_of_another_epoch_is_not_used(grants: Grants) -> None:
    grants.take("a", Grant(numbers=BLOCK), boot=1, began_ms=0)
    assert grants.numbers_left(2) == 0
    with pytest.raises(NoNumbersError):
        grants.next_sscc(2)


@pytest.mark.spec("DP-LEASE-1")
def test_lease_runs_on_the_monotonic_clock_of_its_boot(grants: Grants) -> None:
    grants.take("a", Grant(lease=LEASE), boot=1, began_ms=500)
    held = grants.leases()[5]
    assert [held.left_ms(1, now) for now in (500, 1_499, 1_500, 9_000)] == [1_000, 1, 0, 0]
    assert held.left_ms(2, 500) == 0


def test_lease_that_comes_again_runs_on_and_a_renewal_runs_anew(grants: Grants) -> None:
    grants.take("a", Grant(lease=LEASE), boot=1, began_ms=0)
    grants.take("a", Grant(lease=LEASE), boot=1, began_ms=400)
    assert grants.leases()[5].began_ms == 0
    grants.take("b", Grant(lease=LEASE), boot=1, began_ms=700)
    assert grants.leases()[5].began_ms == 700


def test_lower_fence_does_not_displace_a_takeover(grants: Grants) -> None:
    takeover = Lease(work=5, package=9, fence=3, duration_ms=1_000)
    grants.take("b", Grant(lease=takeover), boot=1, began_ms=0)
    grants.take("a", Grant(lease=LEASE), boot=1, began_ms=9)
    assert grants.leases()[5].lease == takeover


def test_ended_lease_is_forgotten_and_numbers_stay(grants: Grants) -> None:
    grants.take("a", Grant(lease=LEASE, numbers=BLOCK), boot=1, began_ms=0)
    grants.end("another")
    assert list(grants.leases()) == [5]
    grants.end("a")
    assert grants.leases() == {}
    assert grants.numbers_left(1) == 2


def test_end_of_an_epoch_ends_its_numbers_only(grants: Grants) -> None:
    grants.take("a", Grant(lease=LEASE, numbers=BLOCK), boot=1, began_ms=0)
    grants.forget_numbers()
    assert (grants.numbers_left(1), list(grants.leases())) == (0, [5])
    grants.forget_all()
    assert grants.leases() == {}
