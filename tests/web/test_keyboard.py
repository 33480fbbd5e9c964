"""By keyboard alone: enrolling, receiving, picking, packing, and a stop of a round."""

import pytest
from playwright.sync_api import Page, expect

from tests.api.warehouse import PIN
from tests.web.operating import lines
from tests.web.people import reach, rest
from tests.web.shop import LAMP, MILK, Shop
from tests.web.tour import PARCELS, SAID, Tour

pytestmark = pytest.mark.nightly


@pytest.fixture(scope="module")
def shop(toured: tuple[Shop, Tour]) -> Shop:
    """Give the shop."""
    return toured[0]


@pytest.fixture
def pointless(page: Page) -> Page:
    """Give a page on which a pointer does nothing."""
    page.add_init_script("""for (const kind of ["pointerdown", "mousedown"])
      addEventListener(kind, (event) => { throw Error(`a ${event.type}`); }, true);""")
    return page


def press(page: Page, selector: str, key: str = "Enter") -> None:
    """Go to a button by Tab, and press it."""
    reach(page, selector)
    page.keyboard.press(key)
    rest(page)


def key_in(page: Page, *codes: str) -> None:
    """Type codes, one after the other, as somebody without a reader."""
    for code in codes:
        reach(page, "#by-hand")
        # Nobody types as fast as a reader.
        page.keyboard.type(code, delay=60)
        page.keyboard.press("Enter")
        rest(page)


def count(page: Page, digits: str) -> None:
    """Say how many by the keys on the screen."""
    for digit in digits:
        press(page, f"#key-{digit}")
    press(page, "#key-set", "Space")


def enter(page: Page, code: str, person: str = "operator") -> None:
    """Enrol and sign in."""
    page.goto("/app/")
    reach(page, "#code")
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    reach(page, "#badge")
    page.keyboard.type(person, delay=60)
    reach(page, "#pin")
    page.keyboard.type(PIN)
    page.keyboard.press("Enter")
    expect(page.locator(".tiles")).to_be_visible()
    rest(page)


def test_keyboard_alone_receives(pointless: Page, shop: Shop) -> None:
    page = pointless
    enter(page, shop.codes.pop())
    press(page, "#work-receive")
    key_in(page, "D-1", LAMP)
    count(page, "5")
    expect(page.locator("#instruction")).to_contain_text("D-1")
    press(page, ".ways .done")

    [received] = lines(page, "receive")
    assert received["quantity"] == 5


def test_keyboard_alone_picks_and_packs(pointless: Page, shop: Shop) -> None:
    page = pointless
    enter(page, shop.codes.pop())
    expect(page.locator("#work-pick .count")).to_be_visible()
    press(page, "#work-pick")
    press(page, ".choice")
    key_in(page, "A-01")
    press(page, "#answer-no")
    key_in(page, "A-02", LAMP)
    count(page, "14")
    key_in(page, "TOTE-1")
    press(page, "#way-skip")
    key_in(page, "A-03", MILK)
    count(page, "2")
    key_in(page, "TOTE-1")
    press(page, "#way-done")
    press(page, "#answer-yes")
    assert [line["quantity"] for line in lines(page, "pick")] == [14, 2]
    expect(page.locator("#bar")).to_contain_text("✓0")

    press(page, "#finish")
    press(page, "#work-pack")
    key_in(page, "TOTE-1", "BOX-1")
    press(page, "#answer-yes")
    key_in(page, LAMP)
    count(page, "14")
    press(page, "#way-done")
    assert [line["quantity"] for line in lines(page, "pack")] == [14]


def test_keyboard_alone_drives_to_a_door(pointless: Page, toured: tuple[Shop, Tour]) -> None:
    page = pointless
    enter(page, toured[1].code, "courier")
    press(page, "#place")
    press(page, "#work-load")
    if page.locator(".choice").count():
        press(page, ".choice")
    key_in(page, "VAN-1", *PARCELS[:2])
    press(page, "#way-done")
    press(page, "#answer-yes")
    press(page, "#finish")
    press(page, "#to-road")
    press(page, ".stop .ways button")
    key_in(page, PARCELS[0])
    press(page, "#answer-1")
    key_in(page, SAID)
    key_in(page, PARCELS[1])
    press(page, "#way-short")
    press(page, "#answer-2")

    assert [line["unit"] for line in lines(page, "deliver")] == [PARCELS[0]]
    assert [line["reason"] for line in lines(page, "fail_delivery")] == ["refused"]
