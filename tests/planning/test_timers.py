"""Tests of timers: late discrepancies ask for a count, ended leases are taken back."""

from device_protocol.operations import Claim, Clock, Move, Receive
from server.ledger.discrepancies import DEADLINE_MS
from server.ledger.records import Discrepancy, Task
from server.planning.leases import GRACE_MS, LEASE_MS
from server.planning.records import Package
from server.planning.waves import ReleaseWave
from server.tasks.resolving import ResolveTask
from tests.floor import Floor
from tests.orders.channel import (
    all_of,
    open_floor,
    order_of,
    place,
    say,
    stock,
    tasks,
    tell,
    tick,
)


def below_zero() -> Floor:
    """A floor where more was taken from a bin than the book had."""
    floor = open_floor()
    floor.handheld(2).do(
        Move(quantity=3, owner="ACME", item="A1", source="A-01", to="A-02", ended=1_000)
    )
    return floor


def leased() -> Floor:
    """A floor whose one package is held by device 1."""
    floor = open_floor()
    stock(floor, ("A-01", "A1", 5))
    place(floor, order_of("1", ("A1", 2)))
    tell(floor, ReleaseWave())
    claim(floor, 1)
    return floor


def claim(floor: Floor, device: int) -> dict[str, object]:
    """Claim the package with a device that has just heard the server."""
    handheld = floor.handheld(device)
    handheld.write(Clock(server=floor.now, round_trip=0, ended=1_000, boot=1))
    work = all_of(floor, Package)[0].id
    outcome: dict[str, object] = handheld.do(Claim(work=work, ended=1_000, boot=1))[0]
    return outcome


def test_balance_below_zero_past_its_deadline_asks_for_one_count() -> None:
    floor = below_zero()
    floor.now += DEADLINE_MS + 1

    tick(floor)
    tick(floor)

    found = all_of(floor, Discrepancy)[0]
    asked = [task for task in all_of(floor, Task) if task.kind == "count"]
    assert [(task.discrepancy, task.place, task.stock) for task in asked] == [
        (found.id, found.place, found.stock)
    ]


def test_balance_below_zero_has_its_time() -> None:
    floor = below_zero()
    floor.now += DEADLINE_MS

    tick(floor)

    assert tasks(floor) == []


def test_explained_balance_asks_for_nothing() -> None:
    floor = below_zero()
    floor.handheld(3).do(Receive(quantity=3, owner="ACME", item="A1", to="A-01", ended=1_000))
    floor.now += DEADLINE_MS + 1

    tick(floor)

    assert tasks(floor) == []


def test_count_that_was_set_aside_without_explaining_is_asked_for_again() -> None:
    floor = below_zero()
    floor.now += DEADLINE_MS + 1
    tick(floor)
    say(floor, ResolveTask(task=all_of(floor, Task)[0].id, note="no time"))

    tick(floor)

    assert [task.open for task in all_of(floor, Task)] == [None, 1]


def test_lease_is_taken_back_after_its_grace_and_the_next_claim_raises_the_fence() -> None:
    floor = leased()
    floor.now += LEASE_MS + GRACE_MS
    tick(floor)
    assert all_of(floor, Package)[0].holder is not None

    floor.now += 1
    tick(floor)

    package = all_of(floor, Package)[0]
    assert (package.state, package.holder, package.lease_until) == ("ready", None, None)
    assert package.fence == 1
    assert claim(floor, 2)["outcome"] == "applied"
    assert all_of(floor, Package)[0].fence == 2
