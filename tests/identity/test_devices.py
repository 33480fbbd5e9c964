"""Devices are invited, enrol, and begin anew."""

import pytest
from msgspec.structs import replace

from device_protocol import chain
from server.identity.messages import (
    CommandDevice,
    EnrolDevice,
    InviteDevice,
    OpenEpoch,
    RotateKey,
)
from server.identity.records import Device, Incident
from server.identity.secrets import hash_code
from server.lane.records import Stream
from server.tasks.devices import SetDeviceState
from tests.desk import Desk
from tests.floor import SITE

NEW = 1_000_001
"""The first device that is invited: those of the test floor were never invited."""
CODE = hash_code("7QX2-M0KD")
OTHER_CODE = hash_code("7QX2-M0KE")
KEY = "ab" * 32
NONCE = "cd" * 16
HOUR_MS = 3_600_000


@pytest.fixture
def desk() -> Desk:
    """A site without devices."""
    made = Desk()
    picture = made.floor.store.picture  # type: ignore[attr-defined]
    for kind in (Device, Stream):
        for record in made.all(kind):
            if kind is Device or record.stream > SITE * 1_000_000:
                picture.remove(record)
    picture.settle()
    return made


def invitation(desk: Desk, code: str = CODE, device: int | None = None) -> InviteDevice:
    """An invitation for an hour."""
    until = desk.floor.now + HOUR_MS
    return InviteDevice(
        name="handheld", role="floor", code_hash=code, until=until, zones=(5, 6), device=device
    )


def enrolment(code: str = CODE, key: str = KEY, nonce: str = NONCE) -> EnrolDevice:
    """A device's answer to an invitation."""
    return EnrolDevice(code_hash=code, public_key=key, nonce=nonce, app="totebook 1")


def enrolled(desk: Desk) -> None:
    """Invite and enrol the first device."""
    desk.tell(SITE, invitation(desk), enrolment())


def device(desk: Desk) -> Device:
    """The first device."""
    found: Device = desk.all(Device)[0]
    return found


def test_devices_are_numbered_by_site(desk: Desk) -> None:
    outcomes = desk.tell(SITE, invitation(desk), invitation(desk, OTHER_CODE))

    assert [outcome["grant"]["device"] for outcome in outcomes] == [NEW, NEW + 1]
    assert device(desk).state == "invited"
    assert device(desk).zones == "5 6"


def test_code_is_used_for_one_invitation(desk: Desk) -> None:
    desk.ask(SITE, invitation(desk))

    assert desk.code(SITE, invitation(desk)) == "code_taken"
    assert len(desk.all(Device)) == 1


def test_invitation_that_can_not_be_so_is_refused(desk: Desk) -> None:
    until = desk.floor.now + HOUR_MS
    wrong = [
        (InviteDevice(name="h", role="boss", code_hash=CODE, until=until), "bad_role"),
        (InviteDevice(name="", role="floor", code_hash=CODE, until=until), "bad_name"),
        (InviteDevice(name="h", role="floor", code_hash="7QX2-M0KD", until=until), "bad_code_hash"),
        (
            InviteDevice(name="h", role="floor", code_hash=CODE, until=desk.floor.now),
            "code_expired",
        ),
        (invitation(desk, device=NEW), "unknown_device"),
    ]

    assert [desk.code(SITE, message) for message, _ in wrong] == [code for _, code in wrong]
    assert desk.all(Device) == []


def test_enrolling_takes_the_key_and_opens_the_first_stream(desk: Desk) -> None:
    desk.ask(SITE, invitation(desk))

    outcome = desk.ask(SITE, enrolment())

    assert outcome["grant"] == {"device": NEW, "site": SITE, "epoch": 1, "nonce": NONCE}
    assert (device(desk).state, device(desk).last_epoch) == ("active", 1)
    assert device(desk).public_key == bytes.fromhex(KEY)
    (stream,) = (each for each in desk.all(Stream) if each.stream == NEW)
    assert stream.head == chain.start(NEW, 1, bytes.fromhex(NONCE))
    assert (stream.next, stream.opened_at) == (1, desk.floor.now)


def test_lost_answer_is_given_again_to_the_same_key_only(desk: Desk) -> None:
    enrolled(desk)
    desk.floor.now += 2 * HOUR_MS

    again = desk.ask(SITE, enrolment(nonce="ee" * 16))

    assert again["grant"]["nonce"] == NONCE
    assert desk.code(SITE, enrolment(key="99" * 32)) == "code_spent"
    assert len([each for each in desk.all(Stream) if each.stream == NEW]) == 1
    assert device(desk).public_key == bytes.fromhex(KEY)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (enrolment(code=OTHER_CODE), "unknown_code"),
        (enrolment(key="ab" * 31), "bad_key"),
        (enrolment(key="not hexadecimal"), "bad_key"),
        (enrolment(nonce=""), "bad_key"),
        (EnrolDevice(code_hash=CODE, public_key=KEY, nonce=NONCE, app="\x00"), "bad_app"),
    ],
)
def test_enrolment_that_can_not_be_so_is_refused(
    desk: Desk, message: EnrolDevice, code: str
) -> None:
    desk.ask(SITE, invitation(desk))

    assert desk.code(SITE, message) == code
    assert device(desk).state == "invited"


