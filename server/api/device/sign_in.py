"""Sign in: a person gets a session for pulling and a grant to act on this device, also offline."""

import asyncio

from litestar import Response, post
from litestar.datastructures import State
from litestar.openapi.spec import Example

from device_protocol.messages import SignInAnswer, SignInRequest
from server.api.answers import said
from server.api.device.callers import Call, json_answer, must_be_active, read_call
from server.api.handles import CoreHere
from server.api.limits import AnyRequest, Lockout
from server.api.schema import body_of
from server.db.bulk import select_records
from server.errors import ForbiddenError, UnauthorizedError
from server.identity.messages import IssueGrant
from server.identity.records import Device, Person
from server.identity.secrets import check_secret
from server.lane.activity import DESK, NETWORK

FLOOR_ROLES = ("operator", "courier", "supervisor", "admin")
HOUR_MS = 3_600_000
EXAMPLE = Example(summary="By PIN", value={"device": 1_000_001, "person": "P-017", "pin": "4711"})


@post(
    "/sign_in",
    summary="Sign a person in",
    status_code=200,
    operation_class=body_of(SignInRequest, SignInAnswer, EXAMPLE),
)
async def sign_in(request: AnyRequest, core: CoreHere, state: State) -> Response[bytes]:
    """Answer a session, and the grant that operations name as their actor."""
    call = await read_call(request, core)
    device, person = await asyncio.to_thread(checked_person, call, state.lockout)
    lifetime_ms = core.settings.session_hours * HOUR_MS
    token, claims = core.sessions.issue(person, lifetime_ms, device.id)
    message = IssueGrant(
        actor=f"person/{person.id}", device=device.id, person=person.id, until=claims.expires
    )
    [outcome] = await said(core, device.site, DESK, message)
    if outcome.grant is None:
        raise ForbiddenError(f"The device takes nobody now ({outcome.code}); {outcome.then}.")
    return json_answer(SignInAnswer(token, person.id, str(outcome.grant["grant"]), claims.expires))


def checked_person(call: Call, lockout: Lockout) -> tuple[Device, Person]:
    """The device, and the person whose PIN was typed; guesses are counted per device and code."""
    device = call.device()
    must_be_active(device)
    asked = call.decoded(SignInRequest, device)
    name = f"{device.id}:{asked.person}"
    lockout.check(name)
    with call.core.database.reading() as connection:
        wanted = [(NETWORK, asked.person)]
        found = select_records(connection, Person, ("site", "code"), wanted)
    person = found[0] if found else None
    if not check_secret(person.secret if person else "", asked.pin) or person is None:
        lockout.wrong(name)
        raise UnauthorizedError(
            "Code and PIN do not belong together.",
            code="sign_in.wrong",
            title="Nobody signs in like this",
        )
    lockout.right(name)
    if person.state != "active":
        raise ForbiddenError("This person does not work here any more.")
    if person.role not in FLOOR_ROLES:
        raise ForbiddenError(f"A {person.role} does not sign in on a device.")
    return device, person
