"""Which device calls: it signs method, path and body with the key it enrolled with."""

from typing import Any

import msgspec
from litestar import Response

from device_protocol import keys, signatures
from server.api.limits import AnyRequest, decode_body, limits_of, unpack_body
from server.core import Core
from server.errors import ForbiddenError, UnauthorizedError
from server.identity.records import Device
from server.sync.hello import find_device

_encode = msgspec.json.Encoder().encode


def json_answer(answer: msgspec.Struct) -> Response[bytes]:
    """A message of the protocol as an answer, encoded once."""
    return Response(_encode(answer), media_type="application/json", status_code=200)


class Call(msgspec.Struct, frozen=True):
    """A signed call, its body not yet looked into."""

    core: Core
    header: str
    method: str
    path: str
    sent: bytes
    """The body as it came, which is what was signed."""
    unpacked: bytes

    def device(self) -> Device:
        """The device that made the call.

        401 without its signature, 404 if nobody is enrolled so.
        """
        named = signatures.read_call_header(self.header)
        if named is None:
            raise UnauthorizedError(f"Sign the call in {signatures.SIGNATURE_HEADER}.")
        number, signature = named
        with self.core.database.reading() as connection:
            device = find_device(connection, number)
        if not is_signed(device, self, signature):
            raise UnauthorizedError("The signature is not this device's.")
        return device

    def decoded(self, kind: type[Any], device: Device) -> Any:  # noqa: ANN401 - a message of that kind.
        """The body, which must be of the device that signed it."""
        message = decode_body(self.unpacked, kind)
        if message.device != device.id:
            raise UnauthorizedError("The body names another device than the signature.")
        return message


def is_signed(device: Device, call: Call, signature: bytes) -> bool:
    """Whether the device signed the call."""
    signed = signatures.call_bytes(call.method, call.path, call.sent)
    return keys.verify(device.public_key, signed, signature)


async def read_call(request: AnyRequest, core: Core) -> Call:
    """Read a call within the limits."""
    sent = await request.body()
    return Call(
        core=core,
        header=request.headers.get(signatures.SIGNATURE_HEADER, ""),
        method=request.method,
        path=request.url.path,
        sent=sent,
        unpacked=unpack_body(request, sent, limits_of(core.settings)),
    )


def must_be_active(device: Device) -> None:
    """A device that is suspended or revoked may push, and nothing else."""
    if device.state != "active":
        raise ForbiddenError(
            f"The device is {device.state}: it may push what it holds, and nothing else for now."
        )
