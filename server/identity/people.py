"""People and API keys as desks and imports put them."""

from msgspec.structs import replace

from server.identity.devices import live_device
from server.identity.messages import (
    DisablePerson,
    IssueGrant,
    PutApiKey,
    PutPerson,
    RevokeApiKey,
    WithdrawGrants,
)
from server.identity.records import ApiKey, Device, Grant, Person
from server.lane.activity import NETWORK, Activity, Context
from server.lane.masters import among, code_fits, put_record, text_fits, within
from server.lane.picture import Picture
from server.lane.want import Look, Want

ROLES = ("operator", "courier", "supervisor", "admin", "merchant")
KEY_ROLES = ("admin", "supervisor", "integrator", "merchant")
HOME_MAX = 99_999


def find_person(look: Look, code: str) -> Person | None:
    """The person who signs in with this code, if there is one."""
    found = look.listing(Person, "by_code", (NETWORK, code))
    return found[0] if found else None


def person_needs(operation: PutPerson, want: Want, _context: Context) -> None:
    """The person."""
    find_person(want, operation.code)


def put_person(operation: PutPerson, picture: Picture, context: Context) -> None:
    """Make or change a person; sessions that were begun under other rights or secrets are void."""
    if not (
        code_fits(context, "code", operation.code)
        and among(context, "role", operation.role, ROLES)
        and within(context, "home", operation.home, 0, HOME_MAX)
        and _owner_fits(context, operation.role, operation.owner)
    ):
        return
    before = find_person(picture, operation.code)
    secret = operation.secret or (before.secret if before else "")
    if not secret:
        context.refuse("bad_secret", "a PIN or password for a new person")
        return
    number = before.id if before else context.new_id()
    person = Person(
        site=NETWORK,
        id=number,
        code=operation.code,
        role=operation.role,
        secret=secret,
        home=operation.home,
        owner=operation.owner,
        state=before.state if before else "active",
        sessions_from=before.sessions_from if before else 0,
    )
    if before is not None and person != before:
        person = replace(person, sessions_from=context.now)
    put_record(context, before, person, id=number)


def _owner_fits(context: Context, role: str, owner: int | None) -> bool:
    """Whether a merchant's person or key, and nobody else's, is bound to one owner."""
    if (role == "merchant") == (owner is not None):
        return True
    expected = "an owner" if role == "merchant" else "no owner"
    context.refuse("bad_owner", f"{expected} for role {role}", "none" if owner is None else owner)
    return False


def disable_needs(operation: DisablePerson, want: Want, context: Context) -> None:
    """The person, and the way to the sites where they may hold grants."""
    person = want.row(Person, (NETWORK, operation.person))
    for site in _sites(operation, person):
        context.want_outbox(want, site)


def disable_person(operation: DisablePerson, picture: Picture, context: Context) -> None:
    """End the person's sessions, and have their grants withdrawn."""
    person = picture.get(Person, (NETWORK, operation.person))
    if person is None:
        context.refuse("unknown_person", actual=operation.person)
        return
    if person.state == "disabled":
        context.grant = {"id": person.id, "unchanged": True}
        return
    picture.put(replace(person, state="disabled", sessions_from=context.now))
    for site in _sites(operation, person):
        withdrawal = WithdrawGrants(actor=operation.actor, person=person.id, at=context.now)
        context.send(site, withdrawal)
    context.grant = {"id": person.id}


def _sites(operation: DisablePerson, person: Person | None) -> list[int]:
    home = {person.home} if person is not None else set()
    return sorted((home | set(operation.sites)) - {NETWORK})


def grant_needs(operation: IssueGrant, want: Want, context: Context) -> None:
    """The device and the person."""
    want.row(Device, (context.site, operation.device))
    want.row(Person, (NETWORK, operation.person))


def issue_grant(operation: IssueGrant, picture: Picture, context: Context) -> None:
    """Let a person act on a device, also offline, until the shift ends."""
    device = live_device(picture, context, operation.device)
    if device is None:
        return
    person = picture.get(Person, (NETWORK, operation.person))
    if device.state != "active":
        context.refuse("not_active", "active", device.state, "a supervisor activates the device")
    elif person is None or person.state != "active":
        context.refuse("unknown_person", "an active person", operation.person)
    elif operation.until <= context.now:
        context.refuse("bad_until", f"after {context.now}", operation.until)
    else:
        grant = Grant(
            site=context.site,
            id=context.new_id(),
            device=device.id,
            person=person.id,
            given_at=context.now,
            until=operation.until,
        )
        picture.add(grant)
        picture.put(replace(device, person=person.id))
        context.grant = {"grant": grant.id, "until": grant.until}


def withdraw_needs(operation: WithdrawGrants, want: Want, context: Context) -> None:
    """The person's grants that had not ended."""
    want.listing(Grant, "by_person", (context.site, operation.person), operation.at)


def withdraw_grants(operation: WithdrawGrants, picture: Picture, context: Context) -> None:
    """Withdraw them; facts from before stay unquestioned."""
    live = picture.listing(Grant, "by_person", (context.site, operation.person), operation.at)
    withdrawn = [
        grant
        for grant in live
        if grant.withdrawn_at is None and operation.device in (None, grant.device)
    ]
    for grant in withdrawn:
        picture.put(replace(grant, withdrawn_at=operation.at))
    context.grant = {"withdrawn": len(withdrawn)}


def key_needs(operation: PutApiKey, want: Want, _context: Context) -> None:
    """The key."""
    want.listing(ApiKey, "by_hash", (NETWORK, operation.hash))


def put_key(operation: PutApiKey, picture: Picture, context: Context) -> None:
    """Make or change a key."""
    if not (
        code_fits(context, "hash", operation.hash)
        and text_fits(context, "name", operation.name)
        and among(context, "role", operation.role, KEY_ROLES)
        and _owner_fits(context, operation.role, operation.owner)
    ):
        return
    found = picture.listing(ApiKey, "by_hash", (NETWORK, operation.hash))
    before = found[0] if found else None
    number = before.id if before else context.new_id()
    key = ApiKey(
        site=NETWORK,
        id=number,
        hash=operation.hash,
        name=operation.name,
        role=operation.role,
        owner=operation.owner,
        state=before.state if before else "active",
    )
    put_record(context, before, key, id=number)


def revoke_needs(operation: RevokeApiKey, want: Want, _context: Context) -> None:
    """The key."""
    want.row(ApiKey, (NETWORK, operation.key))


def revoke_key(operation: RevokeApiKey, picture: Picture, context: Context) -> None:
    """Make the key good for nothing."""
    key = picture.get(ApiKey, (NETWORK, operation.key))
    if key is None:
        context.refuse("unknown_key", actual=operation.key)
        return
    put_record(context, key, replace(key, state="revoked"), id=key.id)


PUT_PERSON = Activity(PutPerson, person_needs, put_person)
DISABLE_PERSON = Activity(DisablePerson, disable_needs, disable_person)
ISSUE_GRANT = Activity(IssueGrant, grant_needs, issue_grant)
WITHDRAW_GRANTS = Activity(WithdrawGrants, withdraw_needs, withdraw_grants)
PUT_API_KEY = Activity(PutApiKey, key_needs, put_key)
REVOKE_API_KEY = Activity(RevokeApiKey, revoke_needs, revoke_key)
ACTIVITIES = (
    PUT_PERSON,
    DISABLE_PERSON,
    ISSUE_GRANT,
    WITHDRAW_GRANTS,
    PUT_API_KEY,
    REVOKE_API_KEY,
)
