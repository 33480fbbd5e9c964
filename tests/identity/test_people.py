"""People, their grants on devices, and API keys."""

from typing import Any

import pytest

from server.identity.messages import (
    DisablePerson,
    IssueGrant,
    PutApiKey,
    PutPerson,
    RevokeApiKey,
    WithdrawGrants,
)
from server.identity.records import ApiKey, Device, Grant, Person
from server.identity.secrets import hash_code
from server.lane.activity import NETWORK
from server.lane.message import Message
from server.tasks.devices import SetDeviceState
from tests.desk import Desk
from tests.floor import SITE

DEVICE = 1_000_001
HOUR_MS = 3_600_000
ANNA = PutPerson(code="STAFF-1", role="operator", secret="hash", home=SITE)  # noqa: S106 - no secret


def put(desk: Desk, message: PutPerson = ANNA) -> int:
    """Put a person and answer the id."""
    number: int = desk.ask(NETWORK, message)["grant"]["id"]
    return number


def grant(desk: Desk, person: int, device: int = DEVICE) -> dict[str, Any]:
    """Issue a grant for an hour; answer the outcome."""
    until = desk.floor.now + HOUR_MS
    return desk.ask(SITE, IssueGrant(device=device, person=person, until=until))


def test_person_is_made_once() -> None:
    desk = Desk()

    number = put(desk)

    assert desk.ask(NETWORK, ANNA)["grant"] == {"id": number, "unchanged": True}
    assert desk.all(Person) == [Person(NETWORK, number, "STAFF-1", "operator", "hash", SITE)]


def test_change_of_rights_or_secret_ends_sessions() -> None:
    desk = Desk()
    put(desk)
    desk.floor.now += 1

    desk.ask(NETWORK, PutPerson(code="STAFF-1", role="supervisor", home=SITE))

    (person,) = desk.all(Person)
    assert (person.role, person.secret) == ("supervisor", "hash")
    assert person.sessions_from == desk.floor.now


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (PutPerson(code="", role="operator", secret="h"), "bad_code"),  # noqa: S106 - no secret
        (PutPerson(code="S", role="king", secret="h"), "bad_role"),  # noqa: S106 - no secret
        (PutPerson(code="S", role="operator", secret="h", home=-1), "bad_home"),  # noqa: S106 - see above
        (PutPerson(code="S", role="operator", secret="h", owner=7), "bad_owner"),  # noqa: S106 - see above
        (PutPerson(code="S", role="merchant", secret="h"), "bad_owner"),  # noqa: S106 - no secret
        (PutPerson(code="S", role="operator"), "bad_secret"),
        (DisablePerson(person=7), "unknown_person"),
        (PutApiKey(hash="", name="n", role="admin"), "bad_hash"),
        (PutApiKey(hash="h", name="\x00", role="admin"), "bad_name"),
        (PutApiKey(hash="h", name="n", role="operator"), "bad_role"),
        (PutApiKey(hash="h", name="n", role="merchant"), "bad_owner"),
        (RevokeApiKey(key=7), "unknown_key"),
    ],
)
def test_what_can_not_be_so_is_refused(message: Message, code: str) -> None:
    desk = Desk()

    assert desk.code(NETWORK, message) == code
    assert desk.all(Person) == desk.all(ApiKey) == []


def test_disabling_ends_sessions_and_has_grants_withdrawn_where_they_may_be() -> None:
    desk = Desk()
    person = put(desk)

    first = desk.ask(NETWORK, DisablePerson(actor="admin", person=person, sites=(2, SITE)))
    again = desk.ask(NETWORK, DisablePerson(person=person))

    assert first["grant"] == {"id": person}
    assert again["grant"] == {"id": person, "unchanged": True}
    assert desk.all(Person)[0].state == "disabled"
    assert desk.all(Person)[0].sessions_from == desk.floor.now
    message = {"kind": "withdraw_grants", "actor": "admin", "person": person, "at": desk.floor.now}
    assert desk.sent(NETWORK, SITE) == desk.sent(NETWORK, 2) == [message]


