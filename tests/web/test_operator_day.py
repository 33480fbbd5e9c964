"""A day without a network: the same scans in browsers and on handhelds of the reference client.

An operator receives, picks and packs; a courier loads, hands over and brings back, on a device of
their own. The network is there twice: before the day, and for a moment at the dock where one ends
and the other begins. Each world has a shop of its own that began alike. What both wrote and what
both books hold at the end is the same, and each book agrees with itself.
"""

import io
import json
import os
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from device_protocol.client import DeviceClient
from device_protocol.device import Device
from device_protocol.store import MemoryStore
from device_protocol.workflow import interpreter
from device_protocol.workflow.definition import Definition
from device_protocol.workflow.following import definition_of
from device_protocol.workflow.held import HeldDocuments
from device_protocol.workflow.inputs import AnyInput, KeyInput, QuantityInput, scanned
from device_protocol.workflow.session import Step, Written, recorded
from device_protocol.workflow.shown import Documents
from device_protocol.workflow.view import Work
from server.activities import ACTIVITIES
from server.db.engine import Database, open_database
from server.demo.handheld import OffsetClock
from server.demo.plain import plain_client
from server.identity.records import Device as Enrolled
from server.identity.secrets import hash_code
from server.ledger.records import Balance, Place, Stock, Unit
from server.orders.records import Shipment
from server.sync.push import PushRules
from server.sync.verify import verify
from server.transport.messages import MakeRound
from server.transport.records import Attempt, Parcel
from tests.api.warehouse import PIN, SITE
from tests.sync.yard import rows_of
from tests.web.conftest import PHONE, watch
from tests.web.people import enrol, sign_in, write_name
from tests.web.shop import CASE, LAMP, MILK, Shop

Day = Sequence[tuple[str, str]]
DAY: Day = (
    ("receive", f"D-1 {LAMP} #5 {CASE} {CASE} /done {MILK} LOT-2 #4 GARBAGE /no /done"),
    ("putaway", f"D-1 {LAMP} #5 A-02 {CASE} #2 A-04 /undo A-02 /done"),
    ("pick", f"A-01 /no A-02 {MILK} {LAMP} TOTE-1 {LAMP} TOTE-1 #2 TOTE-2 /short /1 /no A-03"),
    ("", f"{MILK} TOTE-1"),
    ("pack", f"TOTE-1 BOX-1 /yes {LAMP} #14 {MILK} LOT-9 #2 /done BOX-1"),
    ("pack", f"TOTE-2 BOX-2 /yes {LAMP} #2 /undo #2 /done /yes BOX-2"),
)
"""Workflows and what is scanned in them; `/x` is the key x, `#n` the number n.

Where no workflow is named, the page is killed and the work goes on.
"""
ROAD: Day = (
    ("load", "VAN-1 BOX-1 BOX-1 BOX-9 /no BOX-2 /done"),
    ("deliver", "BOX-1 SIGN"),
    ("", "/1 BOX-2 /short /1 /skip GARBAGE /no /done"),
    ("bring_back", "D-1 /yes BOX-2 /done"),
)
"""A box that is nobody's, a signature before the page is killed, and nobody at home."""
SIGN = "SIGN"

GIVE = """async (text) => {
  const press = (id) => document.querySelector(id).click();
  if (text.startsWith("/")) press(`#answer-${text.slice(1)}, #way-${text.slice(1)}`);
  else if (text.startsWith("#")) for (const key of [...text.slice(1), "set"]) press(`#key-${key}`);
  else
    for (const key of [...text, "Enter"])
      document.body.dispatchEvent(
        new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }),
      );
  await totebook.runner.rest();
  const { prompt, feedback } = totebook.runner;
  return [prompt.key, feedback?.key ?? ""];
}"""
LINES = "async () => (await totebook.device.store.allLines()).map(({ text }) => JSON.parse(text))"
QUIET = {"clock", "seen"}
OWN = {"actor", "activity", "began", "arrived", "ended", "boot", "seq"}
"""Members of a line that tell the one device, its stream and its clock from the other."""


