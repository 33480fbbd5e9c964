"""A merchant with a phone: what there is, where it stands, and what can be done about it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient
from playwright.sync_api import Page, expect

from device_protocol.attachments import MEDIA_TYPES
from device_protocol.operations import Deliver, FailDelivery, Load, PackItem, Receive, Seal
from device_protocol.personal import Position
from server.core import Core
from server.db.bulk import select_records
from server.main import app_over
from server.orders.records import Shipment
from tests.api.desks import Desk, an_order, sign_in
from tests.api.ops.test_privacy import PARCEL, signature
from tests.api.warehouse import SITE
from tests.web.looking import Looker, raw_keys
from tests.web.people import _BURST as BURST
from tests.web.people import open_desk, rest
from tests.web.shop import LAMP, Shop

pytestmark = pytest.mark.nightly


def shipment_of(core: Core, order: int) -> int:
    """The shipment of an order."""
    with core.database.reading() as connection:
        [found] = select_records(connection, Shipment, ("site", "order_id"), [(SITE, order)])
    return found.id


def deliver(shop: Shop, client: TestClient[Any], acme: Desk) -> None:
    """Have order N1 delivered by the second attempt, with name, position and signature."""
    order = acme.say("POST", "/orders", an_order("N1"))["grant"]["order"]
    shop.core.drain()
    shipment = shipment_of(shop.core, order)
    driver = shop.warehouse.device(client)
    kept = driver.device
    signed = kept.attachments.keep(signature(), MEDIA_TYPES[1])
    name = kept.personal.keep("A. Lovelace")
    position = kept.personal.keep_position(Position(525_165_000, 133_777_000, 8))
    goods: dict[str, Any] = {"quantity": 2, "owner": "ACME", "item": "A1"}
    for operation in (
        Receive(to="T-1", **goods),
        PackItem(source="T-1", unit=PARCEL, shipment=shipment, **goods),
        Seal(unit=PARCEL, shipment=shipment, at="P-1"),
        Load(unit=PARCEL, to="VAN-1", source="P-1"),
        FailDelivery(unit=PARCEL, reason="not at home"),
        Deliver(unit=PARCEL, source="VAN-1", personal=(name, position), attachments=(signed,)),
    ):
        kept.record(operation)
    driver.sync()
    shop.core.drain()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Shop]:
    """Give a shop with a delivered order, one that came twice, and one that lacks goods."""
    made = Shop(tmp_path_factory.mktemp("shop"), sqlite_template, devices=0)
    made.order("LACKS", ("A2", 20))
    with TestClient(app_over(made.core)) as client:
        acme = sign_in(client, "merchant", "/merchant/v1")
        deliver(made, client, acme)
        acme.say("POST", "/orders", an_order("TWICE"))
        acme.say("POST", "/orders", an_order("TWICE", lines=[{"sku": "A1", "quantity": 3}]))
    made.start()
    yield made
    made.stop()


def test_screens_of_a_merchant_at_work(looker: Looker) -> None:
    page = looker.page
    open_desk(page, "merchant")
    for screen, name in (
        ("item", "stock/A1"),
        ("milk", "stock/A2"),
        ("parcel", f"stock/{PARCEL}"),
        ("delivered", "orders/number/N1"),
        ("released", "orders/number/W-1"),
        ("lacks", "orders/number/LACKS"),
        ("parcels", "parcels/all"),
        ("announce", "deliveries/new"),
        ("questions", "questions"),
        ("warnings", "warnings"),
    ):
        page.evaluate("(name) => { location.hash = name; }", name)
        rest(page)
        looker.look(f"shop-{screen}-at-work")
    for screen, name, *presses in (
        ("cancel", "orders/number/W-1", "#cancel"),
        ("hurry", "orders/number/W-1", "#hurry"),
        ("give", "stock/A1", "details:has([id^=give-]) > summary", "[id^=give-]"),
        ("keep", "questions", "[id^=keep-]"),
        ("camera", "stock", "#camera"),
    ):
        page.evaluate("(name) => { location.hash = name; }", name)
        rest(page)
        for selector in presses:
            page.locator(selector).first.click()
        expect(page.locator("dialog[open]")).to_be_visible()
        looker.look(f"open-{screen}", passing=True)
        page.keyboard.press("Escape")

    assert looker.wrong == []


@pytest.fixture
def merchant(page: Page) -> Page:
    """Give the merchant's page, signed in."""
    open_desk(page, "merchant")
    return page


