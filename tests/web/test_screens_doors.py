"""Every screen at a door: money, signatures, other days, returns, and the end of a round."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.web.looking import Looker
from tests.web.people import enrol, rest, scan, sign_in
from tests.web.shop import Shop
from tests.web.tour import CASH_PARCELS, PARCELS, Tour, lay_cash_tour, lay_tour

pytestmark = pytest.mark.nightly


@pytest.fixture(scope="module")
def laid(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> Iterator[tuple[Shop, Tour, Tour]]:
    """Give a shop that is served, with a plain round and one with money and a return."""
    made = Shop(tmp_path_factory.mktemp("doors"), sqlite_template)
    tours = lay_tour(made), lay_cash_tour(made)
    made.start()
    yield made, *tours
    made.stop()


@pytest.fixture(scope="module")
def shop(laid: tuple[Shop, Tour, Tour]) -> Shop:
    """Give the shop."""
    return laid[0]


def press(page: Page, selector: str) -> None:
    """Press a button of the step."""
    page.locator(selector).first.click()
    rest(page)


def go(page: Page, name: str) -> None:
    """Go to a screen by its address."""
    page.evaluate("(name) => { location.hash = name; }", name)
    rest(page)


def load(page: Page, van: str, *parcels: str) -> None:
    """Have the round on the device, and its parcels in the van."""
    sign_in(page, "courier")
    page.locator("#place").click()
    page.locator("#to-road").wait_for()
    go(page, "work")
    press(page, "#work-load")
    for text in (van, *parcels):
        scan(page, text)
    press(page, "#way-done")
    press(page, "#finish")
    go(page, "road")


def test_screens_of_money_and_returns(
    looker: Looker, laid: tuple[Shop, Tour, Tour], faults: list[str]
) -> None:
    page = looker.page
    enrol(page, laid[2].code)
    load(page, "VAN-2", *CASH_PARCELS)
    looker.look("road-cash")
    press(page, ".stop:first-of-type .ways button.done")
    scan(page, CASH_PARCELS[0])
    looker.look("scan-cash")
    press(page, "#key-4")
    press(page, "#key-0")
    # Another language begins the number again.
    looker.look("scan-cash-keyed", passing=True)
    press(page, "#key-set")
    looker.look("scan-handed")
    press(page, "#answer-1")
    scan(page, CASH_PARCELS[1])
    press(page, "#way-wrong")
    looker.look("scan-day")
    press(page, "#tomorrow")
    go(page, "road")
    press(page, ".stop:nth-of-type(2) .ways button")
    looker.look("scan-collect-at-door")
    press(page, "#way-short")
    looker.look("scan-not-collected")
    press(page, "#way-undo")
    scan(page, "RET-LABEL")
    looker.look("scan-collect-unknown")
    press(page, "#answer-yes")
    looker.look("scan-collect-why")
    press(page, "#answer-1")
    come_home(looker)

    assert (looker.wrong, faults) == ([], [])


def come_home(looker: Looker) -> None:
    """Bring back what is in the van, and hand the money over."""
    page = looker.page
    go(page, "road")
    looker.look("road-end-open")
    press(page, "#bring-back")
    looker.look("scan-bring-back-where")
    scan(page, "D-9")
    looker.look("scan-place-unknown")
    press(page, "#answer-yes")
    looker.look("scan-bring-back-what")
    for parcel in (CASH_PARCELS[1], "RET-LABEL"):
        scan(page, parcel)
        if page.locator("#answer-yes").count():
            press(page, "#answer-yes")
    press(page, "#way-done")
    go(page, "road")
    looker.look("road-purse")
    press(page, "[id^=hand-over]")
    looker.look("scan-purse")
    for key in ("#key-4", "#key-0", "#key-set"):
        press(page, key)
    looker.look("scan-cash-desk")
    scan(page, "D-9")
    press(page, "#answer-yes")
    looker.look("scan-finished")
    press(page, "#finish")
    go(page, "road")
    looker.look("road-done")


def test_screens_of_a_plain_door(looker: Looker, laid: tuple[Shop, Tour, Tour]) -> None:
    page = looker.page
    enrol(page, laid[1].code)
    load(page, "VAN-1", *PARCELS)
    press(page, ".stop:first-of-type .ways button.done")
    looker.look("scan-door")
    scan(page, PARCELS[0])
    looker.look("scan-at-door")
    press(page, "#sign")
    looker.look("sign", passing=True)
    page.keyboard.press("Escape")
    press(page, "#answer-1")
    looker.look("scan-code")
    press(page, "#way-skip")
    scan(page, PARCELS[1])
    press(page, "#way-short")
    looker.look("scan-why-not")
    press(page, "#answer-2")
    scan(page, PARCELS[3])
    press(page, "#answer-1")
    expect(page.locator("#instruction")).to_contain_text("18")
    looker.look("scan-age")
    press(page, "#answer-1")
    press(page, "#way-done")
    looker.look("scan-not-all-tried")
    go(page, "work")
    press(page, "#work-load")
    looker.look("work-unfinished", passing=True)
    go(page, "story")
    looker.look("story-of-a-round")

    assert looker.wrong == []
