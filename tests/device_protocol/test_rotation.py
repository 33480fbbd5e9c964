"""Rotation: whatever is lost on the way, the device and the server agree about one key."""

import pytest

from device_protocol import keys
from device_protocol.client import CallError, UnreachableError
from tests.device_protocol.desk import Desk


def counts(desk: Desk) -> bool:
    """Whether the key that the device signs with is the server's."""
    return keys.public_key(desk.device.outbox.identity.private) == desk.server.public


def test_server_that_commands_it_gets_the_next_key(desk: Desk) -> None:
    before = desk.server.public
    desk.server.commands = ("rotate_key",)
    desk.work(2)
    assert desk.client.sync().rotated
    assert desk.server.public != before
    assert counts(desk)
    desk.server.commands = ()
    desk.work(1)
    report = desk.client.sync()
    assert (report.rotated, desk.device.pending()) == (False, 0)


@pytest.mark.parametrize("fault", ["lose request", "lose answer", "garble answer", "503"])
@pytest.mark.spec("DP-ROT-1")
def test_lost_call_or_answer_is_made_good_at_once(desk: Desk, fault: str) -> None:
    desk.road.faults.append(fault)
    assert desk.client.rotate()
    assert counts(desk)
    desk.client.hello()


@pytest.mark.parametrize("arrives", [False, True])
@pytest.mark.spec("DP-ROT-1")
def test_device_that_lost_the_answer_and_restarted_finds_which_key_counts(
    desk: Desk, arrives: bool
) -> None:
    desk.road.faults.extend(["lose answer" if arrives else "lose request", *["lose request"] * 7])
    desk.work(1)
    with pytest.raises(UnreachableError):
        desk.client.rotate()
    assert counts(desk) is arrives
    desk.restart()
    rotation = desk.device.rotation
    before = rotation.is_open
    desk.client.push_all()
    assert counts(desk)
    assert (before, rotation.is_open, desk.device.pending()) == (True, False, 0)


def test_every_signed_call_settles_the_key_first(desk: Desk) -> None:
    desk.road.faults.extend(["lose answer", *["lose request"] * 7])
    with pytest.raises(UnreachableError):
        desk.client.rotate()
    desk.server.calls.clear()
    assert desk.client.sign_in("ada", "1234").person == 7
    assert desk.server.calls == ["rotate", "rotate", "sign_in"]


def test_rotation_that_is_asked_for_twice_makes_one_key(desk: Desk) -> None:
    desk.device.rotation.begin()
    first = desk.device.rotation.request()
    desk.device.rotation.begin()
    assert desk.device.rotation.request() == first


def test_server_that_knows_no_rotation_keeps_the_key(desk: Desk) -> None:
    desk.server.protocol = 1
    assert not desk.client.rotate()
    assert counts(desk)
    assert not desk.device.rotation.is_open
    assert desk.device.rotation.candidates() == (desk.device.outbox.identity.private,) * 2
    desk.client.hello()


def test_restored_server_that_knows_the_former_key_is_told_the_newer(desk: Desk) -> None:
    backup = desk.server.backup()
    assert desk.client.rotate()
    desk.work(1)
    desk.client.sync()
    desk.server.restore(backup)
    assert not counts(desk)
    desk.client.sync()
    assert counts(desk)
    assert len(desk.bound()) == 1


def test_server_that_counts_neither_key_is_told_and_both_stay(desk: Desk) -> None:
    assert desk.client.rotate()
    both = desk.device.rotation.candidates()
    desk.server.public = bytes(32)
    with pytest.raises(CallError, match="401 unauthorized"):
        desk.client.hello()
    assert desk.device.rotation.candidates() == both
    assert desk.device.rotation.is_open


def test_device_that_never_rotated_has_no_other_key(desk: Desk) -> None:
    desk.server.public = bytes(32)
    with pytest.raises(CallError, match="401 unauthorized"):
        desk.client.hello()
    assert desk.server.calls == ["hello"]
    desk.device.rotation.settled()
    assert not desk.device.rotation.is_open


def test_refusal_of_another_kind_is_told(desk: Desk) -> None:
    desk.road.faults.append("418")
    with pytest.raises(CallError, match="418"):
        desk.client.rotate()
    assert desk.device.rotation.is_open


def test_new_enrolment_forgets_the_former_key(desk: Desk) -> None:
    assert desk.client.rotate()
    desk.client.enrol("good")
    assert len(set(desk.device.rotation.candidates())) == 1
