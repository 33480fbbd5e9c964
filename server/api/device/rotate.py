"""Rotate: a device's next key takes the place of the present one."""

import asyncio

from litestar import Response, post
from litestar.openapi.spec import Example

from device_protocol import keys, signatures
from device_protocol.messages import RotateAnswer, RotateRequest
from server.api.answers import said
from server.api.device.callers import Call, json_answer, read_call
from server.api.handles import CoreHere
from server.api.limits import AnyRequest
from server.api.schema import body_of
from server.errors import ConflictError, InvalidError
from server.identity.messages import RotateKey
from server.identity.records import Device
from server.lane.activity import DESK

EXAMPLE = Example(
    summary="Once a year, or when a supervisor asks for it",
    value={
        "device": 1_000_001,
        "public_key": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        "proof": "b64url…",
    },
)


@post(
    "/rotate",
    summary="Change the device's key",
    status_code=200,
    operation_class=body_of(RotateRequest, RotateAnswer, EXAMPLE),
)
async def rotate_key(request: AnyRequest, core: CoreHere) -> Response[bytes]:
    """Take the next key; asked again under that key, the answer is the same."""
    call = await read_call(request, core)
    device, asked = await asyncio.to_thread(checked, call)
    message = RotateKey(
        device=device.id,
        former=device.public_key.hex(),
        public_key=keys.read(asked.public_key).hex(),
    )
    [outcome] = await said(core, device.site, DESK, message)
    if outcome.grant is None:
        raise ConflictError(
            f"The key was not changed ({outcome.code}); {outcome.then or outcome.expected}.",
            code="rotate.refused",
            title="The key stays as it is",
        )
    return json_answer(RotateAnswer(asked.public_key))


def checked(call: Call) -> tuple[Device, RotateRequest]:
    """The device that asks by the key that counts, and owns the next one too."""
    device = call.device()
    asked: RotateRequest = call.decoded(RotateRequest, device)
    signed = signatures.rotate_bytes(device.id, asked.public_key)
    if not keys.verify(keys.read(asked.public_key), signed, keys.read(asked.proof)):
        told = "a signature by the next key over `totebook-rotate-1`, device and key"
        raise InvalidError(f"This is not {told}.", pointers=[("/proof", told)])
    return device, asked