def type_as_reader(page: Page, text: str) -> None:
    """Type as a reader does, in one burst."""
    page.evaluate(BURST, text)
    rest(page)


def ask(page: Page, path: str) -> Any:  # noqa: ANN401 - any JSON.
    """Read something with the page's own session."""
    answer = page.request.get(f"/merchant/v1{path}")
    assert answer.status == 200
    return answer.json()


def test_item_is_found_by_scan_and_told_by_site_channel_and_condition(merchant: Page) -> None:
    merchant.locator("#section-stock").click()
    expect(merchant.locator("#code")).to_be_visible()
    type_as_reader(merchant, LAMP)

    expect(merchant.get_by_role("heading", name="A1 Lamp")).to_be_visible()
    row = merchant.get_by_role("table", name="By site and condition").get_by_role("row").nth(1)
    cells = row.get_by_role("cell")
    expect(cells).to_have_text(["Berlin", "good", "70", "17", "4", "0", "49"])
    expect(merchant.get_by_text("in 3 orders", exact=True)).to_be_visible()
    expect(merchant.get_by_text("all handhelds have reported up to")).to_be_visible()
    merchant.get_by_text("Place by place").click()
    expect(merchant.get_by_role("button", name="Give A1 at A-01")).to_be_visible()


def test_words_find_an_item_and_what_nobody_knows_is_said(merchant: Page) -> None:
    merchant.locator("#section-stock").click()
    merchant.locator("#code").fill("mil")
    merchant.keyboard.press("Enter")
    expect(merchant.get_by_role("heading", name="A2 Milk")).to_be_visible()
    expect(merchant.get_by_text("orders lack 13")).to_be_visible()
    merchant.locator("#code").fill("<b>nothing</b>")
    merchant.keyboard.press("Enter")
    expect(merchant.get_by_role("heading", name="<b>nothing</b>")).to_be_visible()


def test_order_shows_its_steps_parcel_and_signature(merchant: Page) -> None:
    merchant.goto("/app/desk.html#orders/number/N1")

    expect(merchant.locator(".stations .current")).to_contain_text("Delivered")
    expect(merchant.get_by_text("A. Lovelace")).to_be_visible()
    picture = merchant.get_by_alt_text("Picture or signature of the delivery")
    expect(picture).to_be_visible()
    assert picture.evaluate("(each) => each.decode().then(() => each.naturalWidth)") == 60
    expect(merchant.get_by_role("button", name="Speed up")).to_have_count(0)
    merchant.get_by_role("link", name=PARCEL).click()
    expect(merchant.locator("ol.steps")).to_contain_text("delivery failed")


def test_order_is_speeded_up_and_cancelled_in_part(merchant: Page) -> None:
    merchant.goto("/app/desk.html#orders/number/W-1")
    merchant.get_by_role("button", name="Speed up").click()
    merchant.get_by_role("button", name="Confirm", exact=True).click()
    expect(merchant.get_by_role("button", name="No longer urgent")).to_be_visible()
    merchant.get_by_role("button", name="Cancel …").click()
    merchant.get_by_label("Why?").fill("too many")
    merchant.get_by_label("A1: units to cancel").fill("4")
    merchant.get_by_label("A2: units to cancel").fill("0")
    merchant.get_by_role("button", name="Cancel these units").click()
    expect(merchant.get_by_text("4 units cancelled.")).to_be_visible()

    told = ask(merchant, "/orders?number=W-1")["rows"]
    assert [(row["priority"], row["cancelled_units"]) for row in told] == [(0, 4)]


