"""What hello agrees on: protocols, upgrades, and how the device says it is doing."""

import pytest

from device_protocol import messages
from device_protocol.agreement import Agreement
from device_protocol.client import CallError, UnreachableError
from device_protocol.device import UpgradeNeededError
from device_protocol.messages import HelloAnswer
from device_protocol.operations import Claim, Pick, Renew
from device_protocol.store import MemoryStore
from device_protocol.version import LIMITS, PROTOCOL
from tests.device_protocol.desk import Desk


def test_agreed_protocol_is_told_with_pull_and_survives_a_restart(desk: Desk) -> None:
    assert desk.device.pull_request().protocol == 1
    desk.client.hello()
    assert desk.device.pull_request().protocol == PROTOCOL
    desk.restart()
    assert desk.device.pull_request().protocol == PROTOCOL
    desk.server.protocol = 1
    desk.client.hello()
    assert desk.device.pull_request().protocol == 1


def test_protocol_that_is_not_known_is_never_spoken() -> None:
    agreement = Agreement(MemoryStore())
    answer = HelloAnswer(9, 1, "", 0, 1, LIMITS, 0, upgrade="needed")
    agreement.take(answer)
    assert (agreement.protocol, agreement.upgrade) == (PROTOCOL, "needed")


@pytest.mark.spec("DP-VER-2")
def test_too_old_an_app_takes_no_new_work_and_pushes_on(desk: Desk) -> None:
    desk.server.upgrade = "needed"
    desk.client.hello()
    desk.restart()
    with pytest.raises(UpgradeNeededError, match="upgrade the app"):
        desk.device.record(Claim(work=5))
    desk.device.record(Renew(work=5))
    desk.device.record(Pick(quantity=1, source="A-01", to="T-1"))
    desk.client.push_all()
    assert desk.device.pending() == 0
    desk.server.upgrade = "none"
    desk.client.hello()
    desk.device.record(Claim(work=5))


def test_hello_tells_how_the_device_is_doing(desk: Desk) -> None:
    desk.client.hello()
    first = desk.server.hellos[-1]
    assert (first.held, first.battery, first.uploads, first.alarms, first.problem) == (
        0,
        None,
        0,
        0,
        "",
    )
    desk.work(3)
    desk.device.personal.keep("A. Lovelace")
    desk.device.battery = 71
    desk.client.hello()
    told = desk.server.hellos[-1]
    assert (told.held, told.battery, told.uploads) == (4, 71, 1)


def test_what_ended_a_sync_is_told_until_one_goes_through(desk: Desk) -> None:
    desk.client.session = "t"
    desk.road.faults.extend(["", "", "404"])
    with pytest.raises(CallError):
        desk.client.sync()
    desk.restart()
    desk.road.faults.extend(["lose request"] * 8)
    with pytest.raises(UnreachableError):
        desk.client.sync()
    desk.client.sync()
    assert [each.problem for each in desk.server.hellos] == ["", "unreachable"]
    desk.client.sync()
    assert desk.server.hellos[-1].problem == ""


@pytest.mark.spec("DP-VER-4")
def test_server_of_the_first_protocol_is_not_told_what_is_held(desk: Desk) -> None:
    desk.work(2)
    desk.server.protocol = 1
    desk.client.hello()
    desk.server.epochs.clear()
    desk.client.push_all()
    assert desk.server.opened[0] == messages.EpochRequest(
        device=desk.server.opened[0].device,
        attempt=desk.server.opened[0].attempt,
        reason="fork",
        signature=desk.server.opened[0].signature,
    )
    assert len(desk.bound()) == 2


def test_server_is_told_what_is_held_of_the_epoch_that_is_left(desk: Desk) -> None:
    desk.work(2)
    desk.client.push_all()
    desk.work(3)
    desk.store.remove_line(1, 1)
    desk.server.epochs.clear()
    desk.client.push_all()
    asked = desk.server.opened[0]
    assert (asked.epoch, asked.first, asked.last) == (1, 2, 6)
