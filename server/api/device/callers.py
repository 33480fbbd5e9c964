"""Which device calls: it signs method, request target and body with its key."""

from typing import Any

import msgspec
from litestar import Response

from device_protocol import keys, signatures
from device_protocol.version import PROTOCOL, PROTOCOL_MIN
from server.api.limits import AnyRequest, decode_body, limits_of, unpack_body
from server.core import Core
from server.errors import ForbiddenError, TotebookError, UnauthorizedError
from server.identity.records import Device
from server.sync.hello import find_device

_encode = msgspec.json.Encoder().encode


def json_answer(answer: msgspec.Struct) -> Response[bytes]:
    """A message of the protocol as an answer, encoded once."""
    return Response(_encode(answer), media_type="application/json", status_code=200)


class UpgradeNeededError(TotebookError):
    """The app speaks no protocol of this server any more, or one of the next: it may push."""

    code = "protocol.upgrade_needed"
    title = "The app must be upgraded first"
    status = 426


class Call(msgspec.Struct, frozen=True):
    """A signed call, its body not yet looked into."""

    core: Core
    header: str
    method: str
    path: str
    """The whole request target, with its query if there is one."""
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
        path=target_of(request),
        sent=sent,
        unpacked=unpack_body(request, sent, limits_of(core.settings)),
    )


def must_speak(protocol: int) -> None:
    """Let nobody pull whose protocol is not spoken here; pushing needs none of this."""
    if not PROTOCOL_MIN <= protocol <= PROTOCOL:
        raise UpgradeNeededError(
            f"Protocol {protocol} is not spoken here, but {PROTOCOL_MIN} to {PROTOCOL}; "
            "upgrade the app. What the device holds can still be pushed."
        )


def target_of(request: AnyRequest) -> str:
    """What was asked for, as it was signed: the path, and its query if there is one."""
    query = request.scope["query_string"].decode("latin-1")
    return f"{request.url.path}?{query}" if query else request.url.path


def must_be_active(device: Device) -> None:
    """A device that is suspended or revoked may push, and nothing else."""
    if device.state != "active":
        raise ForbiddenError(
            f"The device is {device.state}: it may push what it holds, and nothing else for now."
        )
