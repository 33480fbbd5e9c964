"""Leases and numbers that a device was granted, by outcome and by document."""

import msgspec
import pytest

from device_protocol import chain
from device_protocol.device import Device
from device_protocol.grants import NoNumbersError
from device_protocol.messages import (
    EpochAnswer,
    Page,
    PullAnswer,
)
from device_protocol.operations import (
    Claim,
    Seal,
    TakeNumbers,
    VoidNumber,
)
from device_protocol.store import Store, StoredDocument
from tests.device_protocol.device_calls import (
    LEASE,
    NUMBERS,
    grant_document,
    granted,
    greet,
    reopened,
    said,
    settle,
)
from tests.device_protocol.doubles import (
    DEVICE_SCOPE,
    ManualClock,
    checkpoint,
    document,
)


@pytest.mark.spec("DP-NUM-1")
def test_granted_numbers_are_given_out_and_voided(device: Device) -> None:
    with pytest.raises(NoNumbersError):
        device.next_sscc()
    device.apply(checkpoint(DEVICE_SCOPE, [grant_document("a", NUMBERS), document("x", 3)], n=3))
    assert device.numbers_left() == 2
    number = device.next_sscc()
    seq = device.void_number(number, actor="g7", reason="torn")
    assert said(device, seq) == VoidNumber(
        number=number, actor="g7", reason="torn", boot=1, ended=1_000
    )
    assert device.next_sscc() != number


@pytest.mark.spec("DP-NUM-1")
def test_numbers_end_with_their_epoch(device: Device) -> None:
    device.apply(checkpoint(DEVICE_SCOPE, [grant_document("a", NUMBERS)], n=3))
    device.on_fork()
    device.open_epoch(EpochAnswer(epoch=2, nonce="22" * 16))
    assert device.numbers_left() == 0


def test_outcome_grants_and_its_document_adds_nothing(device: Device) -> None:
    device.record(TakeNumbers(count=2))
    greet(device)
    line = device.outbox.line(1)
    assert line is not None
    settle(device, granted(NUMBERS))
    assert device.numbers_left() == 4  # The clock line was answered with a grant, too.
    name = chain.operation_id(line.hash)
    device.apply(checkpoint(DEVICE_SCOPE, [grant_document(name, NUMBERS)], n=3))
    assert device.numbers_left() == 4


@pytest.mark.spec("DP-LEASE-1")
def test_lease_counts_from_when_it_was_asked_for(
    device: Device, device_clock: ManualClock, store: Store
) -> None:
    device.record(Claim(work=5))
    greet(device, sent_ms=1_000)
    device_clock.monotonic = 1_600
    settle(device, granted(LEASE), sent_ms=1_000)
    assert device.lease_left_ms(5) == 400
    assert device.lease_left_ms(6) == 0
    assert list(device.leases()) == [5]
    device_clock.boot = "second"
    assert reopened(store, device_clock).lease_left_ms(5) == 0


def test_lease_that_was_asked_for_before_a_reboot_counts_from_now(
    device: Device, store: Store, device_clock: ManualClock
) -> None:
    device.record(Claim(work=5))
    device_clock.boot = "second"
    other = reopened(store, device_clock)
    greet(other)
    settle(other, granted(LEASE))
    assert other.lease_left_ms(5) == 1_000


def test_lease_counts_from_when_it_was_asked_for_though_its_outcome_was_lost(
    device: Device, device_clock: ManualClock
) -> None:
    seq = device.record(Claim(work=5))
    line = device.outbox.line(seq)
    assert line is not None
    device_clock.monotonic += 700
    operation = chain.operation_id(line.hash)

    device.apply(checkpoint(DEVICE_SCOPE, [grant_document(operation, LEASE)], n=3))

    assert device.lease_left_ms(5) == 300


def test_lease_comes_and_goes_by_document(device: Device) -> None:
    device.apply(checkpoint(DEVICE_SCOPE, [grant_document("a", LEASE)], n=3))
    assert device.lease_left_ms(5) == 1_000
    gone = Page(
        scope=DEVICE_SCOPE,
        cursor=4,
        documents=(
            msgspec.structs.replace(grant_document("a", LEASE, version=4), body=msgspec.UNSET),
        ),
    )
    device.apply(PullAnswer(generation=1, pages=(gone,)))
    assert device.leases() == {}


def test_grants_in_the_scope_of_another_are_nothing(device: Device) -> None:
    device.apply(checkpoint("1/device/1000001", [grant_document("a", NUMBERS)], n=3))
    assert device.numbers_left() == 0


def test_mismatched_device_scope_grants_nothing(device: Device) -> None:
    page = checkpoint(DEVICE_SCOPE, [grant_document("a", NUMBERS)], n=3).pages[0]
    assert page.checkpoint is not None
    wrong = msgspec.structs.replace(page.checkpoint, count=9)
    page = msgspec.structs.replace(page, checkpoint=wrong)
    applied = device.apply(PullAnswer(generation=1, pages=(page,)))
    assert applied[0].mismatch
    assert (device.numbers_left(), device.replica.alarms(), device.pending()) == (0, 1, 0)


def test_seal_with_a_number_of_the_block(device: Device, store: Store) -> None:
    device.apply(checkpoint(DEVICE_SCOPE, [grant_document("a", NUMBERS)], n=3))
    seq = device.record(Seal(unit=device.next_sscc(), shipment=5))
    assert isinstance(said(device, seq), Seal)
    assert store.document(DEVICE_SCOPE, "grant/a") == StoredDocument(
        "grant/a", 3, msgspec.json.encode(NUMBERS)
    )
