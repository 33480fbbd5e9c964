"""The simulated server answers what is wrong with a call as the real one does."""

import random

import msgspec
import pytest

from device_protocol import signatures
from device_protocol.messages import (
    DIGEST_PATH,
    EPOCH_PATH,
    HELLO_PATH,
    PULL_PATH,
    PUSH_PATH,
    ROTATE_PATH,
    SIGN_IN_PATH,
    DigestRequest,
    EpochRequest,
    HelloRequest,
    PullRequest,
    RotateRequest,
    SignInRequest,
    Tail,
)
from server.identity.messages import CommandDevice
from server.simulation.calls import Call, Counter
from server.simulation.faults import Faults
from server.simulation.handsets import Handset, Maker
from server.simulation.journal import Journal
from server.simulation.rates import CALM
from server.simulation.world import World
from server.tasks.devices import SetDeviceState


@pytest.fixture
def world() -> World:
    """Give a world in which nothing goes wrong and nothing has happened."""
    world = World(3)
    world.faults.heal()
    return world


@pytest.fixture
def handset(world: World) -> Handset:
    """Give a device of it that has talked to the server."""
    handset = world.handsets[0]
    assert handset.sync()
    return handset


def signed(handset: Handset, path: str, body: msgspec.Struct, token: str = "") -> Call:
    """A call as a device makes it."""
    raw = msgspec.json.encode(body)
    private = handset.device.outbox.identity.private
    header = signatures.call_header(handset.number, private, "POST", path, raw)
    headers = {signatures.SIGNATURE_HEADER: header, "Authorization": f"Bearer {token}"}
    return Call(path, raw, headers)


def refusal(world: World, call: Call) -> tuple[int, str]:
    """Status and code of the answer."""
    reply = world.counter.answer(call)
    return reply.status, msgspec.json.decode(reply.body)["code"]


def hello_of(handset: Handset, device: int = 0) -> HelloRequest:
    """A hello of a device, or of another in its name."""
    return HelloRequest(
        device=device or handset.number,
        epoch=1,
        app="t/1",
        protocol_min=1,
        protocol_max=2,
        tail=Tail(0, ""),
    )


def test_call_must_be_signed_by_the_device_it_names(world: World, handset: Handset) -> None:
    call = signed(handset, HELLO_PATH, hello_of(handset))
    other = signed(handset, HELLO_PATH, hello_of(handset, 1_000_009))
    nobody = f"1000099:{call.headers[signatures.SIGNATURE_HEADER].split(':')[1]}"

    assert world.counter.answer(call).status == 200
    assert refusal(world, call._replace(headers={}))[0] == 401
    assert refusal(world, call._replace(body=call.body + b" "))[0] == 401
    assert refusal(world, other)[0] == 401
    unknown = call._replace(headers={signatures.SIGNATURE_HEADER: nobody})
    assert refusal(world, unknown) == (404, "sync.unknown_device")
    assert refusal(world, call._replace(path="/device/v1/nowhere")) == (404, "not_found")


def test_body_must_be_what_it_claims(world: World, handset: Handset) -> None:
    assert refusal(world, signed(handset, HELLO_PATH, Tail(0, "")))[0] == 400
    assert refusal(world, Call(PUSH_PATH, b"{}", {})) == (400, "sync.malformed_batch")


def test_only_who_is_signed_in_on_this_device_pulls(world: World, handset: Handset) -> None:
    asked = PullRequest(device=handset.number)
    other = world.handsets[1]
    assert other.sync()

    assert world.counter.answer(signed(handset, PULL_PATH, asked, handset.session)).status == 200
    assert refusal(world, signed(handset, PULL_PATH, asked, "nonsense"))[0] == 401
    assert refusal(world, signed(handset, PULL_PATH, asked, other.session))[0] == 403
    newer = PullRequest(device=handset.number, protocol=99)
    assert refusal(world, signed(handset, PULL_PATH, newer, handset.session)) == (
        426,
        "protocol.upgrade_needed",
    )


def test_suspended_device_neither_pulls_nor_signs_in(world: World, handset: Handset) -> None:
    world.house.insist(handset.site, SetDeviceState(device=handset.number, state="suspended"))
    pulls = PullRequest(device=handset.number)
    signs_in = SignInRequest(device=handset.number, person=handset.person, pin="")

    assert refusal(world, signed(handset, PULL_PATH, pulls, handset.session))[0] == 403
    assert refusal(world, signed(handset, SIGN_IN_PATH, signs_in))[0] == 403


def test_nobody_signs_in_by_an_unknown_code(world: World, handset: Handset) -> None:
    asked = SignInRequest(device=handset.number, person="P-99", pin="")

    assert refusal(world, signed(handset, SIGN_IN_PATH, asked))[0] == 401


def test_digest_of_a_scope_that_is_not_followed_is_refused(world: World, handset: Handset) -> None:
    asked = DigestRequest(handset.number, "9/zone/1", "0" * 8192, 2)

    found = refusal(world, signed(handset, DIGEST_PATH, asked, handset.session))

    assert found == (404, "sync.scope_not_followed")


def test_epoch_is_opened_for_its_device_alone(world: World, handset: Handset) -> None:
    forged = EpochRequest(handset.number, "a" * 32, "fork", "AAAA")

    assert refusal(world, Call(EPOCH_PATH, msgspec.json.encode(forged), {}))[0] == 401
    world.house.insist(handset.site, SetDeviceState(device=handset.number, state="revoked"))
    handset.device.on_fork(1)
    asked = handset.device.epoch_request()
    assert refusal(world, Call(EPOCH_PATH, msgspec.json.encode(asked), {})) == (
        409,
        "epoch.refused",
    )


def test_key_changes_only_with_proof_of_the_next_one(world: World, handset: Handset) -> None:
    before = handset.device.outbox.identity.private
    lie = RotateRequest(handset.number, "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "AAAA")
    assert refusal(world, signed(handset, ROTATE_PATH, lie))[0] == 422

    world.house.insist(handset.site, CommandDevice(device=handset.number, command="rotate_key"))

    assert handset.sync()
    assert handset.device.outbox.identity.private != before


def test_key_of_a_revoked_device_stays(world: World, handset: Handset) -> None:
    world.house.insist(handset.site, SetDeviceState(device=handset.number, state="revoked"))
    handset.device.rotation.begin()
    former, _ = handset.device.rotation.candidates()
    raw = msgspec.json.encode(handset.device.rotation.request())
    header = signatures.call_header(handset.number, former, "POST", ROTATE_PATH, raw)
    call = Call(ROTATE_PATH, raw, {signatures.SIGNATURE_HEADER: header})

    assert refusal(world, call) == (409, "rotate.refused")


def test_grant_is_not_given_on_a_device_that_was_revoked_meanwhile(
    world: World, handset: Handset, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter = Counter(world.house, Journal(), random.Random(1), session_ms=1_000)
    asked = SignInRequest(device=handset.number, person=handset.person, pin="")
    monkeypatch.setattr(world.house, "say", lambda *_: [{"outcome": "refused", "code": "revoked"}])

    reply = counter.answer(signed(handset, SIGN_IN_PATH, asked))

    assert reply.status == 403


def test_calm_dice_never_fall() -> None:
    faults = Faults(CALM, random.Random(1))

    assert not any(faults.hits("duplicate") for _ in range(100))
    assert Maker().client.__name__ == "DeviceClient"
