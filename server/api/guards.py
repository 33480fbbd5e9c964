"""Who may call: one audience, one principal, one guard.

People come with a session, integrators with an API key, both as `Authorization: Bearer`; devices
sign their calls (`api/device/callers.py`). What a session or key allows is looked up at every call,
so that a change of rights holds at once.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Literal

import msgspec
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from server.core import Core
from server.db.bulk import select_records
from server.errors import ForbiddenError, UnauthorizedError
from server.identity.records import ApiKey, Person
from server.identity.secrets import hash_code
from server.identity.sessions import check_person
from server.lane.activity import NETWORK

AnyConnection = ASGIConnection[Any, Any, Any, Any]
Guard = Callable[[AnyConnection, BaseRouteHandler], Awaitable[None]]

COOKIE = "totebook_session"
"""Carries the session of a page; scripts can't read it."""
PAGE_HEADER = "X-Totebook-Page"
"""Other sites can't make a browser send it: with it a cookie counts for what changes something."""

_SCHEME = "Bearer "
_HARMLESS = frozenset({"GET", "HEAD"})


class Principal(msgspec.Struct, frozen=True):
    """Who calls: a person with a session, or an API key."""

    kind: Literal["person", "key"]
    id: int
    role: str
    owner: int | None = None
    """The merchant whose goods alone may be seen; None for staff."""
    home: int = 0
    device: int | None = None
    """The device on which the person is signed in."""

    @property
    def actor(self) -> str:
        """How operations name them: by pseudonymous id."""
        return f"{self.kind}/{self.id}"


def core_of(connection: AnyConnection) -> Core:
    """The core that is served."""
    core: Core = connection.app.state.core
    return core


def bearer(connection: AnyConnection) -> str:
    """The session or key that a call carries: said by the caller, or by the cookie of a page."""
    value = connection.headers.get("Authorization", "")
    cookie = "" if value else connection.cookies.get(COOKIE, "")
    if cookie:
        is_harmless = getattr(connection, "method", "") in _HARMLESS
        if not is_harmless and PAGE_HEADER not in connection.headers:
            raise UnauthorizedError(f"A page says {PAGE_HEADER} where it changes something.")
        return cookie
    if not value.startswith(_SCHEME):
        raise UnauthorizedError("Send a session or an API key as `Authorization: Bearer …`.")
    return value.removeprefix(_SCHEME).strip()


def principal_for(core: Core, token: str) -> Principal:
    """Whose session or key this is, as of now; UnauthorizedError if nobody's."""
    # Sessions are two parts joined by a point; keys have none.
    if "." not in token:
        return _principal_of_key(core, token)
    claims = core.sessions.read(token)
    with core.database.asking() as connection:
        found = select_records(connection, Person, Person.KEY, [(NETWORK, claims.person)])
    person = check_person(claims, found[0] if found else None)
    return Principal(
        "person", person.id, person.role, person.owner, person.home, device=claims.device
    )


def _principal_of_key(core: Core, token: str) -> Principal:
    with core.database.asking() as connection:
        wanted = [(NETWORK, hash_code(token))]
        found = select_records(connection, ApiKey, ("site", "hash"), wanted)
    if not found or found[0].state != "active":
        raise UnauthorizedError("This API key is not valid.")
    key = found[0]
    return Principal("key", key.id, key.role, key.owner)


def require(*roles: str) -> Guard:
    """A guard that lets pass who has one of these roles, and remembers them as principal."""

    async def guard(connection: AnyConnection, _handler: BaseRouteHandler) -> None:
        token = bearer(connection)
        principal = await asyncio.to_thread(principal_for, core_of(connection), token)
        if principal.role not in roles:
            raise ForbiddenError(
                f"This is for {' or '.join(roles)}; you are signed in as {principal.role}."
            )
        connection.state.principal = principal

    return guard


require_staff = require("supervisor", "admin")
require_admin = require("admin")
require_merchant = require("merchant")


def provide_principal(request: Request[Any, Any, Any]) -> Principal:
    """The principal that the guard let pass, for handlers that name a `principal`."""
    principal: Principal = request.state.principal
    return principal
