"""Somebody with a link to the page of an order."""

from typing import Any

import httpx
from litestar.testing import TestClient

from tests.api.desks import Desk

PREFIX = "/consumer/v1"


def token_of(desk: Desk, order: int) -> str:
    """The token of a new link."""
    link = desk.say("POST", f"/orders/{order}/link")["link"]
    assert link.startswith("/parcel/#")
    return str(link.removeprefix("/parcel/#"))


def visitor(desk: Desk, order: int) -> Desk:
    """Somebody who was sent a link to an order."""
    return Desk(desk.client, PREFIX, token_of(desk, order))


def send(page: Desk, body: bytes) -> httpx.Response:
    """Send a picture."""
    headers = {"Authorization": f"Bearer {page.token}", "Content-Type": "image/jpeg"}
    return page.client.post(f"{PREFIX}/pictures", content=body, headers=headers)


def refused(client: TestClient[Any], token: str, path: str = "/order") -> tuple[int, str]:
    """Status and code of what a token is answered that opens nothing."""
    return Desk(client, PREFIX, token).refusal("GET", path)[:2]
