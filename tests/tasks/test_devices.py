"""Devices in and out of work."""

import pytest
from msgspec.structs import replace

from server.identity.messages import InviteDevice
from server.identity.records import Device
from server.identity.secrets import hash_code
from server.lane.records import Lane
from server.planning.records import Package
from server.tasks.devices import SetDeviceState
from tests.desk import Desk
from tests.floor import SITE

DEVICE = 1_000_001


def package(number: int, holder: int | None) -> Package:
    """Work that a device holds, or nobody."""
    return Package(
        site=SITE,
        id=number,
        wave=1,
        zone=0,
        priority=5,
        lines=3,
        left=3,
        body=b"",
        state="ready" if holder is None else "leased",
        fence=4,
        holder=holder,
        lease_until=None if holder is None else 9,
    )


@pytest.fixture
def desk() -> Desk:
    """A site with work of two devices, and some that nobody holds."""
    made = Desk()
    with made.floor.store.session([SITE]) as session:
        for number, holder in ((11, DEVICE), (12, DEVICE + 1), (13, None), (14, DEVICE)):
            session.picture.add(package(number, holder))
        lane = session.picture.need(Lane, (SITE,))
        session.picture.put(replace(lane, last_device=8))
        session.write()
    return made


def state(desk: Desk) -> str:
    """The first device's state."""
    return next(str(each.state) for each in desk.all(Device) if each.id == DEVICE)


@pytest.mark.parametrize("word", ["suspended", "revoked"])
def test_device_out_of_work_holds_none(desk: Desk, word: str) -> None:
    outcome = desk.ask(SITE, SetDeviceState(device=DEVICE, state=word))

    assert outcome["grant"] == {"device": DEVICE, "released": 2}
    assert state(desk) == word
    free = [
        (each.id, each.state, each.fence, each.lease_until)
        for each in desk.all(Package)
        if each.holder is None
    ]
    assert free == [(11, "ready", 4, None), (13, "ready", 4, None), (14, "ready", 4, None)]


def test_state_that_holds_already_is_unchanged(desk: Desk) -> None:
    revoke = SetDeviceState(device=DEVICE, state="revoked")
    desk.ask(SITE, revoke)

    assert desk.ask(SITE, revoke)["grant"] == {"device": DEVICE, "released": 0, "unchanged": True}


def test_suspended_device_may_work_again_and_a_revoked_one_not(desk: Desk) -> None:
    desk.ask(SITE, SetDeviceState(device=DEVICE, state="suspended"))
    active = desk.ask(SITE, SetDeviceState(device=DEVICE, state="active"))
    desk.ask(SITE, SetDeviceState(device=DEVICE, state="revoked"))

    assert active["grant"] == {"device": DEVICE, "released": 0}
    assert desk.code(SITE, SetDeviceState(device=DEVICE, state="active")) == "revoked"
    assert state(desk) == "revoked"


def test_device_that_was_only_invited_may_be_revoked_and_no_more(desk: Desk) -> None:
    until = desk.floor.now + 1
    invitation = InviteDevice(name="h", role="floor", code_hash=hash_code("7QX2-M0KD"), until=until)
    invited = desk.ask(SITE, invitation)["grant"]["device"]

    assert desk.code(SITE, SetDeviceState(device=invited, state="active")) == "not_enrolled"
    assert desk.ask(SITE, SetDeviceState(device=invited, state="revoked"))["outcome"] == "applied"


def test_state_that_can_not_be_is_refused(desk: Desk) -> None:
    assert desk.code(SITE, SetDeviceState(device=DEVICE, state="lost")) == "bad_state"
    assert desk.code(SITE, SetDeviceState(device=99, state="revoked")) == "unknown_device"
    assert state(desk) == "active"
