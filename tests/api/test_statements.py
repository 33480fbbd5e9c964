"""What calls ask of the database does not grow with the rows that they are about."""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from litestar.testing import TestClient

from device_protocol.messages import PULL_PATH, Cursor, PullAnswer, PullRequest
from device_protocol.operations import Clock, Receive
from server.catalog.messages import PutItem, PutItemCode
from server.clock import FixedClock
from server.config import Settings
from server.core import Core
from server.db.engine import open_database
from server.ids import SeededRandomness
from server.lane.activity import IMPORT, NETWORK
from server.lane.message import Message
from server.ledger.locations import PutLocation
from server.merchants.models import MERCHANT
from server.orders.messages import PlaceOrder
from tests.api.conftest import SESSION_KEY
from tests.api.desks import Desk
from tests.api.device.callers import Caller
from tests.api.device.terminals import Thin
from tests.api.warehouse import SITE, Warehouse
from tests.conftest import MORNING_MS
from tests.orders.channel import order_of
from tests.sync.statements import counted

FEW, MANY = 1, 50


@pytest.fixture
def core(
    tmp_path: Path, sqlite_template: Path, clock: FixedClock, randomness: SeededRandomness
) -> Iterator[Core]:
    """Give a core that delivers only when told to: no other thread asks anything."""
    path = tmp_path / "totebook.sqlite3"
    shutil.copyfile(sqlite_template, path)
    settings = Settings(database=f"sqlite:///{path}", secret_key=SESSION_KEY)
    opened = Core.over(
        open_database(settings.database),
        settings,
        clock=clock,
        randomness=randomness,
        delivers=False,
    )
    yield opened
    opened.close()


class Shop:
    """A warehouse to which goods of ACME are added bit by bit."""

    def __init__(self, core: Core, warehouse: Warehouse, client: TestClient[Any]) -> None:
        """Begin with what the warehouse has."""
        self.core = core
        self.warehouse = warehouse
        self.caller = Caller(warehouse, client)
        self.caller.write(Clock(server=MORNING_MS, round_trip=0, ended=0))
        self.items = 0
        with core.database.reading() as connection:
            owners = connection.execute(sa.select(MERCHANT.c.id).where(MERCHANT.c.code == "ACME"))
            self.owner: int = owners.scalar_one()

    def grow(self, items: int) -> None:
        """Add items up to so many: masters, a bin, stock, an order."""
        new = range(self.items, items)
        first = len(self.caller.lines) + 1 if self.items else 1
        say = self.core.lanes.say
        puts: list[Message] = [PutItem(owner="ACME", sku=f"I{number}") for number in new]
        puts += [PutItemCode(owner="ACME", sku=f"I{n}", code=f"XI{n}") for n in new]
        say(NETWORK, IMPORT, *puts).result(10)
        bins = (PutLocation(code=f"B-{n}", place_kind="bin", zone="A", walk=10 + n) for n in new)
        say(SITE, IMPORT, *bins).result(10)
        for number in new:
            place, ended = f"B-{number}", 1_000 * (number + 1)
            self.caller.write(
                Receive(quantity=9, owner="ACME", item=f"I{number}", to=place, ended=ended)
            )
        assert self.caller.push(first).status_code == 200
        say(NETWORK, IMPORT, *(self.order(number) for number in new)).result(10)
        self.core.drain()
        self.items = items

    def order(self, number: int) -> PlaceOrder:
        """An order of two of one item."""
        placed = order_of(f"N{number}", (f"I{number}", 2))
        return msgspec.structs.replace(placed, owner=self.owner, site=SITE)


@pytest.fixture
def shop(core: Core, warehouse: Warehouse, client: TestClient[Any]) -> Shop:
    """Give a shop."""
    return Shop(core, warehouse, client)


def asked_by(core: Core, call: Callable[[], object]) -> Counter[str]:
    """The statements of a call."""
    with counted(core.database) as asked:
        call()
    return Counter(asked)


MERCHANT_LISTS = (
    "/stock",
    "/stock?item=I0",
    "/stock/items",
    "/stock/channels",
    "/orders",
    "/parcels",
)
SITE_LISTS = ("shipments", "locations", "discrepancies", "workload", "waves", "freshness", "fleet")
DESK_LISTS = (
    *("/stock", "/orders", "/exceptions", "/merchants"),
    *(f"/sites/{SITE}/{name}" for name in SITE_LISTS),
)


def test_lists_ask_the_same_for_one_row_and_for_many(
    core: Core, shop: Shop, acme: Desk, supervisor: Desk
) -> None:
    calls = [(acme, path) for path in MERCHANT_LISTS] + [(supervisor, p) for p in DESK_LISTS]

    shop.grow(FEW)
    few = [asked_by(core, partial(desk.get, path)) for desk, path in calls]
    shop.grow(MANY)
    many = [asked_by(core, partial(desk.get, path)) for desk, path in calls]

    assert len(acme.get("/stock")["rows"]) == len(acme.get("/orders")["rows"]) == MANY
    for (_, path), before, after in zip(calls, few, many, strict=True):
        assert sum(before.values()) > 0
        assert after - before == Counter(), path


def test_pull_asks_the_same_for_one_change_and_for_many(core: Core, shop: Shop) -> None:
    shop.grow(FEW)
    assert shop.caller.sign_in().status_code == 200
    cursors: dict[str, Cursor] = {}
    documents: list[int] = []

    def pull() -> None:
        answer = shop.caller.call(PULL_PATH, PullRequest(shop.caller.device, cursors))
        told = msgspec.json.decode(answer.content, type=PullAnswer)
        assert not told.more
        for page in told.pages:
            assert page.checkpoint is not None
            cursors[page.scope] = Cursor(page.cursor, told.generation, page.checkpoint.hash)
        documents.append(sum(len(page.documents) for page in told.pages))

    pull()
    shop.grow(2 * FEW)
    few = asked_by(core, pull)
    shop.grow(MANY)
    many = asked_by(core, pull)

    assert documents[2] > 10 * documents[1] > 0
    assert many - few == Counter()


def test_thin_scan_asks_the_same_in_a_small_house_and_in_a_large_one(
    core: Core, shop: Shop
) -> None:
    shop.grow(FEW)
    # The server writes a thin terminal's stream, so it is another device that brings the goods.
    terminal = Caller(shop.warehouse, shop.caller.client)
    assert terminal.sign_in().status_code == 200
    thin = Thin(terminal)
    thin.begin("receive")
    thin.scan("D-1")

    def receive() -> None:
        thin.scan("XI0")
        thin.take(quantity=3)

    receive()
    few = asked_by(core, receive)
    shop.grow(MANY)
    many = asked_by(core, receive)

    assert sum(few.values()) > 0
    assert many - few == Counter()


def test_import_asks_the_same_for_one_row_and_for_many(core: Core, supervisor: Desk) -> None:
    def imported(first: int, rows: int) -> Callable[[], object]:
        lines = "".join(f"ACME,M{number},Thing\n" for number in range(first, first + rows))
        content = f"owner,sku,description\n{lines}".encode()

        def call() -> None:
            answer = supervisor.call("POST", "/imports/items", content=content)
            assert answer.json()["applied"] == rows, answer.text

        return call

    imported(0, 1)()
    few = asked_by(core, imported(1, FEW))
    many = asked_by(core, imported(1 + FEW, MANY))

    assert many - few == Counter()
