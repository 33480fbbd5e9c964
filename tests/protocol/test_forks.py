"""Forks: each act counts once, whatever copies of a device say and wherever they crash."""

import httpx
import pytest

from device_protocol import codec
from device_protocol.client import DeviceClient
from device_protocol.messages import PUSH_PATH, PushAnswer
from device_protocol.version import LIMITS
from server.identity.records import Incident
from server.lane.records import Stream
from tests.protocol.shop import CrashError, CrashingStore, Shop, lines_of, receive, work

WRITES_MAX = 60


def batch_of(device: DeviceClient) -> bytes:
    """What the device would push now, as it stood on its way."""
    device.hello()
    batch = device.device.next_batch(LIMITS)
    assert batch is not None
    device.device.doubt()
    return batch.body


def arrives(shop: Shop, body: bytes) -> httpx.Response:
    """A push arrives, whoever sent it and whenever."""
    answer: httpx.Response = shop.client.post(PUSH_PATH, content=body)
    return answer


def test_two_copies_of_a_device_work_on_and_a_supervisor_hears_of_them(shop: Shop) -> None:
    first = shop.handheld()
    work(first, receive(1))
    first.sync()
    second = shop.copied(first)
    for round_ in range(3):
        shop.pass_time()
        work(first, receive(10))
        first.sync()
        shop.pass_time()
        work(second, receive(100))
        second.sync()
        assert shop.received() == 1 + 110 * (round_ + 1)

    epochs = {each.device.outbox.identity.epoch for each in (first, second)}
    assert epochs == {1, 2}
    assert shop.incidents() == ["reopened", "clone"]
    clone = next(each for each in shop.rows(Incident) if each.kind == "clone")
    assert clone.note.startswith("epoch 1 goes on beside a later one")
    assert shop.findings() == []


def test_copy_that_only_repeats_its_original_is_not_told_apart(shop: Shop) -> None:
    first = shop.handheld()
    work(first, receive(1), receive(2))
    second = shop.copied(first)

    first.sync()
    second.sync()

    assert shop.received() == 3
    assert [each.epoch for each in shop.rows(Stream) if each.stream > 1_000_000] == [1]


def test_batch_that_arrives_after_its_lines_were_offered_again_has_no_effect(shop: Shop) -> None:
    device, twin = forked(shop)
    work(device, receive(3), receive(4))
    late = batch_of_old(device)
    device.sync()
    assert device.device.outbox.identity.epoch == 2

    answer = arrives(shop, late)

    assert twin is not device
    assert answer.status_code == 409
    assert shop.received() == 1 + 50 + 7


def forked(shop: Shop) -> tuple[DeviceClient, DeviceClient]:
    """A device whose copy has spoken in its epoch, so that the device must open another."""
    device = shop.handheld()
    work(device, receive(1))
    device.sync()
    twin = shop.copied(device)
    shop.pass_time()
    work(twin, receive(50))
    twin.sync()
    return device, twin


def batch_of_old(device: DeviceClient) -> bytes:
    """The device's pending lines as a batch of its present epoch."""
    pending = [line for line in lines_of(device) if line.outcome is None]
    identity = device.device.outbox.identity
    before = device.device.outbox.line(pending[0].seq - 1)
    assert before is not None
    return codec.encode_batch(
        identity.device,
        identity.epoch,
        pending[0].seq,
        before.hash,
        [line.line for line in pending],
        private=identity.private,
    )


@pytest.mark.parametrize("first", ["old", "new"])
@pytest.mark.spec("DP-EPOCH-6")
def test_lines_that_come_in_the_old_epoch_and_in_the_new_one_are_taken_once(
    shop: Shop, first: str
) -> None:
    device = shop.handheld()
    work(device, receive(1))
    device.sync()
    shop.pass_time()
    work(device, receive(3), receive(4))
    late = batch_of(device)
    shop.pass_time()
    # The device takes the server for a restored one, and offers in a new epoch what is pending.
    device.device.outbox.need_epoch("fork", everything=False)
    device._open_epoch()
    if first == "old":
        assert arrives(shop, late).status_code == 200
        device.sync()
    else:
        device.sync()
        taken = codec_outcomes(arrives(shop, late))
        assert taken.count("taken_before") == 2

    assert shop.received() == 8
    assert shop.incidents() == ["reopened"]
    assert shop.findings() == []


def codec_outcomes(answer: httpx.Response) -> list[str]:
    """The codes of a push's outcomes."""
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert set(told) <= set(PushAnswer.__struct_fields__)
    return [str(each.get("code", "")) for each in told["outcomes"]]


@pytest.mark.spec("DP-EPOCH-5")
def test_line_that_is_offered_again_in_two_epochs_is_taken_once(shop: Shop) -> None:
    device = shop.handheld()
    work(device, receive(1))
    device.sync()
    work(device, receive(3))
    for _ in range(2):
        device.device.outbox.need_epoch("fork", everything=True)
        device._open_epoch()
        device.sync()

    assert device.device.outbox.identity.epoch == 3
    assert shop.received() == 4
    assert [each["code"] for each in shop.outcomes(device) if "code" in each].count(
        "taken_before"
    ) >= 2
    assert shop.findings() == []


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.spec("DP-EPOCH-2")
def test_crash_at_any_write_of_a_fork_counts_each_act_once(shop: Shop) -> None:
    expected = 0
    crashes = 0
    for writes in range(WRITES_MAX):
        store = CrashingStore()
        device = shop.handheld(store)
        work(device, receive(1))
        device.sync()
        twin = shop.copied(device)
        shop.pass_time()
        work(twin, receive(100))
        twin.sync()
        work(device, receive(10), receive(10))
        store.writes_left = writes
        try:
            device.sync()
        except CrashError:
            crashes += 1
        store.writes_left = None
        device = shop.restarted(device)
        device.sync()
        expected += 121
        assert shop.received() == expected, f"after a crash at write {writes}"
        assert device.device.outbox.identity.epoch == 2
        assert device.device.pending() == 0
        if crashes <= writes:
            break

    assert 5 < crashes < WRITES_MAX
    assert shop.findings() == []
