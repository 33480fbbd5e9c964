"""Push.

A batch of operations goes into the lane of the device's home site, and is answered by its outcomes.
"""

import asyncio

import msgspec
from litestar import Response, post
from litestar.openapi.spec import Example

from device_protocol.codec import check_batch, split_batch
from device_protocol.messages import PushAnswer, PushHeader
from server.api.answers import submitted
from server.api.device.callers import json_answer
from server.api.floods import address_of, floods_of
from server.api.handles import CoreHere
from server.api.limits import AnyRequest, limits_of, unpack_body
from server.api.schema import body_of
from server.core import Core
from server.sync.batches import Batch
from server.sync.hello import find_device, must_be_taken

EXAMPLE = Example(
    summary="The first line of the body; operations follow, one a line",
    value={
        "device": 1_000_001,
        "epoch": 1,
        "first": 43,
        "prev": "cf42296d7cb4697e…",
        "head": "9a0b41c8e2d7f635…",
        "signature": "b64url…",
    },
)


@post(
    "/push",
    summary="Send operations",
    status_code=200,
    operation_class=body_of(PushHeader, PushAnswer, EXAMPLE, media_type="application/x-ndjson"),
)
async def push_batch(request: AnyRequest, core: CoreHere) -> Response[bytes]:
    """Take operations in order; what was taken before is answered by the same bytes again."""
    sent = await request.body()
    batch = await asyncio.to_thread(checked_batch, request, core, sent)
    answer = must_be_taken(await submitted(core, batch))
    return json_answer(
        PushAnswer(
            next=answer.next,
            head=answer.head.hex(),
            durable=answer.next - 1,
            commit=answer.commit,
            server_time=core.clock.now(),
            outcomes=tuple(msgspec.Raw(outcome) for outcome in answer.outcomes),
        )
    )


def checked_batch(request: AnyRequest, core: Core, sent: bytes) -> Batch:
    """Unpack a batch and check its size, its device, its chain and its signature, in this order.

    A flood is turned away as soon as it is known whose it is and how much.
    """
    limits = limits_of(core.settings)
    came = split_batch(unpack_body(request, sent, limits), limits)
    header = came.header
    floods, caller = floods_of(request.scope), (address_of(request.scope), header.device)
    floods.admit(caller, operations=len(came.lines))
    with core.database.reading() as connection:
        device = find_device(connection, header.device)
    hashes = check_batch(came, device.public_key)
    floods.recognised(caller)
    return Batch(
        site=device.site,
        stream=device.id,
        epoch=header.epoch,
        lines=tuple(came.lines),
        first=header.first,
        prev=bytes.fromhex(header.prev),
        hashes=tuple(hashes),
    )
