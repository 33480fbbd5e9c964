"""People and API keys: signing in at a desk, putting and disabling people, giving out keys."""

import asyncio
from typing import Annotated, Literal

import msgspec
from litestar import delete, get, post, put
from litestar.datastructures import State
from litestar.params import Body

from server.api.answers import said
from server.api.desk import Done, ask, done, found, owner_of
from server.api.examples import examples_of, shown
from server.api.guards import require_admin
from server.api.handles import CoreHere, PrincipalHere
from server.api.limits import Lockout
from server.api.parameters import After, Code, Id, Limit, Text
from server.clock import to_rfc3339
from server.core import Core
from server.db.bulk import select_records
from server.errors import ForbiddenError, UnauthorizedError
from server.identity.messages import DisablePerson, PutApiKey, PutPerson, RevokeApiKey
from server.identity.records import Person
from server.identity.secrets import check_secret, hash_code, hash_secret
from server.ids import random_token
from server.lane.activity import DESK, NETWORK
from server.reports import masters
from server.reports.masters import KeyRow, PersonRow
from server.reports.reading import LIMIT, Page

DESK_ROLES = ("supervisor", "admin", "merchant")
HOUR_MS = 3_600_000
PASSWORD_CHARACTERS_MIN = 4


class SignIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who signs in at a desk."""

    person: Text
    """Their code."""
    password: Annotated[str, msgspec.Meta(max_length=200)]


class Session(msgspec.Struct, frozen=True):
    """A session: send its token as `Authorization: Bearer …`."""

    token: str
    person: int
    role: str
    owner: str | None
    """The merchant whose goods they see; None for staff."""
    expires: str


class PersonBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a person should be; without a password the old one stays."""

    code: Code
    role: Literal["operator", "courier", "supervisor", "admin", "merchant"]
    password: (
        Annotated[str, msgspec.Meta(min_length=PASSWORD_CHARACTERS_MIN, max_length=200)] | None
    ) = None
    home: Annotated[int, msgspec.Meta(ge=0, le=99_999)] = 0
    """Home site; 0 is none."""
    owner: Code | None = None
    """Code of the merchant whose goods a merchant's person sees."""


class KeyBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an API key is for."""

    name: Code
    role: Literal["admin", "supervisor", "integrator", "merchant"]
    owner: Code | None = None
    """Code of the merchant whose goods a merchant's key sees."""


class KeyMade(msgspec.Struct, frozen=True):
    """A new API key; it is shown this once."""

    key: int
    token: str


@post(
    "/sign_in",
    summary="Sign in at a desk",
    status_code=200,
    security=[{}],
    responses=shown(Session, "A session."),
)
async def sign_in(
    core: CoreHere,
    state: State,
    data: Annotated[SignIn, Body(examples=[*examples_of(SignIn, person="anna")])],
) -> Session:
    """Sign in with a person's code and password; five wrong ones lock for a quarter of an hour."""
    person, owner = await asyncio.to_thread(signed_in, core, state.lockout, data)
    token, claims = core.sessions.issue(person, core.settings.session_hours * HOUR_MS)
    return Session(token, person.id, person.role, owner, to_rfc3339(claims.expires))


def signed_in(core: Core, lockout: Lockout, asked: SignIn) -> tuple[Person, str | None]:
    """The person whose password was typed, and the code of their merchant."""
    name = f"desk:{asked.person}"
    lockout.check(name)
    with core.database.reading() as connection:
        rows = select_records(connection, Person, ("site", "code"), [(NETWORK, asked.person)])
        owners = {row.owner: row.code for row in masters.merchants(connection)}
    person = rows[0] if rows else None
    if not check_secret(person.secret if person else "", asked.password) or person is None:
        lockout.wrong(name)
        raise UnauthorizedError(
            "Code and password do not belong together.",
            code="sign_in.wrong",
            title="Nobody signs in like this",
        )
    lockout.right(name)
    if person.state != "active":
        raise ForbiddenError("This person does not work here any more.")
    if person.role not in DESK_ROLES:
        raise ForbiddenError(f"A {person.role} signs in on a device.")
    return person, owners.get(person.owner) if person.owner is not None else None


