"""Who may call: sessions and keys, roles, and rights that are taken away."""

from collections.abc import Iterator
from typing import Any

import pytest
from litestar import Litestar, get
from litestar.datastructures import State
from litestar.di import Provide
from litestar.testing import TestClient

from server.api.guards import provide_principal, require_merchant, require_staff
from server.api.handles import PrincipalHere
from server.api.problem import ON_ERROR
from server.core import Core
from server.db.bulk import select_records
from server.identity.messages import DisablePerson, PutApiKey, RevokeApiKey
from server.identity.records import Person
from server.identity.secrets import hash_code
from server.lane.activity import NETWORK
from tests.api.device.callers import problem
from tests.api.warehouse import HOUR_MS, Warehouse


@get("/staff", guards=[require_staff], sync_to_thread=False)
def staff(principal: PrincipalHere) -> str:
    """Answer who calls."""
    return principal.actor


@get("/merchant", guards=[require_merchant], sync_to_thread=False)
def merchant(principal: PrincipalHere) -> str:
    """Answer whose goods are seen."""
    return str(principal.owner)


@pytest.fixture(name="guarded")
def make_guarded(core: Core) -> Iterator[TestClient[Litestar]]:
    """Give a client of an application with two audiences."""
    app = Litestar(
        [staff, merchant],
        dependencies={"principal": Provide(provide_principal, sync_to_thread=False)},
        exception_handlers=ON_ERROR,
        state=State({"core": core}),
        logging_config=None,
    )
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def call(client: TestClient[Any], path: str, token: str) -> Any:  # noqa: ANN401 - an answer
    """Call with a token."""
    return client.get(path, headers={"Authorization": f"Bearer {token}"})


def session_of(warehouse: Warehouse, role: str) -> str:
    """A session of one of the staff."""
    core, number = warehouse.core, warehouse.people[role]
    with core.database.reading() as connection:
        [person] = select_records(connection, Person, Person.KEY, [(NETWORK, number)])
    return core.sessions.issue(person, HOUR_MS)[0]


def test_session_of_the_right_role_passes(warehouse: Warehouse, guarded: TestClient[Any]) -> None:
    answer = call(guarded, "/staff", session_of(warehouse, "supervisor"))

    assert answer.text == f"person/{warehouse.people['supervisor']}"


@pytest.mark.parametrize("value", ["", "Basic abc", "Bearer", "Bearer nobody", "Bearer a.b"])
def test_who_is_nobody_is_asked_to_sign_in(
    warehouse: Warehouse, guarded: TestClient[Any], value: str
) -> None:
    assert warehouse.people
    headers = {"Authorization": value} if value else {}

    answer = guarded.get("/staff", headers=headers)

    assert problem(answer) == (401, "unauthorized")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_wrong_audience_is_forbidden(warehouse: Warehouse, guarded: TestClient[Any]) -> None:
    token = session_of(warehouse, "operator")

    assert problem(call(guarded, "/staff", token)) == (403, "forbidden")
    assert problem(call(guarded, "/merchant", token)) == (403, "forbidden")


def test_key_is_bound_to_its_owner_until_it_is_revoked(
    warehouse: Warehouse, guarded: TestClient[Any]
) -> None:
    message = PutApiKey(hash=hash_code("a-key"), name="shop", role="merchant", owner=17)
    [made] = warehouse.tell(NETWORK, message)

    assert call(guarded, "/merchant", "a-key").text == "17"
    assert problem(call(guarded, "/staff", "a-key")) == (403, "forbidden")

    warehouse.tell(NETWORK, RevokeApiKey(key=made["grant"]["id"]))
    assert problem(call(guarded, "/merchant", "a-key")) == (401, "unauthorized")


def test_session_ends_with_the_job(warehouse: Warehouse, guarded: TestClient[Any]) -> None:
    token = session_of(warehouse, "supervisor")

    warehouse.tell(NETWORK, DisablePerson(person=warehouse.people["supervisor"]))

    assert problem(call(guarded, "/staff", token)) == (401, "unauthorized")
