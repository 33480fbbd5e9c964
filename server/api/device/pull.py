"""Pull: what changed in the scopes of a device and of the person who is signed in on it."""

import asyncio

import msgspec
from litestar import Response, post
from litestar.openapi.spec import Example

from device_protocol.messages import PullAnswer, PullRequest
from server.api.device.callers import Call, must_be_active, must_speak, read_call
from server.api.device.sign_in import FLOOR_ROLES
from server.api.guards import Principal, bearer, principal_for
from server.api.handles import CoreHere
from server.api.limits import AnyRequest
from server.api.packing import PACKS, packed
from server.api.schema import body_of
from server.errors import ForbiddenError
from server.identity.records import Device
from server.sync.pull import SentAnswer, pull

_encode = msgspec.json.Encoder().encode

EXAMPLE = Example(
    summary="Go on from a checkpoint",
    value={
        "device": 1_000_001,
        "cursors": {"1/device/1000001": {"n": 310, "generation": 1, "hash": "cf42296d7cb4697e…"}},
    },
)


@post(
    "/pull",
    summary="Get what changed",
    status_code=200,
    operation_class=body_of(PullRequest, PullAnswer, EXAMPLE),
    opt={PACKS: True},
)
async def pull_changes(request: AnyRequest, core: CoreHere) -> Response[bytes]:
    """Answer what changed since the cursors, as much as fits; `more` asks for another call."""
    call = await read_call(request, core)
    return await asyncio.to_thread(lambda: packed(request, _encode(answer(request, call))))


def answer(request: AnyRequest, call: Call) -> SentAnswer:
    """Check device, person and session, and answer."""
    core, device = call.core, call.device()
    principal = principal_for(core, bearer(request))
    must_be_here(principal, device)
    must_be_active(device)
    asked = call.decoded(PullRequest, device)
    must_speak(asked.protocol)
    with core.database.reading() as connection:
        return pull(
            connection,
            device,
            principal.id,
            asked.cursors,
            now=core.clock.now(),
            kept=core.segments,
            documents_max=asked.documents_max,
            on_lag=core.observing.pulled,
        )


def must_be_here(principal: Principal, device: Device) -> None:
    """A session pulls on the device on which it was begun, for people of floor or road alone."""
    if principal.kind != "person" or principal.role not in FLOOR_ROLES:
        raise ForbiddenError("Devices pull for people who work on the floor or on the road.")
    if principal.device != device.id:
        raise ForbiddenError("This session was begun elsewhere; sign in on this device.")
