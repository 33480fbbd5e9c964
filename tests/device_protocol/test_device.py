"""The reference device: what it writes down, when, and what it makes of answers."""

import msgspec
import pytest

from device_protocol import chain, codec, keys
from device_protocol.device import (
    Device,
    ImpossibleQuantityError,
    NotUndoableError,
    StillPendingError,
)
from device_protocol.messages import (
    EnrolAnswer,
    EpochAnswer,
    Page,
    PullAnswer,
)
from device_protocol.operations import (
    Bind,
    Clock,
    Count,
    CountLine,
    Receive,
    Seen,
    Undo,
)
from device_protocol.outbox import NotEnrolledError
from device_protocol.replica import AppliedPage
from device_protocol.store import Store
from tests.device_protocol.device_calls import (
    BIND,
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
    DEVICE,
    DEVICE_SCOPE,
    NONCE,
    PERSON_SCOPE,
    SITE,
    ManualClock,
    checkpoint,
    document,
    seeded,
)


def test_recorded_operation_bears_boot_and_end(device: Device, device_clock: ManualClock) -> None:
    device_clock.monotonic = 4_321
    assert device.record(BIND) == 1
    assert said(device, 1) == Bind(unit="TOTE-1", shipment=5, boot=1, ended=4_321)
    device.record(msgspec.structs.replace(BIND, ended=4_000))
    assert (said(device, 2).boot, said(device, 2).ended) == (1, 4_000)
    device.record(msgspec.structs.replace(BIND, boot=7, ended=9))
    assert (said(device, 3).boot, said(device, 3).ended) == (7, 9)


@pytest.mark.spec("DP-STREAM-2")
def test_recorded_operation_survives_the_process(
    device: Device, store: Store, device_clock: ManualClock
) -> None:
    device.record(BIND)
    after = reopened(store, device_clock)
    assert after.pending() == 1
    assert after.record(BIND) == 2


@pytest.mark.spec("DP-CLOCK-2")
def test_boot_changes_with_the_machines_not_with_the_process(
    device: Device, store: Store, device_clock: ManualClock
) -> None:
    assert device.boot == 1
    assert reopened(store, device_clock).boot == 1
    device_clock.boot = "second"
    assert reopened(store, device_clock).boot == 2
    assert reopened(store, device_clock).boot == 2


def test_operation_that_is_too_long_is_not_half_recorded(device: Device) -> None:
    with pytest.raises(codec.LineTooLongError):
        device.record(Bind(unit="x" * 9_000, shipment=1))
    assert device.pending() == 0


def test_undo_names_its_epoch(device: Device) -> None:
    device.record(BIND)
    device.record(Undo(seq=1))
    assert said(device, 2) == Undo(seq=1, epoch=1, boot=1, ended=1_000)
    device.record(Undo(seq=9, epoch=7))
    assert said(device, 3) == Undo(seq=9, epoch=7, boot=1, ended=1_000)


@pytest.mark.parametrize("seq", [2, 3, 0])
def test_undo_of_an_undo_or_of_nothing_is_refused(device: Device, seq: int) -> None:
    device.record(BIND)
    device.record(Undo(seq=1))
    with pytest.raises(NotUndoableError, match=f"line {seq} is not there or is an undo itself"):
        device.record(Undo(seq=seq))
    assert device.pending() == 2


@pytest.mark.spec("DP-ENROL-1", "DP-CALL-6")
def test_lost_enrolment_answer_is_asked_for_with_the_same_key(
    store: Store, device_clock: ManualClock
) -> None:
    device = Device(store, device_clock, seeded())
    request = device.enrol_request("good", "app/1", "handheld 7")
    assert reopened(store, device_clock).enrol_request("good", "app/1", "handheld 7") == request
    assert len(keys.read(request.public_key)) == keys.KEY_BYTES


