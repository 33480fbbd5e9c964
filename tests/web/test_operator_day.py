"""A day without a network: the same scans in the browser and on a handheld of the reference client.

Each has a shop of its own that began alike. What both wrote and what both books hold at the end is
the same, and each book agrees with itself.
"""

import json
import os
import random
import time
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
from playwright.sync_api import Page, expect

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
from server.ledger.records import Balance, Place, Stock, Unit
from server.sync.push import PushRules
from server.sync.verify import verify
from tests.api.warehouse import PIN
from tests.sync.yard import rows_of
from tests.web.people import enrol, sign_in
from tests.web.shop import CASE, LAMP, MILK, Shop

DAY = (
    ("receive", f"D-1 {LAMP} #5 {CASE} {CASE} /done {MILK} LOT-2 #4 GARBAGE /no /done"),
    ("putaway", f"D-1 {LAMP} #5 A-02 {CASE} #2 A-04 /undo A-02 /done"),
    ("pick", f"A-01 /no A-02 {MILK} {LAMP} TOTE-1 {LAMP} TOTE-1 #2 TOTE-2 /short /1 /no A-03"),
    ("pick", f"{MILK} TOTE-1"),
    ("pack", f"TOTE-1 BOX-1 /yes {LAMP} #14 {MILK} LOT-9 #2 /done BOX-1"),
    ("pack", f"TOTE-2 BOX-2 /yes {LAMP} #2 /undo #2 /done /yes BOX-2"),
)
"""Workflows and what is scanned in them; `/x` is the key x, `#n` the number n.

The same workflow twice running is one piece of work, and the page is killed between its parts.
"""

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
OWN = {"actor", "activity", "began", "ended", "boot", "seq"}
"""Members of a line that tell the one device, its stream and its clock from the other."""


class Handheld:
    """A handheld of the reference client, with the work of one person."""

    def __init__(self, url: str, code: str) -> None:
        store = MemoryStore()
        self.device = Device(store, OffsetClock(1_000, 0), os.urandom)
        self.http = plain_client(url, 20.0)
        self.client = DeviceClient(self.device, self.http, sleep=time.sleep, jitter=random.random)
        self.lines: list[dict[str, Any]] = []
        self.client.enrol(code)
        self.grant = self.client.sign_in("operator", PIN).grant
        self.client.sync()
        self.documents = HeldDocuments(store)

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
        self.lines += [json.loads(msgspec.json.encode(each)) for each in step.operations]
        epoch = self.device.outbox.identity.epoch
        written = [Written(epoch, self.device.record(each)) for each in step.operations]
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


def written(line: dict[str, Any]) -> dict[str, Any]:
    """What a line says of the goods."""
    return {name: value for name, value in line.items() if name not in OWN}


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


def closed(shop: Shop) -> Counter[tuple[Any, ...]]:
    """End a shop; its book agrees with itself, also decided anew."""
    shop.stop()
    database = open_database(shop.child.database, writes=False)
    try:
        assert verify(database, PushRules(ACTIVITIES)).findings == []
        return held(database)
    finally:
        database.close()


def work_of(page: Page, workflow: str) -> dict[str, Any]:
    """Take on the first piece of work in the browser; what it is."""
    page.goto("/app/#work")
    page.locator(f"#work-{workflow}").click()
    if workflow == "pick":
        page.locator(".choice").first.click()
    expect(page.locator("#instruction")).to_be_visible()
    work: dict[str, Any] = page.evaluate("() => totebook.runner.session.work")
    return work


def test_day_without_a_network_is_the_same_in_the_browser_and_on_a_handheld(
    page: Page, shop: Shop, tmp_path: Path, sqlite_template: Path
) -> None:
    twin = Shop(tmp_path, sqlite_template)
    twin.start()
    handheld = Handheld(twin.url, twin.codes.pop())
    enrol(page, shop.codes.pop())
    sign_in(page)
    expect(page.locator("#work-pack .count")).to_be_visible()
    expect(page.locator("#bar")).to_contain_text("✓0")
    page.context.set_offline(True)

    before = ""
    for workflow, inputs in DAY:
        if workflow == before and workflow == "pick":
            page.reload()
            expect(page.locator("#instruction")).to_be_visible()
        else:
            if before:
                page.locator("#finish").click()
            work = work_of(page, workflow)
            handheld.begin(workflow, Work(package=work["package"], mode=work["mode"]))
        before = workflow
        for text in inputs.split():
            step = handheld.give(text)
            assert page.evaluate(GIVE, text) == [step.prompt.key, step.feedback.key], text

    page.context.set_offline(False)
    expect(page.locator("#bar")).to_contain_text("✓0", timeout=15_000)
    handheld.client.sync()
    handheld.http.close()
    lines = [line for line in page.evaluate(LINES) if line["kind"] not in {"clock", "seen"}]
    assert [written(line) for line in lines] == [written(line) for line in handheld.lines]
    assert closed(shop) == closed(twin)
