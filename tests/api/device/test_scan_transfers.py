"""Transfers between sites at a thin terminal: every step over HTTP, undo too."""

from typing import Any

import pytest
from litestar.testing import TestClient

from device_protocol.handling import SendTransfer
from device_protocol.operations import Clock
from device_protocol.terminal import ScanRead
from server.transfers.messages import OrderTransfer, TransferGoods
from tests.api.desks import Desk
from tests.api.device.callers import Caller
from tests.api.device.terminals import Thin
from tests.api.shop import SHOP, Shop
from tests.api.warehouse import SITE
from tests.conftest import MORNING_MS

LAMP = "04000000000013"


@pytest.fixture(name="thin")
def make_thin(caller: Caller) -> Thin:
    """Give a terminal, and five lamps at the dock."""
    assert caller.sign_in().is_success
    thin = Thin(caller)
    thin.begin("receive")
    thin.all("D-1", LAMP, "#5", "/done")
    return thin


def ordered(thin: Thin, origin: int, target: int, owner: int) -> int:
    """Order a transfer of three lamps; answer its id."""
    lines = (TransferGoods("A1", 3),)
    message = OrderTransfer(owner=owner, number="TR-1", target=target, lines=lines)
    (outcome,) = thin.caller.warehouse.tell(origin, message)
    thin.caller.warehouse.core.drain()
    number: int = outcome["grant"]["transfer"]
    return number


def arrived(supervisor: Desk, site: int) -> tuple[int, int]:
    """Units that left and that arrived, as a site has them."""
    (row,) = supervisor.get(f"/sites/{site}/transfers")["rows"]
    return row["sent"], row["arrived"]


def test_goods_are_sent_under_a_keyed_number_or_one_that_was_taken_on(
    thin: Thin, supervisor: Desk
) -> None:
    Shop(thin.caller.warehouse)
    owner = supervisor.get("/merchants")[0]["owner"]
    number = ordered(thin, SITE, SHOP, owner)

    thin.begin("send_transfer")
    thin.take(scan=ScanRead("TR-1", entry="keyed"))
    assert thin.last.said is not None
    assert thin.last.said.key == "expected.number"
    thin.take(scan=ScanRead(str(number), entry="keyed"))
    thin.all("D-1", LAMP, "#2")
    assert thin.outcomes == [{"outcome": "applied"}]
    thin.all("/done")
    thin.begin("send_transfer", announced=str(number))
    thin.all("D-1", LAMP)
    assert thin.last.screen is not None
    assert "1 ordered" in thin.last.screen.text, "what is open of the line"
    thin.all("#1")
    thin.caller.warehouse.core.drain()

    assert arrived(supervisor, SHOP) == (3, 0)
    thin.all("/undo")
    thin.caller.warehouse.core.drain()
    assert arrived(supervisor, SHOP) == (2, 0)


def test_goods_are_taken_where_another_site_sent_them(
    thin: Thin, supervisor: Desk, client: TestClient[Any]
) -> None:
    shop = Shop(thin.caller.warehouse)
    owner = supervisor.get("/merchants")[0]["owner"]
    number = ordered(thin, SHOP, SITE, owner)
    sender = shop.caller(client)
    sender.write(
        Clock(server=MORNING_MS - 60_000, round_trip=0, ended=0),
        SendTransfer(
            quantity=3, owner="ACME", item="A1", source="S-1", transfer=number, ended=1_000
        ),
    )
    assert sender.push().status_code == 200
    shop.core.drain()

    thin.begin("take_transfer", announced=str(number))
    thin.all("D-1", LAMP)
    assert thin.last.screen is not None
    assert "3 on the way" in thin.last.screen.text
    thin.all("#3")

    assert thin.outcomes == [{"outcome": "applied"}]
    shop.core.drain()
    assert arrived(supervisor, SHOP) == (3, 3)
    thin.all("/undo")
    shop.core.drain()
    assert arrived(supervisor, SHOP) == (3, 0)