def test_enrolment_that_was_not_asked_for_is_refused(
    store: Store, device_clock: ManualClock
) -> None:
    answer = EnrolAnswer(device=DEVICE, site=SITE, epoch=1, nonce=NONCE.hex(), server_time=0)
    with pytest.raises(NotEnrolledError, match="no enrolment was asked for"):
        Device(store, device_clock, seeded()).enrolled(answer)


@pytest.mark.spec("DP-ENROL-3")
def test_enrolling_again_waits_for_pending_facts(device: Device) -> None:
    device.record(BIND)
    with pytest.raises(StillPendingError, match="push what is pending"):
        device.enrol_request("good", "app/1")


def test_enrolling_again_keeps_nothing_of_the_old_device(device: Device, store: Store) -> None:
    device.apply(checkpoint(DEVICE_SCOPE, [grant_document("a", NUMBERS)], n=3))
    seen = device.outbox.tail()
    greet(device, next_seq=1)
    settle(device, b'{"outcome":"applied"}')
    assert seen.seq == 1
    device.enrol_request("good", "app/1")
    device.enrolled(
        EnrolAnswer(device=DEVICE + 1, site=2, epoch=1, nonce=NONCE.hex(), server_time=0)
    )
    assert store.scopes() == {}
    assert device.numbers_left() == 0
    assert device.outbox.identity.stream == 2
    assert device.outbox.tail().hash == chain.start(DEVICE + 1, 1, NONCE).hex()


def test_hello_says_where_the_device_stands(device: Device) -> None:
    device.record(BIND)
    device.apply(checkpoint(PERSON_SCOPE, [document("task/1", 3)], n=9))
    request = device.hello_request("app/1")
    assert request.tail == device.outbox.tail()
    assert request.cursors[PERSON_SCOPE].n == 9
    assert (request.boot, request.mono, request.wall) == (1, 1_000, 1_291_190_400_000)


@pytest.mark.spec("DP-CLOCK-1")
def test_hello_anchors_the_clock(device: Device, device_clock: ManualClock) -> None:
    device_clock.monotonic = 1_080
    assert greet(device, sent_ms=1_000)
    assert said(device, 1) == Clock(
        server=50_000, round_trip=80, wall=1_291_190_400_000, boot=1, ended=1_080
    )
    assert (device.upgrade, device.commands) == ("advised", ("wipe",))


@pytest.mark.spec("DP-CLOCK-1")
def test_clock_is_anchored_again_only_by_a_better_reading(
    device: Device, device_clock: ManualClock, store: Store
) -> None:
    device_clock.monotonic = 1_100
    greet(device, sent_ms=1_000)
    greet(device, sent_ms=1_000)
    greet(device, sent_ms=1_020)
    assert device.pending() == 1
    greet(device, sent_ms=1_040)
    assert device.pending() == 2
    assert reopened(store, device_clock)._anchors._anchors[1].round_trip == 60
    device_clock.monotonic += 1_000_000
    greet(device, sent_ms=device_clock.monotonic - 100)
    assert device.pending() == 3
    device_clock.boot = "second"
    other = reopened(store, device_clock)
    greet(other, sent_ms=0)
    assert (said(other, 4).boot, other.pending()) == (2, 4)


def test_push_anchors_the_clock_too(device: Device, device_clock: ManualClock) -> None:
    device_clock.monotonic = 1_080
    greet(device, sent_ms=1_000)
    settle(device, b'{"outcome":"applied"}', sent_ms=1_079)
    assert said(device, 2) == Clock(
        server=60_000, round_trip=1, wall=1_291_190_400_000, boot=1, ended=1_080
    )


def test_hello_that_disagrees_asks_for_an_epoch_in_which_clocks_are_known(device: Device) -> None:
    device.record(BIND)
    assert not greet(device, next_seq=3, head="ab" * 32)
    assert device.epoch_request().reason == "fork"
    # Besides the operation, the reading of the clock that the hello brought was pending.
    assert device.open_epoch(EpochAnswer(epoch=2, nonce="22" * 16)) == 2
    kinds = [type(said(device, seq)) for seq in (1, 2, 3)]
    assert kinds == [Clock, Bind, Clock]