@get("/people", summary="People", sync_to_thread=True, responses=shown(Page[PersonRow]))
def list_people(core: CoreHere, after: After = None, limit: Limit = LIMIT) -> Page[PersonRow]:
    """List staff and merchants' people by id; never their secrets."""
    with core.database.reading() as connection:
        return masters.people(connection, after=after, limit=limit)


@put(
    "/people",
    summary="Put a person",
    guards=[require_admin],
    responses=shown(Done, "Their id is in `grant`."),
)
async def put_person(
    core: CoreHere,
    principal: PrincipalHere,
    data: Annotated[PersonBody, Body(examples=[*examples_of(PersonBody, code="anna", owner=None)])],
) -> Done:
    """Make or change a person by code; a change of rights ends their sessions."""
    secret, owner = await asyncio.to_thread(prepared, core, data)
    message = PutPerson(
        actor=principal.actor,
        code=data.code,
        role=data.role,
        secret=secret,
        home=data.home,
        owner=owner,
    )
    return await ask(core, NETWORK, message)


def prepared(core: Core, data: PersonBody) -> tuple[str, int | None]:
    """The hash of a password, and the id of a merchant."""
    with core.database.reading() as connection:
        owner = owner_of(connection, data.owner)
    secret = hash_secret(data.password, core.randomness) if data.password else ""
    return secret, owner


@post(
    "/people/{person:int}/disable",
    summary="Disable a person",
    status_code=200,
    guards=[require_admin],
    responses=shown(Done),
)
async def disable_person(core: CoreHere, principal: PrincipalHere, person: Id) -> Done:
    """End a person's sessions and grants at every site; what they do offline is flagged."""

    def sites_of() -> tuple[int, ...]:
        with core.database.reading() as connection:
            rows = masters.people(connection, number=person).rows
            found(rows[0] if rows else None, "person")
            return tuple(row.site for row in masters.sites(connection))

    sites = await asyncio.to_thread(sites_of)
    message = DisablePerson(actor=principal.actor, person=person, sites=sites)
    return await ask(core, NETWORK, message)


@get("/keys", summary="API keys", sync_to_thread=True, responses=shown(list[KeyRow]))
def list_keys(core: CoreHere) -> list[KeyRow]:
    """List API keys; never the keys themselves."""
    with core.database.reading() as connection:
        return masters.api_keys(connection)


@post(
    "/keys",
    summary="Make an API key",
    guards=[require_admin],
    responses=shown(KeyMade, "The key, this once.", 201),
)
async def make_key(
    core: CoreHere,
    principal: PrincipalHere,
    data: Annotated[KeyBody, Body(examples=[*examples_of(KeyBody, name="shop", role="merchant")])],
) -> KeyMade:
    """Make a key for an integrator or a script; only its hash is kept."""

    def owner() -> int | None:
        with core.database.reading() as connection:
            return owner_of(connection, data.owner)

    token = random_token(core.randomness)
    message = PutApiKey(
        actor=principal.actor,
        hash=hash_code(token),
        name=data.name,
        role=data.role,
        owner=await asyncio.to_thread(owner),
    )
    [outcome] = await said(core, NETWORK, DESK, message)
    grant = done(outcome).grant or {}
    return KeyMade(int(str(grant["id"])), token)


@delete(
    "/keys/{key:int}",
    summary="Revoke an API key",
    status_code=200,
    guards=[require_admin],
    responses=shown(Done),
)
async def revoke_key(core: CoreHere, principal: PrincipalHere, key: Id) -> Done:
    """Make a key good for nothing from now on."""
    return await ask(core, NETWORK, RevokeApiKey(actor=principal.actor, key=key))


PEOPLE_HANDLERS = (list_people, put_person, disable_person, list_keys, make_key, revoke_key)
