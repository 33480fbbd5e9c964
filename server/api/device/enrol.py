"""Enrol: a one-time code is spent for an identity under the device's own new key."""

import asyncio

import sqlalchemy as sa
from litestar import Response, post
from litestar.openapi.spec import Example

from device_protocol import chain, keys
from device_protocol.messages import EnrolAnswer, EnrolRequest
from server.api.answers import said
from server.api.device.callers import json_answer
from server.api.handles import CoreHere
from server.api.limits import AnyRequest, decode_body, limits_of, unpack_body
from server.api.schema import body_of
from server.core import Core
from server.db.bulk import select_records
from server.errors import ConflictError, InvalidError, NotFoundError
from server.identity.messages import EnrolDevice
from server.identity.records import Device
from server.identity.secrets import hash_code
from server.ids import normal_code
from server.lane.activity import DESK
from server.lane.models import LANE

EXAMPLE = Example(
    summary="A new handheld",
    value={
        "code": "7QX2-M0KD",
        "public_key": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        "app": "totebook-reference/1",
    },
)


@post(
    "/enrol",
    summary="Spend a one-time code",
    status_code=200,
    operation_class=body_of(EnrolRequest, EnrolAnswer, EXAMPLE),
)
async def enrol(request: AnyRequest, core: CoreHere) -> Response[bytes]:
    """Become a device of the site that gave the code; the same code and key get the same answer."""
    body = unpack_body(request, await request.body(), limits_of(core.settings))
    asked = decode_body(body, EnrolRequest)
    key = keys.read(asked.public_key)
    if len(key) != keys.KEY_BYTES:
        detail = f"an Ed25519 key: {keys.KEY_BYTES} bytes in base64url without padding"
        raise InvalidError(f"This is not {detail}.", pointers=[("/public_key", detail)])
    code_hash = hash_code(normal_code(asked.code))
    site = await asyncio.to_thread(inviting_site, core, code_hash)
    message = EnrolDevice(
        code_hash=code_hash,
        public_key=key.hex(),
        nonce=core.randomness.take(chain.NONCE_BYTES).hex(),
        app=asked.app,
    )
    [outcome] = await said(core, site, DESK, message)
    if outcome.grant is None:
        raise ConflictError(
            f"The code was not accepted ({outcome.code}); {outcome.then or outcome.expected}.",
            code="enrolment.refused",
            title="This code is not good any more",
        )
    return json_answer(EnrolAnswer(**outcome.grant, server_time=core.clock.now()))


def inviting_site(core: Core, code_hash: str) -> int:
    """The site that gave out a code."""
    with core.database.reading() as connection:
        sites = connection.scalars(sa.select(LANE.c.site)).all()
        wanted = [(site, code_hash) for site in sites]
        found = select_records(connection, Device, ("site", "enrolment"), wanted)
    if not found:
        raise NotFoundError(
            "Nobody gave out this code; ask for a new one.",
            code="enrolment.unknown_code",
            title="There is no such code",
        )
    return found[0].site
