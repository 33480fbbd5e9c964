"""A courier's day in the browser: loaded, handed over and brought back without a network."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Page, expect

from tests.web.people import enrol, rest, scan, sign_in, write_name
from tests.web.shop import Shop
from tests.web.tour import CASH_PARCELS, PARCELS, SAID, Tour, lay_cash_tour, lay_tour, rows

DRAINED = "✓0"


class Toured(NamedTuple):
    """A shop with two rounds."""

    shop: Shop
    plain: Tour
    cash: Tour


@pytest.fixture(scope="module")
def two_rounds(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Toured]:
    """Give a shop with two rounds, served; on one of them money and a return are collected."""
    made = Shop(tmp_path_factory.mktemp("shop"), sqlite_template)
    toured = Toured(made, lay_tour(made), lay_cash_tour(made))
    made.start()
    yield toured
    made.stop()


@pytest.fixture(scope="module")
def shop(two_rounds: Toured) -> Shop:
    """Give the shop."""
    return two_rounds.shop


@pytest.fixture(scope="module")
def tour(two_rounds: Toured) -> Tour:
    """Give its plain round."""
    return two_rounds.plain


def to_road(page: Page) -> None:
    """Look at the round."""
    page.evaluate("location.hash = 'road'")
    rest(page)


def begin(page: Page, code: str) -> None:
    """Enrol, sign in and have the round on the device."""
    enrol(page, code)
    sign_in(page, "courier")
    page.locator("#place").click()
    page.locator("#to-road").click()
    expect(page.locator(".stop")).to_have_count(3)
    expect(page.locator("address.door")).to_have_count(2)


def key(page: Page, selector: str) -> None:
    """Press a button of the step."""
    page.locator(selector).click()
    rest(page)


def test_round_is_driven_without_a_network_and_told_later(
    page: Page, shop: Shop, tour: Tour
) -> None:
    begin(page, tour.code)
    first = page.locator(".stop").first
    expect(first).to_contain_text("Ada Ahorn")
    expect(first).to_contain_text("Bell is broken: call")
    expect(first.locator("a.button")).to_have_attribute(
        "href", "geo:0,0?q=Ringstra%C3%9Fe%205%20%26%207%2C%2012345%20Berlin"
    )
    expect(page.locator(".stop").nth(1)).to_contain_text("Bo <b>Buche</b>")
    expect(page.locator(".stop").nth(2)).to_contain_text("R-2")
    expect(page.locator("#round-end")).to_contain_text("Not loaded: 4.")
    page.context.set_offline(True)
    page.evaluate("location.hash = 'work'")
    page.locator("#work-load").click()
    for text in ("VAN-1", *PARCELS):
        scan(page, text)
    key(page, "#way-done")
    key(page, "#finish")

    drive_to_the_first_door(page)
    drive_on(page)
    bring_back(page)

    page.context.set_offline(False)
    expect(page.locator("#bar .pill").first).to_have_text(DRAINED, timeout=20_000)
    tries = rows(
        shop, "SELECT result, handed_to, reason, next_date, code_ok FROM attempt ORDER BY id"
    )
    day = tries[2][3]
    assert len(day) == len("2027-03-01")
    assert tries == [
        ("delivered", "person", "", "", "yes"),
        ("failed", "", "refused", "", "none"),
        ("failed", "", "absent", day, "none"),
        ("delivered", "person", "seen_document", "", "none"),
    ]
    states = dict(rows(shop, "SELECT code, state FROM parcel"))
    assert [states[code] for code in PARCELS] == ["delivered", "returned", "returned", "delivered"]
    signed = rows(shop, "SELECT media_type, completed_at IS NOT NULL FROM attachment")
    assert signed == [("image/png", 1)]
    # The round is over: nothing of who lives where stays on the phone.
    expect(page.locator("#no-round")).to_be_visible(timeout=10_000)
    page.wait_for_function("Object.keys(totebook.device.kept.doors ?? {}).length === 0")
    assert "Ahorn" not in str(page.evaluate("totebook.device.store.state()"))


def drive_to_the_first_door(page: Page) -> None:
    """Two parcels of one order: one is taken with the code, one refused."""
    to_road(page)
    key(page, ".stop:first-of-type .ways button")
    scan(page, PARCELS[0])
    expect(page.locator(".prompt")).to_contain_text("Ringstraße 5 & 7")
    key(page, "#answer-1")
    expect(page.locator("#way-skip")).to_be_in_viewport()
    scan_by_hand(page, SAID)
    scan(page, PARCELS[1])
    key(page, "#way-short")
    key(page, "#answer-2")
    to_road(page)
    expect(page.locator(".stop").first).to_have_class("stop partly")


def drive_on(page: Page) -> None:
    """Nobody at home, again tomorrow; the page is killed before the last door."""
    scan_here(page, PARCELS[2])
    key(page, "#way-short")
    key(page, "#answer-1")
    key(page, "#tomorrow")
    page.reload()
    to_road(page)
    expect(page.locator(".stop").nth(1)).to_contain_text("again on")
    expect(page.locator(".stop").nth(1)).to_contain_text("Hauptstraße 1")
    scan_here(page, PARCELS[3])
    write_name(page)
    key(page, "#answer-1")
    expect(page.locator("#instruction")).to_contain_text("18 or older")
    key(page, "#answer-1")
    key(page, "#way-done")
    to_road(page)
    expect(page.locator("#round-end")).to_contain_text("In the van: 2.")
    expect(page.locator("[data-count=delivered]")).to_have_text("2")


def bring_back(page: Page) -> None:
    """Bring back what is in the van, and see that nothing is left."""
    key(page, "#bring-back")
    # A courier's device knows no places.
    scan(page, "D-9")
    key(page, "#answer-yes")
    scan(page, PARCELS[1])
    scan(page, PARCELS[2])
    key(page, "#way-done")
    to_road(page)
    expect(page.locator("#round-end")).to_contain_text("still to be sent")
    expect(page.locator("#bring-back")).to_have_count(0)


def scan_by_hand(page: Page, text: str) -> None:
    """Type what somebody says."""
    # Text that comes at once, or fast, is taken for a reader's.
    page.locator("#by-hand").press_sequentially(text, delay=80)
    page.locator(".by-hand button[type=submit]").click()
    rest(page)


def scan_here(page: Page, parcel: str) -> None:
    """Go on with the work and scan."""
    page.evaluate("location.hash = 'scan'")
    scan(page, parcel)


def test_money_is_taken_counted_and_handed_over_and_a_return_is_collected(
    page: Page, shop: Shop, two_rounds: Toured
) -> None:
    enrol(page, two_rounds.cash.code)
    sign_in(page, "courier")
    page.locator("#place").click()
    page.locator("#to-road").click()
    stops = page.locator(".stop")
    expect(stops).to_have_count(2)
    expect(stops.first).to_contain_text("To be paid: 49.90 EUR")
    expect(stops.nth(1)).to_contain_text("A return is to be taken back here: RET-1")
    expect(stops.nth(1)).to_contain_text("Am Tor 2")
    page.context.set_offline(True)
    page.evaluate("location.hash = 'work'")
    page.locator("#work-load").click()
    for text in ("VAN-2", *CASH_PARCELS):
        scan(page, text)
    key(page, "#way-done")
    key(page, "#finish")

    take_money(page)
    take_back(page)
    bring_the_other(page)
    set_down(page)
    hand_over(page)

    page.context.set_offline(False)
    expect(page.locator("#bar .pill").first).to_have_text(DRAINED, timeout=20_000)
    asked = "SELECT expected, actual FROM discrepancy WHERE kind = 'cash' AND open = 1 ORDER BY id"
    assert rows(shop, asked) == [("49.90 EUR", "40.00 EUR"), ("40.00 EUR", "39.00 EUR")]
    money = """SELECT p.code, b.quantity FROM balance AS b JOIN place AS p ON p.id = b.place
    JOIN stock AS s ON s.id = b.stock WHERE s.raw = 'money:EUR' ORDER BY p.kind"""
    assert [(code[:7], quantity) for code, quantity in rows(shop, money)] == [
        ("D-9", 3_900),
        ("PURSE-P", 100),
    ]
    assert rows(shop, "SELECT state FROM parcel WHERE code = 'RET-LABEL'") == [("returned",)]
    assert rows(shop, "SELECT note FROM task WHERE kind = 'return' AND open = 1") == [("RET-1",)]
    assert rows(shop, "SELECT state FROM round WHERE name = 'South'") == [("done",)]


def take_money(page: Page) -> None:
    """Be paid less than is due, by the keys for money; nobody has to be at home."""
    to_road(page)
    key(page, ".stop:first-of-type .ways button.done")
    scan(page, CASH_PARCELS[0])
    expect(page.locator("#instruction")).to_contain_text("take 49.90 EUR")
    expect(page.locator("#way-wrong")).to_have_text("Nobody pays")
    amount(page, "4000")
    key(page, "#answer-1")
    to_road(page)
    expect(page.locator(".stop").first).to_contain_text("Paid: 40.00 EUR")
    expect(page.locator("#purse")).to_have_text("40.00 EUR")


def amount(page: Page, digits: str) -> None:
    """Key an amount."""
    for digit in digits:
        page.locator(f"#key-{digit}").click()
    expect(page.locator("output.keyed")).to_have_text(f"{digits[:-2]}.{digits[-2:]} EUR")
    key(page, "#key-set")


def bring_the_other(page: Page) -> None:
    """Go back to the first door: only what was left of the money is asked for."""
    page.reload()
    to_road(page)
    key(page, ".stop:first-of-type .ways button")
    scan(page, CASH_PARCELS[1])
    expect(page.locator("#instruction")).to_contain_text("take 9.90 EUR")
    key(page, "#key-0")
    key(page, "#key-set")
    key(page, "#answer-1")


def take_back(page: Page) -> None:
    """Take a return back at its door."""
    key(page, ".stop:nth-of-type(2) .ways button")
    expect(page.locator("#instruction")).to_contain_text("RET-1")
    scan(page, "RET-LABEL")
    key(page, "#answer-yes")
    key(page, "#answer-1")
    to_road(page)
    expect(page.locator(".stop").nth(1)).to_have_class("stop collected")
    expect(page.locator("[data-count=collected]")).to_have_text("1")


def set_down(page: Page) -> None:
    """Bring what was taken back to the depot."""
    to_road(page)
    key(page, "#bring-back")
    scan(page, "D-9")
    key(page, "#answer-yes")
    # No document knows it yet.
    scan(page, "RET-LABEL")
    key(page, "#answer-yes")
    key(page, "#way-done")
    to_road(page)
    expect(page.locator("#bring-back")).to_have_count(0)
    expect(page.locator(".stop").nth(1)).to_have_class("stop collected")


def hand_over(page: Page) -> None:
    """Count the purse and hand it over; less is in it than was taken."""
    expect(page.locator("#round-end")).to_contain_text("Hand it over")
    key(page, "[id^=hand-over]")
    amount(page, "3900")
    scan(page, "D-9")
    key(page, "#answer-yes")
    expect(page.locator("#finish")).to_be_visible()
    to_road(page)
    expect(page.locator("#purse")).to_have_text("1.00 EUR")
