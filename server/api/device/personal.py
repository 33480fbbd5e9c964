"""Personal records: a name to which a line refers by salted hash is kept apart from the book."""

import asyncio

import sqlalchemy as sa
from litestar import Response, post
from litestar.openapi.spec import Example

from device_protocol.messages import PersonalAnswer, PersonalRequest
from device_protocol.personal import BODY_BYTES_MAX, SALT_BYTES
from server.api.device.callers import Call, json_answer, read_call
from server.api.handles import CoreHere
from server.api.limits import AnyRequest
from server.api.schema import body_of
from server.errors import InvalidError
from server.identity.personal import erased_among, hash_of, keep_personal, kept_ms
from server.identity.records import PersonalRecord
from server.lane.activity import NETWORK

EXAMPLE = Example(
    summary="Who took the parcel",
    value={"device": 1_000_001, "salt": "00112233445566778899aabbccddeeff", "body": "A. Lovelace"},
)


@post(
    "/personal",
    summary="Keep a personal record",
    status_code=200,
    operation_class=body_of(PersonalRequest, PersonalAnswer, EXAMPLE),
)
async def keep_record(request: AnyRequest, core: CoreHere) -> Response[bytes]:
    """Keep a record apart from the book; lines name it by the hash that is answered."""
    call = await read_call(request, core)
    return json_answer(await asyncio.to_thread(kept, call))


def kept(call: Call) -> PersonalAnswer:
    """Check who calls, and keep the record; a device may send what it holds in any state."""
    device = call.device()
    asked = call.decoded(PersonalRequest, device)
    body = asked.body.encode()
    try:
        salt = bytes.fromhex(asked.salt)
    except ValueError:
        salt = b""
    if len(salt) != SALT_BYTES or len(body) > BODY_BYTES_MAX:
        raise InvalidError(
            f"A record has {SALT_BYTES} bytes of salt and at most {BODY_BYTES_MAX} of text.",
            pointers=[("/salt", f"{2 * SALT_BYTES} hexadecimal digits")],
        )
    name = hash_of(salt, body)
    core = call.core
    until = core.clock.now() + kept_ms(core.settings, asked.kind)
    record = PersonalRecord(NETWORK, name, salt, body, until, asked.kind)
    core.lanes.errand(lambda connection: keep_unless_erased(connection, record))
    return PersonalAnswer(name)


def keep_unless_erased(connection: sa.Connection, record: PersonalRecord) -> None:
    """Keep a record; one that was erased is only said to be kept, so that the device forgets it."""
    if not erased_among(connection, [record.hash]):
        keep_personal(connection, [record])
