"""Hello: the conversation begins, and each side learns where the other stands."""

import asyncio

from litestar import Response, post
from litestar.openapi.spec import Example

from device_protocol.messages import HelloAnswer, HelloRequest
from server.api.device.callers import Call, json_answer, read_call
from server.api.handles import CoreHere
from server.api.limits import AnyRequest, limits_of
from server.api.schema import body_of
from server.fleet.contacts import contact_of
from server.sync.hello import hello

EXAMPLE = Example(
    summary="After a spell offline",
    value={
        "device": 1_000_001,
        "epoch": 1,
        "app": "totebook-reference/1",
        "protocol_min": 1,
        "protocol_max": 1,
        "tail": {"seq": 42, "hash": "cf42296d7cb4697e…"},
        "mono": 81_230,
        "boot": 3,
    },
)


@post(
    "/hello",
    summary="Open a conversation",
    status_code=200,
    operation_class=body_of(HelloRequest, HelloAnswer, EXAMPLE),
)
async def say_hello(request: AnyRequest, core: CoreHere) -> Response[bytes]:
    """Say where the server stands in the device's stream, what it may do, and what time it is."""
    call = await read_call(request, core)
    return json_answer(await asyncio.to_thread(answer, call))


def answer(call: Call) -> HelloAnswer:
    """Check who calls, and answer."""
    device = call.device()
    asked = call.decoded(HelloRequest, device)
    core = call.core
    now = core.clock.now()
    with core.database.reading() as connection:
        told = hello(connection, device, asked, limits_of(core.settings), now)
    core.watch.contacts.heard(contact_of(device.site, asked, told.next - 1, now))
    return told
