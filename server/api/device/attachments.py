"""Attachments: pictures and signatures come in pieces, and what has come is told."""

import asyncio
import re
from typing import Annotated

from litestar import Response, get, put
from litestar.openapi.spec import Example
from litestar.params import PathParameter, QueryParameter

from device_protocol.messages import AttachmentAnswer
from device_protocol.version import LIMITS
from server.api.device.callers import Call, json_answer, read_call
from server.api.handles import CoreHere
from server.api.limits import AnyRequest
from server.api.schema import answer_of
from server.errors import InvalidError
from server.sync.attachments import Declared

HASH = re.compile(r"[0-9a-f]{64}")

HashNamed = Annotated[
    str,
    PathParameter(
        max_length=100,
        description="SHA-256 of salt and content, hexadecimal.",
        examples=[Example(value="9a0b41c8e2d7f635" * 4)],
    ),
]
Offset = Annotated[
    int, QueryParameter(ge=0, le=LIMITS.attachment_bytes, description="Where the piece begins.")
]
Size = Annotated[
    int, QueryParameter(ge=0, le=1 << 53, description="Bytes of the whole, without the salt.")
]
Salt = Annotated[str, QueryParameter(max_length=64, description="16 bytes, hexadecimal.")]
Type = Annotated[
    str, QueryParameter(name="type", max_length=100, description="Its media type, as image/jpeg.")
]


@get(
    "/attachments/{hash_named:str}",
    summary="How much of an attachment has arrived",
    operation_class=answer_of(AttachmentAnswer),
)
async def show_attachment(
    request: AnyRequest, core: CoreHere, hash_named: HashNamed
) -> Response[bytes]:
    """Say from where to go on; one that was erased is told as complete."""
    call = await read_call(request, core)
    return json_answer(await asyncio.to_thread(status, call, hash_named))


@put(
    "/attachments/{hash_named:str}",
    summary="Send a piece of an attachment",
    status_code=200,
    operation_class=answer_of(AttachmentAnswer),
)
async def take_piece(  # noqa: PLR0917 - what is said of an attachment.
    request: AnyRequest,
    core: CoreHere,
    hash_named: HashNamed,
    offset: Offset,
    size: Size,
    salt: Salt,
    media_type: Type,
) -> Response[bytes]:
    """Take the piece that is the body; with the last one, hash and type are checked."""
    call = await read_call(request, core)
    taken = await asyncio.to_thread(take, call, hash_named, offset, size, salt, media_type)
    return json_answer(taken)


def status(call: Call, name: str) -> AttachmentAnswer:
    """Check who calls, and say how much has arrived."""
    call.device()
    return call.core.attachments.status(checked_hash(name))


def take(  # noqa: PLR0917 - as above.
    call: Call, name: str, offset: int, size: int, salt: str, media_type: str
) -> AttachmentAnswer:
    """Check who calls, and take a piece; a device may send what it holds in any state."""
    device = call.device()
    try:
        salted = bytes.fromhex(salt)
    except ValueError:
        salted = b""
    declared = Declared(checked_hash(name), salted, size, media_type)
    return call.core.attachments.take(device.id, declared, offset, call.unpacked)


def checked_hash(name: str) -> str:
    """A hash as lines write it."""
    if HASH.fullmatch(name):
        return name
    detail = "64 hexadecimal digits in lower case"
    raise InvalidError(f"An attachment is named by {detail}.", pointers=[("/hash", detail)])