class Handheld:
    """A handheld of the reference client, with the work of one person."""

    def __init__(self, url: str, code: str, person: str = "operator") -> None:
        store = MemoryStore()
        self.device = Device(store, OffsetClock(1_000, 0), os.urandom)
        self.http = plain_client(url, 20.0)
        self.client = DeviceClient(self.device, self.http, sleep=time.sleep, jitter=random.random)
        self.lines: list[dict[str, Any]] = []
        self.proof: tuple[str, ...] = ()
        self.client.enrol(code)
        self.grant = self.client.sign_in(person, PIN).grant
        self.client.sync()
        self.documents = HeldDocuments(store)

    def sign(self) -> None:
        """Have somebody sign on glass; the next line names it."""
        self.proof = (self.device.attachments.keep(signature(), "image/png"),)

    def close(self) -> None:
        self.client.sync()
        self.http.close()

    def begin(self, workflow: str, work: Work) -> None:
        self.workflow = workflow
        self._keep(
            interpreter.begin(self._definition(), work, self.grant, self._view(), **self._now())
        )

    def give(self, text: str) -> Step:
        self._keep(
            interpreter.step(
                self._definition(), self.session, given(text, **self._now()), self._view()
            )
        )
        return self.last

    def _keep(self, step: Step) -> None:
        operations = list(step.operations)
        if operations and self.proof:
            operations[0] = replace(operations[0], attachments=self.proof)
            self.proof = ()
        self.lines += [json.loads(msgspec.json.encode(each)) for each in operations]
        epoch = self.device.outbox.identity.epoch
        written = [Written(epoch, self.device.record(each)) for each in operations]
        self.session = recorded(step.session, tuple(written))
        self.last = step

    def _now(self) -> dict[str, int]:
        return {"at": self.device.now_ms(), "boot": self.device.boot}

    def _definition(self) -> Definition:
        found = definition_of(self.workflow, self.documents.body(f"workflow/{self.workflow}"))
        assert found is not None
        return found

    def _view(self) -> Documents:
        return Documents(self.documents, self.workflow, time.strftime("%Y-%m-%d"))


def given(text: str, at: int, boot: int) -> AnyInput:
    if text.startswith("/"):
        return KeyInput(command=text[1:], at=at, boot=boot)
    if text.startswith("#"):
        return QuantityInput(quantity=int(text[1:]), at=at, boot=boot)
    return scanned(text, at=at, boot=boot)


def signature() -> bytes:
    """A small picture."""
    drawn = io.BytesIO()
    Image.new("L", (8, 8)).save(drawn, "PNG")
    return drawn.getvalue()


def written(line: dict[str, Any]) -> dict[str, Any]:
    """What a line says of the goods; pictures are named by salted hashes, so they are counted."""
    said = {name: value for name, value in line.items() if name not in OWN}
    return said | {"attachments": len(line.get("attachments", ()))}


def held(database: Database) -> Counter[tuple[Any, ...]]:
    """What stands where, by what people read on it."""
    units = {each.id: each.code for each in rows_of(database, Unit)}
    places = {each.id: each.code for each in rows_of(database, Place)}
    stocks = {each.id: each for each in rows_of(database, Stock)}
    found: Counter[tuple[Any, ...]] = Counter()
    for balance in rows_of(database, Balance):
        stock = stocks[balance.stock]
        unit = units.get(stock.unit or 0, "")
        what = (stock.owner, stock.item, stock.lot, stock.serial, stock.condition, stock.raw, unit)
        place = places.get(balance.place) or units.get(balance.place) or str(balance.place)
        found[(place, *what)] += balance.quantity
    return Counter({key: quantity for key, quantity in found.items() if quantity})


def driven(database: Database) -> list[Any]:
    """What became of parcels, and of each try to hand one over."""
    parcels = {each.id: each for each in rows_of(database, Parcel)}
    states = sorted((each.code, each.state) for each in parcels.values())
    tries = sorted(rows_of(database, Attempt), key=lambda each: each.id)
    told = [(parcels[each.parcel].code, each.result, each.handed_to, each.reason) for each in tries]
    return [states, told]


def closed(shop: Shop) -> tuple[Counter[tuple[Any, ...]], list[Any]]:
    """End a shop; its book agrees with itself, also decided anew."""
    shop.stop()
    database = open_database(shop.child.database, writes=False)
    try:
        assert verify(database, PushRules(ACTIVITIES)).findings == []
        return held(database), driven(database)
    finally:
        database.close()


