"""Whose acts are flagged."""

import pytest
from msgspec.structs import replace

from device_protocol.operations import Move
from server.identity.actors import check_actor, want_actor
from server.identity.records import Grant
from server.lane.activity import Context, Stamp
from server.lane.picture import Picture
from server.lane.want import Want

SITE, DEVICE, PERSON = 1, 1_000_001, 5
GRANT = Grant(SITE, 9, DEVICE, PERSON, given_at=100, until=1_000)


def flags_of(actor: str, grant: Grant = GRANT, *, mid: int = 500, half: int = 0) -> list[str]:
    """Codes by which an act is flagged, loading only what it names."""
    picture = Picture()
    stamp = Stamp(mid, half)
    context = Context(picture, site=SITE, stream=DEVICE, epoch=1, seq=1, stamp=stamp, now=2_000)
    operation = Move(quantity=1, source="A", to="B", actor=actor)
    want = Want(picture)
    want_actor(want, context, operation)
    rows, _ = want.take()
    for kind, keys in rows.items():
        picture.load(kind, keys, [grant] if (SITE, grant.id) in keys else [])
    check_actor(context, operation)
    return [flag.code for flag in context.flags]


def test_act_under_a_grant_of_the_device_passes() -> None:
    assert flags_of("9") == []


def test_act_of_nobody_passes() -> None:
    assert flags_of("") == []


@pytest.mark.parametrize("actor", ["8", "x", "-9", "²", "9" * 40, " 9"])
def test_unknown_grant_is_flagged(actor: str) -> None:
    assert flags_of(actor) == ["unknown_actor"]


def test_grant_of_another_device_is_flagged() -> None:
    assert flags_of("9", replace(GRANT, device=DEVICE + 1)) == ["unknown_actor"]


def test_act_after_the_withdrawal_is_flagged_and_one_before_is_not() -> None:
    withdrawn = replace(GRANT, withdrawn_at=500)

    assert flags_of("9", withdrawn, mid=501) == ["grant_withdrawn"]
    assert flags_of("9", withdrawn, mid=500) == []
    assert flags_of("9", withdrawn, mid=520, half=20) == []


def test_act_after_the_end_is_flagged_and_one_before_is_not() -> None:
    assert flags_of("9", mid=1_001) == ["grant_expired"]
    assert flags_of("9", mid=1_000) == []
    assert flags_of("9", mid=1_020, half=20) == []