def test_reasons_for_an_epoch_that_the_server_names(device: Device) -> None:
    device.on_fork(1)
    assert device.outbox.attempt is not None
    assert not device.outbox.attempt.everything
    device.on_lost_epoch()
    assert device.outbox.attempt.everything


def test_pull_starts_from_the_cursors(device: Device) -> None:
    device.apply(checkpoint(PERSON_SCOPE, [document("task/1", 3)], n=9))
    request = device.pull_request(documents_max=50)
    assert (request.device, request.documents_max) == (DEVICE, 50)
    assert request.cursors[PERSON_SCOPE].n == 9


def test_checkpoint_with_news_is_written_down(device: Device) -> None:
    answer = checkpoint(PERSON_SCOPE, [document("task/1", 3)], n=9)
    applied = device.apply(answer)
    assert applied == [AppliedPage(scope=PERSON_SCOPE, changed=("task/1",), seen=9)]
    assert said(device, 1) == Seen(scope=PERSON_SCOPE, cursor=9, boot=1, ended=1_000)
    device.apply(answer)
    assert device.pending() == 1


@pytest.mark.spec("DP-STREAM-5")
def test_restart_of_a_scope_leaves_the_outbox_alone(device: Device, store: Store) -> None:
    device.record(BIND)
    device.apply(checkpoint(PERSON_SCOPE, [document("task/1", 3)], n=9))
    before = store.all_lines()
    empty = Page(scope=PERSON_SCOPE, cursor=0, restart=True)
    device.apply(PullAnswer(generation=2, pages=(empty,), dropped=("1/zone/2",)))
    assert list(store.documents(PERSON_SCOPE)) == []
    assert store.all_lines() == before
    assert device.outbox.tail().seq == 2


@pytest.mark.parametrize(
    "outcome", [b'{"outcome":"dreamt"}', b'{"outcome":"applied","grant":{"lease":7}}', b"[]"]
)
@pytest.mark.spec("DP-OUT-2")
def test_outcome_of_a_newer_server_is_kept_and_stops_nothing(
    device: Device, outcome: bytes
) -> None:
    device.record(BIND)
    greet(device)
    settle(device, outcome)
    line = device.outbox.line(1)
    assert line is not None
    assert line.outcome == outcome
    assert device.outbox.position_known


def test_store_that_fails_leaves_the_push_in_doubt(
    device: Device, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    device.record(BIND)
    greet(device)
    with monkeypatch.context() as patch:
        patch.setattr(device.grants, "take", None)
        with pytest.raises(TypeError):
            settle(device, granted(LEASE))
    assert not device.outbox.position_known
    assert store.pending_count(1) == 2


@pytest.mark.spec("DP-PUSH-8")
def test_doubt_stops_sending(device: Device) -> None:
    device.record(BIND)
    greet(device)
    device.doubt()
    assert not device.outbox.position_known


@pytest.mark.parametrize("quantity", [4_006_381_333_931, 1_000_001, 0, -3])
@pytest.mark.spec("DP-OUT-3")
def test_barcode_scanned_into_the_quantity_is_not_recorded(device: Device, quantity: int) -> None:
    before = device.pending()

    for operation in (
        Receive(quantity=quantity, code="4006381333931", to="D-1"),
        Count(place="A-01", lines=(CountLine(quantity=quantity or -1, item="A1"),)),
    ):
        with pytest.raises(ImpossibleQuantityError, match="is no quantity"):
            device.record(operation)

    assert device.pending() == before
    device.record(Receive(quantity=1_000_000, code="4006381333931", to="D-1"))
    device.record(Count(place="A-01", lines=(CountLine(quantity=0, item="A1"),)))
    assert device.pending() == before + 2
