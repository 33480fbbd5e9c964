"""Digest: which buckets of a scope a device holds otherwise, and what they should hold."""

import asyncio

from litestar import Response, post
from litestar.openapi.spec import Example

from device_protocol.messages import DigestAnswer, DigestRequest
from server.api.device.callers import Call, json_answer, must_be_active, must_speak, read_call
from server.api.device.pull import must_be_here
from server.api.guards import bearer, principal_for
from server.api.handles import CoreHere
from server.api.limits import AnyRequest
from server.api.schema import body_of
from server.sync.digests import repair

EXAMPLE = Example(
    summary="After a checkpoint that did not fit",
    value={
        "device": 1_000_001,
        "scope": "1/zone/7",
        "buckets": "256 sums of 32 hexadecimal digits each, one after the other",
        "protocol": 2,
    },
)


@post(
    "/digest",
    summary="Find and repair what differs in a scope",
    status_code=200,
    operation_class=body_of(DigestRequest, DigestAnswer, EXAMPLE),
)
async def compare_buckets(request: AnyRequest, core: CoreHere) -> Response[bytes]:
    """Answer the documents of the buckets that differ, or that the scope had better start again."""
    call = await read_call(request, core)
    return json_answer(await asyncio.to_thread(answer, request, call))


def answer(request: AnyRequest, call: Call) -> DigestAnswer:
    """Check device, person and session, and answer."""
    core, device = call.core, call.device()
    principal = principal_for(core, bearer(request))
    must_be_here(principal, device)
    must_be_active(device)
    asked = call.decoded(DigestRequest, device)
    must_speak(asked.protocol)
    with core.database.reading() as connection:
        return repair(connection, device, principal.id, asked.scope, asked.buckets)
