"""Signing in from a page: the session is a cookie that no script can read.

A call that changes something must also say `X-Totebook-Page`: other sites can't make a browser send
that, so their forms and pictures change nothing here.
"""

import asyncio
from typing import Annotated

import msgspec
from litestar import Response, delete, get, post
from litestar.datastructures import Cookie, State
from litestar.params import Body

from server.api.examples import examples_of
from server.api.guards import COOKIE, bearer, principal_for
from server.api.handles import CoreHere
from server.api.limits import AnyRequest
from server.api.ops.people import HOUR_MS, SignIn, signed_in
from server.core import Core
from server.db.bulk import select_records
from server.errors import UnauthorizedError
from server.identity.records import Person
from server.lane.activity import NETWORK
from server.reports import masters


class Signed(msgspec.Struct, frozen=True):
    """Who signed in, and what they see."""

    person: int
    code: str
    role: str
    owner: str | None
    expires_ms: int


@post(
    "/app/session",
    status_code=200,
    summary="Sign in from a page",
    description="The session comes as a cookie that scripts can't read.",
    security=[{}],
    tags=["ops"],
)
async def open_session(
    request: AnyRequest,
    core: CoreHere,
    state: State,
    data: Annotated[SignIn, Body(examples=[*examples_of(SignIn, person="anna")])],
) -> Response[Signed]:
    """Sign in with a person's code and password."""
    person, owner = await asyncio.to_thread(signed_in, core, state.lockout, data)
    lasting_ms = core.settings.session_hours * HOUR_MS
    token, claims = core.sessions.issue(person, lasting_ms)
    told = Signed(person.id, person.code, person.role, owner, claims.expires)
    return Response(told, cookies=[_cookie(request, token, lasting_ms // 1_000)])


@delete(
    "/app/session", status_code=204, summary="Sign out from a page", security=[{}], tags=["ops"]
)
async def close_session(request: AnyRequest) -> Response[None]:
    """Take the cookie away."""
    return Response(None, cookies=[_cookie(request, "", 0)])


@get("/app/session", summary="Who is signed in on this page", security=[{}], tags=["ops"])
async def read_session(request: AnyRequest, core: CoreHere) -> Signed:
    """Tell whose session the cookie carries; 401 if nobody's."""
    return await asyncio.to_thread(_whose, core, bearer(request))


def _whose(core: Core, token: str) -> Signed:
    principal = principal_for(core, token)
    if principal.kind != "person":
        raise UnauthorizedError("An API key signs nobody in.")
    with core.database.reading() as connection:
        person = select_records(connection, Person, Person.KEY, [(NETWORK, principal.id)])[0]
        owners = {row.owner: row.code for row in masters.merchants(connection)}
    owner = owners.get(person.owner) if person.owner is not None else None
    return Signed(person.id, person.code, person.role, owner, core.sessions.read(token).expires)


def _cookie(request: AnyRequest, token: str, seconds: int) -> Cookie:
    return Cookie(
        key=COOKIE,
        value=token,
        max_age=seconds,
        path="/",
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
