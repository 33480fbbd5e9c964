"""Rounds in the supervisor's console: planned, changed and looked at, by keyboard alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from server.db.bulk import upsert_records
from server.transport.records import Account
from tests.api.warehouse import SITE
from tests.web.looking import Looker
from tests.web.people import open_desk, reach, rest
from tests.web.shop import Shop
from tests.web.tour import lay_returns, rows

pytestmark = pytest.mark.nightly

STOPS = """SELECT s.announced, s.state FROM stop AS s JOIN round AS r ON r.id = s.round
WHERE r.name = ? ORDER BY s.sequence"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Shop]:
    """Give a shop in which a parcel and three returns wait for a round, served."""
    made = Shop(tmp_path_factory.mktemp("rounds"), sqlite_template, devices=3)
    lay_returns(made)
    owed = Account(SITE, made.merchant(), "EUR", 4_990)
    with made.core.database.writing() as connection:
        upsert_records(connection, Account, [owed])
    made.start()
    yield made
    made.stop()


def press(page: Page, selector: str, key: str) -> None:
    """Go somewhere by the Tab key and press another there."""
    reach(page, selector)
    page.keyboard.press(key)
    rest(page)


def plan(page: Page, name: str, *returns: str) -> None:
    """Choose returns and make a round of them."""
    page.evaluate("location.hash = 'rounds'")
    for each in returns:
        press(page, f"[aria-label='Choose {each}']", "Space")
    page.keyboard.press("n")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=name)).to_be_visible()


def test_round_of_returns_is_planned_and_changed_by_keyboard(page: Page, shop: Shop) -> None:
    open_desk(page, "supervisor")
    plan(page, "East", "R-11", "RET-11")
    doors = page.get_by_role("table", name="Stops").locator("tbody tr")
    expect(doors).to_have_count(2)
    expect(doors.nth(0)).to_contain_text("Deliver parcels: 1")
    expect(doors.nth(1)).to_contain_text("Collect return RET-11")
    expect(doors.nth(1)).to_contain_text("Feldweg 8, 12345 Berlin")

    page.keyboard.press("a")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("RET-12 · R-11 · Feldweg 8, 12345 Berlin")
    press(page, "dialog button.done", "Enter")
    expect(dialog.get_by_role("alert")).to_have_text("Choose a return.")
    press(page, "#field-collections-0", "Space")
    page.keyboard.press("Enter")
    expect(doors).to_have_count(3)
    expect(doors.nth(2)).to_contain_text("Collect return RET-12")

    press(page, "[aria-label='Take off: return RET-11']", "Enter")

    expect(doors).to_have_count(2)
    expect(page.get_by_role("status").last).to_contain_text("RET-11 waits for another round")
    assert rows(shop, STOPS, "East") == [
        ("", "planned"),
        ("RET-11", "dropped"),
        ("RET-12", "planned"),
    ]
    press(page, "#assign", "Enter")
    page.locator("#field-device").select_option(index=1)
    press(page, "dialog button.done", "Enter")
    [[device]] = rows(shop, "SELECT device FROM round WHERE name = 'East'")
    expect(page.locator("dl")).to_contain_text(str(device))
    page.evaluate("location.hash = 'rounds'")
    waiting = page.get_by_role("table", name="Returns to be collected").locator("tbody tr")
    expect(waiting).to_have_count(2)


def test_what_somebody_else_planned_meanwhile_is_told(page: Page, shop: Shop) -> None:
    open_desk(page, "supervisor")
    page.evaluate("location.hash = 'rounds'")
    press(page, "[aria-label='Choose RET-13']", "Space")
    page.keyboard.press("n")
    expect(page.get_by_role("dialog")).to_be_visible()
    [[task]] = rows(shop, "SELECT id FROM task WHERE note = 'RET-13'")
    body = {"name": "West", "date": "2027-03-01", "van": "VAN-1", "collections": [task]}
    answer = page.request.post(
        "/ops/v1/sites/1/rounds", data=body, headers={"X-Totebook-Page": "1"}
    )
    assert answer.status == 201

    page.keyboard.type("Late")
    page.keyboard.press("Enter")

    expect(page.get_by_role("alert")).to_contain_text("That return is on another round")
    assert rows(shop, STOPS, "Late") == []


def test_merchant_is_paid_what_was_collected_and_sees_it(page: Page, shop: Shop) -> None:
    open_desk(page, "supervisor")
    page.evaluate("location.hash = 'rounds'")
    press(page, "#pay-ACME-EUR", "Enter")
    expect(page.locator("#field-amount")).to_have_value("49.90")
    page.locator("#field-amount").fill("4000 euros")
    page.locator("#field-voucher").fill("V-1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("49.90")
    page.locator("#field-amount").fill("40,00")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)

    # From the safe, of which the book does not count what is in it.
    assert rows(shop, "SELECT voucher, amount FROM remittance") == [("V-1", 4_000)]
    expect(page.locator("#pay-ACME-EUR").locator("xpath=ancestor::tr")).to_contain_text("9.90 EUR")
    page.locator(".pill.who").click()
    open_desk(page, "merchant")
    page.evaluate("location.hash = 'orders'")
    money = page.get_by_role("table").first
    expect(money).to_contain_text("9.90 EUR")
    page.locator("summary").first.click()
    expect(page.get_by_role("table").nth(1)).to_contain_text("V-1")


def test_screens_of_rounds(looker: Looker) -> None:
    page = looker.page
    open_desk(page, "supervisor")
    page.evaluate("location.hash = 'rounds'")
    rest(page)
    looker.look("console-rounds-at-work")
    page.locator("[id^=pay-]").click()
    looker.look("open-pay", passing=True)
    page.keyboard.press("Escape")
    page.locator(".choice .box").first.click()
    page.locator("#plan").click()
    looker.look("open-plan", passing=True)
    page.keyboard.press("Escape")
    page.locator("[id^=round-]").first.click()
    rest(page)
    looker.look("console-round-at-work")
    page.locator("#add").click()
    looker.look("open-add", passing=True)
    page.keyboard.press("Escape")
    page.locator(".pill.who").click()
    open_desk(page, "merchant")
    page.evaluate("location.hash = 'orders'")
    page.locator("summary").first.click()
    looker.look("shop-money-at-work")

    assert looker.wrong == []
