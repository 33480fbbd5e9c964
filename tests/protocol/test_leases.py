"""Leases among reference devices: one grant, fences that only rise, and late work that is kept."""

from typing import Any

import msgspec
import pytest

from device_protocol.client import DeviceClient
from device_protocol.messages import PUSH_PATH, Lease
from device_protocol.operations import Claim, HandBack, Pick, Renew, Undo
from device_protocol.version import LIMITS
from server.lane.activity import NETWORK
from server.ledger.records import Task
from server.merchants.records import Merchant
from server.orders.messages import PlacedLine, PlaceOrder
from server.planning.leases import GRACE_MS, LEASE_MS
from server.planning.records import Package
from server.planning.waves import ReleaseWave
from server.tasks.devices import SetDeviceState
from tests.api.warehouse import SITE
from tests.protocol.shop import Shop, lines_of, receive, store_of, work

AISLE = "A-01"


@pytest.fixture
def released(shop: Shop) -> Shop:
    """Give a warehouse with one package of two pick lines of 3 units each."""
    stocking = shop.handheld()
    work(stocking, receive(20, to=AISLE))
    stocking.sync()
    merchants = {each.code: each.id for each in shop.rows(Merchant)}
    for number in ("1", "2"):
        order = PlaceOrder(
            owner=merchants["ACME"],
            channel="web",
            number=number,
            placed_at=1,
            site=SITE,
            lines=(PlacedLine("A1", 3),),
            content=number,
        )
        shop.warehouse.tell(NETWORK, order)
    shop.core.drain()
    shop.warehouse.tell(SITE, ReleaseWave())
    shop.core.drain()
    return shop


def package(shop: Shop) -> Package:
    """The only package."""
    (found,) = shop.rows(Package)
    assert isinstance(found, Package)
    return found


def picker(shop: Shop) -> DeviceClient:
    """A device with a person, that has seen the work."""
    device = shop.signed_in(shop.handheld())
    device.sync()
    return device


def claimed(shop: Shop, device: DeviceClient) -> Lease:
    """Claim the package while online."""
    work(device, Claim(work=package(shop).id))
    device.sync()
    (held,) = device.device.leases().values()
    return held.lease


def seen_lines(device: DeviceClient) -> dict[int, int]:
    """The pick lines that a device sees, with how much is to be picked."""
    store = store_of(device)
    return {
        line["task"]: line["quantity"]
        for scope in store.scopes()
        for document in store.documents(scope, "package/")
        for line in msgspec.json.decode(document.body)["package"]["lines"]
    }


def outcome_of(device: DeviceClient) -> dict[str, Any]:
    """What became of the last line that a device wrote for a person."""
    own = (b'"kind":"clock"', b'"kind":"seen"')
    line = [each for each in lines_of(device) if not any(kind in each.line for kind in own)][-1]
    assert line.outcome is not None
    told: dict[str, Any] = msgspec.json.decode(line.outcome)
    return told


def pick(shop: Shop, task: int, quantity: int, lease: Lease) -> Pick:
    """Units of a pick line, under a lease."""
    return Pick(
        quantity=quantity,
        source=AISLE,
        to="T-1",
        tasks=(task,),
        package=package(shop).id,
        fence=lease.fence,
    )


def test_claim_whose_answer_was_lost_is_one_grant(released: Shop) -> None:
    device = picker(released)
    work(device, Claim(work=package(released).id))
    device.hello()
    batch = device.device.next_batch(LIMITS)
    assert batch is not None
    assert released.client.post(PUSH_PATH, content=batch.body).status_code == 200
    device.device.doubt()
    granted = package(released)

    device.sync()

    assert package(released) == granted
    (held,) = device.device.leases().values()
    assert (held.lease.fence, granted.fence, granted.holder) == (
        1,
        1,
        device.device.outbox.identity.device,
    )


def test_fences_only_rise_whoever_holds_the_package(released: Shop) -> None:
    first, second = picker(released), picker(released)
    fences = [claimed(released, first).fence]
    work(first, Renew(work=package(released).id))
    first.sync()
    fences.append(package(released).fence)
    work(first, HandBack(work=package(released).id))
    first.sync()
    fences.append(claimed(released, second).fence)
    number = second.device.outbox.identity.device
    for state in ("suspended", "active"):
        released.warehouse.tell(SITE, SetDeviceState(device=number, state=state))
    fences.append(claimed(released, second).fence)
    released.pass_time(LEASE_MS + GRACE_MS + 1)
    released.signed_in(first)
    fences.append(claimed(released, first).fence)

    assert fences == [1, 1, 2, 3, 4]


def test_intent_that_was_made_offline_is_refused(released: Shop) -> None:
    device = picker(released)
    work(device, Claim(work=package(released).id))
    released.pass_time(61_000)

    device.sync()

    assert outcome_of(device)["code"] == "too_late"
    assert device.device.leases() == {}
    assert package(released).holder is None


def test_late_work_of_the_first_holder_is_posted_and_the_others_work_recut(released: Shop) -> None:
    first, second = picker(released), picker(released)
    lost = claimed(released, first)
    one, two = seen_lines(first)
    work(first, pick(released, one, 3, lost), pick(released, two, 1, lost))
    released.pass_time(LEASE_MS + GRACE_MS + 1)
    released.signed_in(second)
    taken = claimed(released, second)
    assert seen_lines(second) == {one: 3, two: 3}

    first.sync()
    second.sync()

    assert outcome_of(first)["code"] == "lease_taken_over"
    assert released.balances()["T-1", "A1"] == 4
    assert seen_lines(second) == {two: 2}
    asked = [task for task in released.rows(Task) if task.note == "lease_taken_over"]
    assert [task.kind for task in asked] == ["count"]
    work(second, pick(released, two, 2, taken))
    second.sync()
    assert outcome_of(second)["outcome"] == "applied"
    assert released.findings() == []


def test_work_that_both_have_done_is_posted_twice_and_the_surplus_put_back(
    released: Shop,
) -> None:
    first, second = picker(released), picker(released)
    lost = claimed(released, first)
    one, _ = seen_lines(first)
    work(first, pick(released, one, 3, lost))
    released.pass_time(LEASE_MS + GRACE_MS + 1)
    released.signed_in(second)
    taken = claimed(released, second)
    work(second, pick(released, one, 3, taken))
    second.sync()

    first.sync()

    assert outcome_of(second)["outcome"] == "applied"
    assert released.balances()["T-1", "A1"] == 6
    put_back = [task.quantity for task in released.rows(Task) if task.kind == "put_back"]
    assert put_back == [3]
    assert released.findings() == []


def test_work_after_the_lease_that_nobody_took_over_is_flagged(released: Shop) -> None:
    device = picker(released)
    lease = claimed(released, device)
    one, _ = seen_lines(device)
    released.pass_time(LEASE_MS + 1_000)
    assert device.device.lease_left_ms(package(released).id) <= 0
    work(device, pick(released, one, 3, lease))

    device.sync()

    assert outcome_of(device)["code"] == "lease_expired"
    assert released.balances()["T-1", "A1"] == 3


def test_what_was_handed_back_shows_the_next_holder_what_is_left(released: Shop) -> None:
    first, second = picker(released), picker(released)
    lease = claimed(released, first)
    one, two = seen_lines(first)
    work(first, pick(released, one, 3, lease))
    number = first.device.outbox.tail().seq
    work(first, HandBack(work=package(released).id))
    first.sync()

    claimed(released, second)
    left = seen_lines(second)
    work(first, Undo(seq=number))
    first.sync()
    second.sync()

    assert left == {two: 3}
    assert seen_lines(second) == {one: 3, two: 3}