class Apart:
    """The same scans by a page and by a handheld of the reference client, without a network."""

    def __init__(self, page: Page, handheld: Handheld) -> None:
        self.page, self.handheld = page, handheld

    def live(self, day: Day) -> None:
        """Live through a day; each says the same to every scan."""
        for workflow, inputs in day:
            if workflow:
                self._begin(workflow)
            else:
                self.page.reload()
                expect(self.page.locator("#instruction")).to_be_visible()
            for text in inputs.split():
                self._give(text)

    def _begin(self, workflow: str) -> None:
        if self.page.locator("#finish").is_visible():
            self.page.locator("#finish").click()
        self.page.goto("/app/#work")
        self.page.locator(f"#work-{workflow}").click()
        if workflow == "pick":
            self.page.locator(".choice").first.click()
        expect(self.page.locator("#instruction")).to_be_visible()
        work = self.page.evaluate("() => totebook.runner.session.work")
        self.handheld.begin(workflow, msgspec.convert(work | {"activity": ""}, Work))

    def _give(self, text: str) -> None:
        if text == SIGN:
            self.handheld.sign()
            write_name(self.page)
            return
        step = self.handheld.give(text)
        assert self.page.evaluate(GIVE, text) == [step.prompt.key, step.feedback.key], text

    def told(self) -> None:
        """Have a network, and tell all; both wrote the same."""
        self.page.context.set_offline(False)
        expect(self.page.locator("#bar")).to_contain_text("✓0", timeout=15_000)
        self.handheld.close()
        lines = [line for line in self.page.evaluate(LINES) if line["kind"] not in QUIET]
        assert [written(line) for line in lines] == [written(line) for line in self.handheld.lines]


def opened(folder: Path, template: Path) -> Shop:
    """A shop that is served, with a round for what is to be packed."""
    shop = Shop(folder, template, devices=4)
    [code] = shop.road_codes
    devices = rows_of(shop.core.database, Enrolled)
    [device] = [each.id for each in devices if each.enrolment == hash_code(code)]
    shipments = sorted(each.id for each in rows_of(shop.core.database, Shipment))
    made = MakeRound(
        name="North", date="2027-03-01", van="VAN-1", shipments=tuple(shipments), device=device
    )
    shop.warehouse.tell(SITE, made)
    shop.core.drain()
    shop.start()
    return shop


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Shop]:
    """Give the shop of those who use browsers."""
    made = opened(tmp_path_factory.mktemp("shop"), sqlite_template)
    yield made
    made.stop()


@pytest.fixture
def twin(tmp_path: Path, sqlite_template: Path) -> Iterator[Shop]:
    """Give the shop of those who use handhelds."""
    made = opened(tmp_path, sqlite_template)
    yield made
    made.stop()


@pytest.fixture
def phone(browser: Browser, shop: Shop, faults: list[str]) -> Iterator[Page]:
    """Give the courier's page."""
    context = browser.new_context(viewport=PHONE, locale="en-GB", base_url=shop.url)
    opened = context.new_page()
    watch(opened, faults)
    yield opened
    context.close()


def test_day_without_a_network_is_the_same_in_the_browser_and_on_a_handheld(
    page: Page, phone: Page, shop: Shop, twin: Shop
) -> None:
    handheld = Handheld(twin.url, twin.codes.pop())
    enrol(page, shop.codes.pop())
    sign_in(page)
    expect(page.locator("#work-pack .count")).to_be_visible()
    expect(page.locator("#bar")).to_contain_text("✓0")
    page.context.set_offline(True)
    floor = Apart(page, handheld)
    floor.live(DAY)
    floor.told()

    enrol(phone, shop.road_codes.pop())
    sign_in(phone, "courier")
    phone.locator("#place").click()
    expect(phone.locator("#work-load .count")).to_be_visible()
    expect(phone.locator("#bar")).to_contain_text("✓0")
    road = Apart(phone, Handheld(twin.url, twin.road_codes.pop(), "courier"))
    phone.context.set_offline(True)
    road.live(ROAD)
    road.told()

    goods, (states, tries) = closed(shop)
    assert (goods, [states, tries]) == closed(twin)
    assert states == [("BOX-1", "delivered"), ("BOX-2", "returned")]
    assert tries == [
        ("BOX-1", "delivered", "person", ""),
        ("BOX-2", "failed", "", "absent"),
    ]