def test_delivery_is_announced_by_scans_and_a_wrong_item_is_said(merchant: Page) -> None:
    merchant.goto("/app/desk.html#deliveries/new")
    merchant.get_by_label("Your reference number").fill("ASN-1")
    merchant.get_by_role("heading", name="What is coming").click()
    for code in (LAMP, LAMP, "4711471147114"):
        type_as_reader(merchant, code)
    expect(merchant.get_by_text("4711471147114 is none of your items.")).to_be_visible()
    expect(merchant.get_by_label("Quantity")).to_have_value("2")
    merchant.get_by_role("button", name="Add a line").click()
    merchant.get_by_label("Item").nth(1).fill("NONE")
    merchant.get_by_label("Quantity").nth(1).fill("1")
    merchant.get_by_role("button", name="Announce").click()
    expect(merchant.get_by_role("alert")).to_have_text("Not in your catalog: NONE.")
    merchant.get_by_role("button", name="Remove line 2").click()
    merchant.get_by_role("button", name="Announce").click()

    expect(merchant.get_by_role("heading", name="Delivery ASN-1")).to_be_visible()
    expect(merchant.get_by_text("0 of 2 units came")).to_be_visible()


def test_conflict_is_answered_and_lacking_orders_are_named(merchant: Page) -> None:
    merchant.goto("/app/desk.html#home")
    merchant.get_by_role("link", name="questions to you").click()
    card = merchant.locator(".card", has_text="TWICE")
    expect(card).to_contain_text("2 \u00d7 A1")
    expect(card).to_contain_text("3 \u00d7 A1")
    expect(merchant.get_by_role("link", name="LACKS")).to_be_visible()
    card.get_by_role("button").click()
    merchant.get_by_label("Note").fill("the first is right")
    merchant.get_by_role("dialog").get_by_role("button", name="Keep the first").click()

    expect(card).to_have_count(0)
    assert ask(merchant, "/conflicts") == []


def test_goods_are_given_away_once_the_other_merchant_is_known(merchant: Page) -> None:
    merchant.goto("/app/desk.html#stock/A1")
    merchant.get_by_text("Place by place").click()
    merchant.get_by_role("button", name="Give A1 at A-01").click()
    merchant.get_by_label("Quantity").fill("5")
    merchant.get_by_label("Code of the other merchant").fill("NOBODY")
    merchant.get_by_label("What that merchant calls it").fill("B1")
    merchant.get_by_role("button", name="Give", exact=True).click()
    expect(merchant.get_by_role("alert")).to_contain_text("There is no NOBODY B1")
    merchant.get_by_label("Code of the other merchant").fill("BETA")
    merchant.get_by_role("button", name="Give", exact=True).click()

    expect(merchant.get_by_text("The goods have another owner now.")).to_be_visible()
    sites = [row["on_hand"] for row in ask(merchant, "/stock/items?item=A1")["rows"]]
    assert sites == [65]


def test_server_that_is_away_is_said_and_asked_again(merchant: Page) -> None:
    merchant.locator("#section-parcels").click()
    expect(merchant.get_by_role("heading", name="Parcels")).to_be_visible()
    merchant.context.set_offline(True)
    merchant.locator("#section-orders").click()
    expect(merchant.get_by_role("alert")).to_be_visible()
    merchant.context.set_offline(False)
    merchant.get_by_role("button", name="Try again").click()
    expect(merchant.get_by_role("table", name="Orders")).to_be_visible()


def test_pages_below_the_sections_fit_a_narrow_phone_in_long_words(merchant: Page) -> None:
    merchant.set_viewport_size({"width": 320, "height": 640})
    merchant.locator("select.language").select_option("de")
    wrong = []
    for name in ("stock/A1", "orders/number/N1", "deliveries/new", f"stock/{PARCEL}"):
        merchant.evaluate("(name) => { location.hash = name; }", name)
        rest(merchant)
        if merchant.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong.append(name)
        wrong += raw_keys(merchant.inner_text("body"))

    assert wrong == []