def test_person_without_a_home_is_disabled_too() -> None:
    desk = Desk()
    person = put(desk, PutPerson(code="ADMIN", role="admin", secret="hash"))  # noqa: S106 - no secret

    assert desk.ask(NETWORK, DisablePerson(person=person))["outcome"] == "applied"
    assert desk.sent(NETWORK, NETWORK) == []


def test_disabled_person_stays_so_when_put_again() -> None:
    desk = Desk()
    person = put(desk)
    desk.ask(NETWORK, DisablePerson(person=person))

    assert desk.ask(NETWORK, ANNA)["grant"]["unchanged"]
    assert desk.all(Person)[0].state == "disabled"


def test_grant_lets_a_person_act_on_a_device() -> None:
    desk = Desk()
    person = put(desk)

    outcome = grant(desk, person)

    until = desk.floor.now + HOUR_MS
    number = outcome["grant"]["grant"]
    assert outcome["grant"] == {"grant": number, "until": until}
    assert desk.all(Grant) == [Grant(SITE, number, DEVICE, person, desk.floor.now, until)]
    assert next(each.person for each in desk.all(Device) if each.id == DEVICE) == person


def test_grant_is_refused_to_whom_it_is_not_due() -> None:
    desk = Desk()
    person = put(desk)
    gone = put(desk, PutPerson(code="S2", role="operator", secret="hash"))  # noqa: S106 - no secret
    desk.ask(NETWORK, DisablePerson(person=gone))
    desk.tell(
        SITE,
        SetDeviceState(device=DEVICE + 1, state="suspended"),
        SetDeviceState(device=DEVICE + 2, state="revoked"),
    )

    assert grant(desk, 99)["code"] == "unknown_person"
    assert grant(desk, gone)["code"] == "unknown_person"
    assert grant(desk, person, device=99)["code"] == "unknown_device"
    assert grant(desk, person, device=DEVICE + 1)["code"] == "not_active"
    assert grant(desk, person, device=DEVICE + 2)["code"] == "revoked"
    ended = IssueGrant(device=DEVICE, person=person, until=desk.floor.now)
    assert desk.code(SITE, ended) == "bad_until"
    assert desk.all(Grant) == []


def test_grants_of_a_person_are_withdrawn_everywhere_or_on_one_device() -> None:
    desk = Desk()
    anna, ben = put(desk), put(desk, PutPerson(code="S2", role="operator", secret="hash"))  # noqa: S106 - no secret
    for person, device in ((anna, DEVICE), (anna, DEVICE + 1), (ben, DEVICE)):
        grant(desk, person, device)
    at = desk.floor.now + 5

    signed_out = desk.ask(SITE, WithdrawGrants(person=anna, at=at, device=DEVICE))
    dismissed = desk.ask(SITE, WithdrawGrants(person=anna, at=at + 1))
    again = desk.ask(SITE, WithdrawGrants(person=anna, at=at + 2))

    withdrawn = [outcome["grant"]["withdrawn"] for outcome in (signed_out, dismissed, again)]
    assert withdrawn == [1, 1, 0]
    assert [each.withdrawn_at for each in desk.all(Grant)] == [at, at + 1, None]


def test_ended_grants_are_left_alone() -> None:
    desk = Desk()
    person = put(desk)
    until = grant(desk, person)["grant"]["until"]

    assert desk.ask(SITE, WithdrawGrants(person=person, at=until + 1))["grant"]["withdrawn"] == 0


def test_key_is_made_once_and_revoked_for_good() -> None:
    desk = Desk()
    message = PutApiKey(hash=hash_code("secret"), name="shop", role="merchant", owner=1_000_001)

    number = desk.ask(NETWORK, message)["grant"]["id"]
    revoked = desk.ask(NETWORK, RevokeApiKey(key=number))

    assert revoked["grant"] == {"id": number}
    assert desk.ask(NETWORK, RevokeApiKey(key=number))["grant"]["unchanged"]
    assert desk.ask(NETWORK, message)["grant"] == {"id": number, "unchanged": True}
    (key,) = desk.all(ApiKey)
    assert (key.state, key.owner, key.role) == ("revoked", 1_000_001, "merchant")