def test_code_is_good_until_its_time_and_not_longer(desk: Desk) -> None:
    desk.tell(SITE, invitation(desk), invitation(desk, OTHER_CODE))
    desk.floor.now += HOUR_MS
    in_time = desk.ask(SITE, enrolment())
    desk.floor.now += 1

    assert in_time["outcome"] == "applied"
    assert desk.code(SITE, enrolment(code=OTHER_CODE)) == "code_expired"


def test_device_enrols_again_under_a_new_key_and_its_streams_stay(desk: Desk) -> None:
    enrolled(desk)

    desk.ask(SITE, invitation(desk, OTHER_CODE, device=NEW))
    outcome = desk.ask(SITE, enrolment(OTHER_CODE, key="99" * 32))

    assert outcome["grant"]["epoch"] == 2
    assert device(desk).public_key == bytes.fromhex("99" * 32)
    assert [each.epoch for each in desk.all(Stream) if each.stream == NEW] == [1, 2]
    assert desk.code(SITE, enrolment()) == "unknown_code"


def test_revoked_device_can_neither_enrol_nor_begin_anew(desk: Desk) -> None:
    enrolled(desk)
    desk.ask(SITE, SetDeviceState(device=NEW, state="revoked"))

    assert desk.code(SITE, enrolment()) == "revoked"
    assert desk.code(SITE, invitation(desk, OTHER_CODE, device=NEW)) == "revoked"
    assert desk.code(SITE, epoch("1")) == "revoked"


def epoch(attempt: str, reason: str = "fork", nonce: str = "ee" * 16) -> OpenEpoch:
    """A request for a new epoch of the first device."""
    return OpenEpoch(device=NEW, attempt=attempt, reason=reason, nonce=nonce)


def test_attempt_opens_one_epoch(desk: Desk) -> None:
    enrolled(desk)

    first = desk.ask(SITE, epoch("a"))
    again = desk.ask(SITE, epoch("a", nonce="11" * 16))

    assert first["grant"] == {"device": NEW, "site": SITE, "epoch": 2, "nonce": "ee" * 16}
    assert again == first
    assert device(desk).last_epoch == 2
    (stream,) = (each for each in desk.all(Stream) if each.attempt == "a")
    assert stream.head == chain.start(NEW, 2, bytes.fromhex("ee" * 16))
    assert len(desk.all(Incident)) == 1


@pytest.mark.parametrize(
    ("reason", "kind"), [("fork", "reopened"), ("wipe", "reopened"), ("gap", "gap")]
)
def test_supervisor_hears_of_a_new_epoch(desk: Desk, reason: str, kind: str) -> None:
    enrolled(desk)

    desk.ask(SITE, epoch("a", reason))

    (incident,) = desk.all(Incident)
    assert (incident.device, incident.kind) == (NEW, kind)
    assert incident.note == f"{reason}: epoch 1 is stored up to line 0"


@pytest.mark.parametrize(
    ("later_ms", "kind"), [(23 * HOUR_MS, "clone"), (24 * HOUR_MS, "reopened")]
)
def test_device_that_soon_forks_again_may_be_two(desk: Desk, later_ms: int, kind: str) -> None:
    enrolled(desk)
    desk.ask(SITE, epoch("a"))
    desk.floor.now += later_ms

    outcome = desk.ask(SITE, epoch("b"))

    assert outcome["grant"]["epoch"] == 3
    assert desk.all(Incident)[-1].kind == kind


def test_epoch_that_can_not_be_opened_is_refused(desk: Desk) -> None:
    desk.ask(SITE, invitation(desk))
    not_enrolled = desk.code(SITE, epoch("a"))
    desk.ask(SITE, enrolment())

    assert not_enrolled == "not_enrolled"
    assert desk.code(SITE, epoch("a", "boredom")) == "bad_reason"
    assert desk.code(SITE, epoch("")) == "bad_attempt"
    assert desk.code(SITE, epoch("a", nonce="ee")) == "bad_nonce"
    unknown = OpenEpoch(device=77, attempt="a", reason="fork", nonce=NONCE)
    assert desk.code(SITE, unknown) == "unknown_device"
    assert desk.all(Incident) == []


OFFERED = " of it are on the device, which offers again what is missing here"


def left(first: int, last: int, reason: str = "gap", epoch_left: int = 1) -> OpenEpoch:
    """A request for a new epoch that says what is held of the one before."""
    return OpenEpoch(
        device=NEW,
        attempt=f"{first}-{last}",
        reason=reason,
        nonce="ee" * 16,
        epoch=epoch_left,
        first=first,
        last=last,
    )


