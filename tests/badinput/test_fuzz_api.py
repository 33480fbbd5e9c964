"""Every address of desks with random content: no fault of ours, and every error is a problem."""

import json
import os
from random import Random
from typing import Any

import pytest
from litestar.testing import TestClient

from server.core import Core
from server.identity.messages import PutApiKey
from server.identity.secrets import hash_code
from server.lane.activity import NETWORK
from tests.api.test_audiences import Address, addresses
from tests.api.warehouse import Warehouse
from tests.badinput.books import book_is_clean
from tests.badinput.calling import Call, answers
from tests.badinput.wild import ID, Draw, Schema, between, drawn, members, one_of, values

ACME = ID
CASES = 50
"""Of each address, on one book."""
ROUNDS = max(1, int(os.environ.get("TOTEBOOK_TEST_CALLS", CASES)) // CASES)
"""Each begins with an empty book and draws other cases: `make soak` takes a hundred."""
FIRST = int(os.environ.get("TOTEBOOK_TEST_FIRST", "0"))
REACHED_MIN = 40
"""Of so many addresses at least one example gets through to what they are for."""
OTHERS = frozenset((405, 413, 415, 429))
"""Statuses that every address may have and that the document doesn't name for each."""


def place(name: str, told: Draw) -> Draw:
    """What stands in the address: mostly something that may be there."""
    there = {"site": drawn([1]), "sscc": drawn(["340063810000000017"]), "kind": drawn(["items"])}
    known = there.get(name, between(ID, ID + 19))
    return one_of(known, known, known, told)


def cases(address: Address, parts: dict[str, Schema], source: Random) -> list[Call]:
    """Calls of an address, mostly of a shape that is understood."""
    content = address.told.get("requestBody", {}).get("content", {})
    body = values(content["application/json"]["schema"], parts) if content else None
    asked: dict[str, dict[str, Draw]] = {"query": {}, "path": {}}
    for each in address.told.get("parameters", []):
        asked[each["in"]][each["name"]] = values(each["schema"], parts)
    places = members({name: place(name, told) for name, told in asked["path"].items()}, {})
    params = members({}, asked["query"])
    found: dict[tuple[str, str, bytes], Call] = {}
    for _ in range(CASES):
        sent = json.dumps(body(source)).encode() if body else b"owner,sku\nACME,A1\n"
        told = {name: value for name, value in params(source).items() if value is not None}
        call = Call(address.method, address.path, places(source), told, sent)
        found[call.path, call.query, sent] = call
    # What asks for little is soon drawn twice, and answered the same.
    return list(found.values())


def key(warehouse: Warehouse, address: Address) -> str:
    """An API key for an address, for what is called may revoke those that were made before."""
    token = f"{address.method} {address.path}".replace(".", "-")
    is_merchants = address.path.startswith("/merchant")
    message = PutApiKey(
        hash=hash_code(token),
        name="fuzz",
        role="merchant" if is_merchants else "admin",
        owner=ACME if is_merchants else None,
    )
    assert warehouse.tell(NETWORK, message)
    return token


# PostgreSQL is the one that refuses what SQLite swallows; the soak has time for both.
@pytest.mark.parametrize(
    "dialect", ["postgresql", "sqlite"] if "TOTEBOOK_TEST_CALLS" in os.environ else ["postgresql"]
)
@pytest.mark.parametrize("seed", range(FIRST, FIRST + ROUNDS))
def test_desks_get_a_clear_answer_to_anything(
    core: Core, client: TestClient[Any], warehouse: Warehouse, seed: int
) -> None:
    parts = client.get("/schema/openapi.json").json()["components"]["schemas"]
    reached = []
    for address in addresses(client):
        if "multipart/form-data" in address.told.get("requestBody", {}).get("content", {}):
            continue
        source = Random(f"{seed} {address.method} {address.path}")
        found = answers(client, key(warehouse, address), cases(address, parts, source))
        declared = OTHERS.union(map(int, address.told["responses"]))
        for each in found:
            each.must_be_clear()
            assert each.status in declared, each
        if any(each.status in (200, 201, 409) for each in found):
            reached.append(address.path)

    assert len(reached) >= REACHED_MIN, reached
    assert book_is_clean(core)
