"""Epoch: a device begins a new stream after a fork, a reinstall, a gap or a wipe."""

import asyncio

from litestar import Response, post
from litestar.openapi.spec import Example

from device_protocol import chain, keys, signatures
from device_protocol.messages import EpochAnswer, EpochRequest
from server.api.answers import said
from server.api.device.callers import json_answer
from server.api.handles import CoreHere
from server.api.limits import AnyRequest, decode_body, limits_of, unpack_body
from server.api.schema import body_of
from server.core import Core
from server.errors import ConflictError, UnauthorizedError
from server.identity.messages import OpenEpoch
from server.identity.records import Device
from server.lane.activity import DESK
from server.sync.hello import find_device

EXAMPLE = Example(
    summary="After a fork",
    value={
        "device": 1_000_001,
        "attempt": "4f1d6c0a9b7e4c5f8a3b2d1e0f9c8b7a",
        "reason": "fork",
        "signature": "b64url…",
    },
)


@post(
    "/epoch",
    summary="Open a new epoch",
    status_code=200,
    operation_class=body_of(EpochRequest, EpochAnswer, EXAMPLE),
)
async def open_epoch(request: AnyRequest, core: CoreHere) -> Response[bytes]:
    """Open a new epoch; the same attempt always gets the same answer."""
    body = unpack_body(request, await request.body(), limits_of(core.settings))
    asked = decode_body(body, EpochRequest)
    device = await asyncio.to_thread(signer, core, asked)
    message = OpenEpoch(
        device=device.id,
        attempt=asked.attempt,
        reason=asked.reason,
        nonce=core.randomness.take(chain.NONCE_BYTES).hex(),
        epoch=asked.epoch,
        first=asked.first,
        last=asked.last,
    )
    [outcome] = await said(core, device.site, DESK, message)
    if outcome.grant is None:
        raise ConflictError(
            f"No epoch was opened ({outcome.code}); {outcome.then or outcome.expected}.",
            code="epoch.refused",
            title="No epoch was opened",
        )
    return json_answer(EpochAnswer(outcome.grant["epoch"], outcome.grant["nonce"]))


def signer(core: Core, asked: EpochRequest) -> Device:
    """The device that asks, by its signature."""
    with core.database.reading() as connection:
        device = find_device(connection, asked.device)
    signed = signatures.epoch_bytes(
        asked.device, asked.attempt, asked.reason, asked.first, asked.last, asked.epoch
    )
    if not keys.verify(device.public_key, signed, keys.read(asked.signature)):
        raise UnauthorizedError("The signature is not this device's.")
    return device
