"""Somebody at a desk, as a test needs them: signed in, calling with their session."""

from typing import Any

import httpx
from litestar.testing import TestClient

from server.identity.messages import PutPerson
from server.identity.secrets import hash_secret
from server.lane.activity import NETWORK
from tests.api.warehouse import PIN, Warehouse


class Desk:
    """Calls with a session, or with none."""

    def __init__(self, client: TestClient[Any], prefix: str, token: str = "") -> None:
        """Call addresses below a prefix."""
        self.client = client
        self.prefix = prefix
        self.token = token

    def call(self, method: str, path: str, **rest: Any) -> httpx.Response:  # noqa: ANN401 - httpx's.
        """Make a call."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return self.client.request(method, f"{self.prefix}{path}", headers=headers, **rest)

    def get(self, path: str, **asked: str | int | bool) -> Any:  # noqa: ANN401 - any JSON.
        """Read something that is there."""
        answer = self.call("GET", path, params=asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def say(self, method: str, path: str, body: Any = None) -> Any:  # noqa: ANN401 - any JSON.
        """Change something that can be changed."""
        answer = self.call(method, path, json=body)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def refusal(self, method: str, path: str, body: Any = None) -> tuple[int, str, str]:  # noqa: ANN401
        """Status, code and the lane's reason of a problem."""
        answer = self.call(method, path, json=body)
        told = answer.json()
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert told["status"] == answer.status_code
        assert told["type"].endswith(f"#{told['code']}")
        return answer.status_code, told["code"], told.get("reason", "")


def sign_in(client: TestClient[Any], person: str, prefix: str = "/ops/v1") -> Desk:
    """Sign somebody in."""
    body = {"person": person, "password": PIN}
    answer = client.post("/ops/v1/sign_in", json=body)
    assert answer.status_code == 200, answer.text
    return Desk(client, prefix, answer.json()["token"])


def add_merchants(warehouse: Warehouse, supervisor: Desk) -> dict[str, int]:
    """Give ACME and BETA a person each, called as the merchant; answer the merchants' ids."""
    owners = {row["code"]: row["owner"] for row in supervisor.get("/merchants")}
    secret = hash_secret(PIN, warehouse.core.randomness)
    warehouse.tell(
        NETWORK,
        *(
            PutPerson(code=code, role="merchant", secret=secret, owner=number)
            for code, number in owners.items()
        ),
    )
    return owners


def an_order(number: str = "N1", **changed: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON.
    """The body of an order of two lamps."""
    return {
        "channel": "web",
        "number": number,
        "site": 1,
        "lines": [{"sku": "A1", "quantity": 2, "price_minor": 995}],
        "placed_at": "2010-12-01T07:26:00Z",
        "recipient": {"name": "Erika Mustermann", "lines": ["Heidestr. 17", "51147 Köln"]},
        "destination": "Germany",
    } | changed