@pytest.mark.parametrize(
    ("asked", "kind", "note"),
    [
        (
            left(9, 40),
            "gap",
            "gap: epoch 1 is stored up to line 0; lines 1 to 8 of epoch 1 are lost; lines 9 to 40",
        ),
        (
            left(0, 40),
            "gap",
            "gap: epoch 1 is stored up to line 0; lines 1 to 40 of epoch 1 are lost",
        ),
        (
            left(1, 3, "fork"),
            "reopened",
            "fork: epoch 1 is stored up to line 0; lines 1 to 3",
        ),
        (
            # A restored server does not know that epoch at all.
            left(5, 6, "fork", 2),
            "gap",
            "fork: epoch 1 is stored up to line 0; lines 1 to 4 of epoch 2 are lost; lines 5 to 6",
        ),
        (left(0, 0, "gap"), "gap", "gap: epoch 1 is stored up to line 0"),
    ],
)
def test_supervisor_is_told_which_lines_are_lost_and_which_come_again(
    desk: Desk, asked: OpenEpoch, kind: str, note: str
) -> None:
    enrolled(desk)

    desk.ask(SITE, asked)

    (incident,) = desk.all(Incident)
    assert (incident.kind, incident.note.removesuffix(OFFERED)) == (kind, note)
    assert incident.note.endswith(OFFERED) is bool(asked.first)


def test_lines_that_are_stored_are_not_lost(desk: Desk) -> None:
    enrolled(desk)
    picture = desk.floor.store.picture  # type: ignore[attr-defined]
    (stream,) = (each for each in desk.all(Stream) if each.stream == NEW)
    picture.put(replace(stream, next=12))
    picture.settle()

    desk.ask(SITE, left(12, 40, "fork"))

    assert "lost" not in desk.all(Incident)[0].note


def test_lost_lines_matter_more_than_a_second_fork(desk: Desk) -> None:
    enrolled(desk)
    desk.ask(SITE, epoch("a"))

    desk.ask(SITE, left(2, 3, "fork", 2))

    last = desk.all(Incident)[-1]
    assert (last.kind, "two epochs are live" in last.note) == ("gap", True)


OTHER_KEY = "99" * 32


def rotation(former: str = KEY, key: str = OTHER_KEY, number: int = NEW) -> RotateKey:
    """A call that makes another key of the first device count."""
    return RotateKey(device=number, former=former, public_key=key)


def told(desk: Desk, command: str, number: int = NEW) -> dict[str, object]:
    """Tell a device what to do."""
    return desk.ask(SITE, CommandDevice(device=number, command=command))


def test_next_key_takes_the_place_of_the_present_one_once(desk: Desk) -> None:
    enrolled(desk)
    told(desk, "rotate_key")

    first = desk.ask(SITE, rotation())
    again = desk.ask(SITE, rotation())
    third = desk.ask(SITE, rotation(OTHER_KEY, "77" * 32))

    assert first["grant"] == third["grant"] == {"device": NEW}
    assert again["grant"] == {"device": NEW, "unchanged": True}
    assert device(desk).public_key == bytes.fromhex("77" * 32)
    assert device(desk).command == ""


def test_rotation_leaves_another_command(desk: Desk) -> None:
    enrolled(desk)
    told(desk, "upload_then_wipe")

    desk.ask(SITE, rotation())

    assert device(desk).command == "upload_then_wipe"


def test_key_that_can_not_be_rotated_stays(desk: Desk) -> None:
    enrolled(desk)

    assert desk.code(SITE, rotation(number=77)) == "unknown_device"
    assert desk.code(SITE, rotation(key="99")) == "bad_key"
    assert desk.code(SITE, rotation(former="11" * 32)) == "key_changed"
    desk.ask(SITE, SetDeviceState(device=NEW, state="revoked"))
    assert desk.code(SITE, rotation()) == "revoked"
    assert device(desk).public_key == bytes.fromhex(KEY)


def test_command_ends_with_the_next_enrolment(desk: Desk) -> None:
    enrolled(desk)
    assert told(desk, "wipe")["grant"] == {"device": NEW}
    assert told(desk, "wipe")["grant"] == {"device": NEW, "unchanged": True}
    assert device(desk).command == "wipe"

    desk.tell(SITE, invitation(desk, OTHER_CODE, device=NEW), enrolment(OTHER_CODE, OTHER_KEY))

    assert device(desk).command == ""


def test_revoked_device_is_told_to_wipe(desk: Desk) -> None:
    enrolled(desk)
    desk.ask(SITE, SetDeviceState(device=NEW, state="revoked"))

    assert told(desk, "wipe")["outcome"] == "applied"
    told(desk, "none")
    assert device(desk).command == ""


def test_command_that_can_not_be_is_refused(desk: Desk) -> None:
    desk.ask(SITE, invitation(desk))

    assert told(desk, "wipe")["code"] == "not_enrolled"
    assert told(desk, "wipe", 77)["code"] == "unknown_device"
    assert told(desk, "dance")["code"] == "bad_command"
