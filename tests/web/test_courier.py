"""A courier's day in the browser: loaded, handed over and brought back without a network."""

import pytest
from playwright.sync_api import Page, expect

from tests.web.people import enrol, rest, scan, sign_in
from tests.web.shop import Shop
from tests.web.tour import PARCELS, SAID, Tour, rows

DRAINED = "✓0"


@pytest.fixture(scope="module")
def shop(toured: tuple[Shop, Tour]) -> Shop:
    """Give the shop."""
    return toured[0]


@pytest.fixture(scope="module")
def tour(toured: tuple[Shop, Tour]) -> Tour:
    """Give its round."""
    return toured[1]


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


def write_name(page: Page) -> None:
    """Sign on glass."""
    page.locator("#sign").click()
    glass = page.locator("canvas.glass").bounding_box()
    assert glass is not None
    page.mouse.move(glass["x"] + 20, glass["y"] + 20)
    page.mouse.down()
    page.mouse.move(glass["x"] + 120, glass["y"] + 60, steps=4)
    page.mouse.up()
    page.locator("dialog .big").click()
    rest(page)


def scan_here(page: Page, parcel: str) -> None:
    """Go on with the work and scan."""
    page.evaluate("location.hash = 'scan'")
    scan(page, parcel)
