"""Every screen, at three widths and in three languages: nothing too wide, raw or out of reach."""

import pytest
from playwright.sync_api import Page, expect

from tests.web.looking import ALL, ROOT, WIDTHS, Looker
from tests.web.people import enrol, open_desk, rest, scan, sign_in
from tests.web.shop import LAMP, Shop
from tests.web.tour import Tour

pytestmark = pytest.mark.nightly


@pytest.fixture(scope="module")
def shop(toured: tuple[Shop, Tour]) -> Shop:
    """Give the shop."""
    return toured[0]


def go(page: Page, name: str) -> None:
    """Go to a screen by its address."""
    page.evaluate("(name) => { location.hash = name; }", name)
    rest(page)


def every_workflow(looker: Looker) -> None:
    """Look at the first step of every workflow."""
    page = looker.page
    page.evaluate("totebook.runner.leave()")
    go(page, "work")
    for name in [str(tile.get_attribute("id")) for tile in page.locator(".tile").all()]:
        page.locator(f"#{name}").click()
        rest(page)
        if not page.locator("#instruction").is_visible():
            looker.look(f"choose-{name}", passing=True)
            if not page.locator(".choices button").count():
                page.locator("#back").click()
                continue
            page.locator(".choices button").first.click()
            expect(page.locator("#instruction")).to_be_visible()
        looker.look(f"scan-{name}")
        page.evaluate("totebook.runner.leave()")
        go(page, "work")


def assert_instruction_is_seen_where_the_page_is_low(page: Page) -> None:
    """A phone lies on its side, or shows all twice as large: nothing covers it."""
    page.set_viewport_size({"width": 640, "height": 360})
    page.evaluate("scrollTo(0, 0)")
    instruction = page.locator("#instruction").bounding_box()
    ways = page.locator(".ways").bounding_box()
    page.set_viewport_size({"width": WIDTHS[0], "height": 844})
    assert instruction is not None
    assert ways is not None
    assert ways["y"] >= instruction["y"] + instruction["height"]


def test_screens_of_operators(looker: Looker, shop: Shop) -> None:
    page = looker.page
    page.goto("/app/")
    looker.look("enrol")
    enrol(page, shop.codes.pop())
    looker.look("sign_in")
    sign_in(page)
    looker.look("work")
    page.locator("#work-receive").click()
    looker.look("scan-receive")
    scan(page, "D-1")
    scan(page, LAMP)
    looker.look("scan-quantity")
    looker.show("scan-quantity", ROOT / "docs/pictures/app.png")
    scan(page, "<script>alert(1)</script>")
    looker.look("scan-wrong")
    assert_instruction_is_seen_where_the_page_is_low(page)
    if ALL:
        every_workflow(looker)
    go(page, "story")
    looker.look("story")
    go(page, "menu")
    looker.look("menu")

    assert looker.wrong == []


def test_screens_of_couriers(looker: Looker, toured: tuple[Shop, Tour]) -> None:
    page = looker.page
    enrol(page, toured[1].code)
    sign_in(page, "courier")
    looker.look("road_work")
    page.locator("#place").click()
    looker.look("road_load")
    page.locator("#to-road").click()
    expect(page.locator(".stop")).to_have_count(3)
    expect(page.locator(".stop").first).to_contain_text("1 Mar 2027, 13:00 to 15:00")
    looker.look("road")

    assert looker.wrong == []


@pytest.mark.parametrize(("person", "app"), [("supervisor", "console"), ("merchant", "shop")])
def test_screens_of_who_looks(looker: Looker, person: str, app: str) -> None:
    page = looker.page
    page.goto("/app/desk.html")
    looker.look(f"{app}_sign_in")
    open_desk(page, person)
    links = page.locator("nav.sections a")
    names = [str(link.get_attribute("href"))[1:] for link in links.all()]
    for name in names:
        go(page, name)
        looker.look(f"{app}-{name}")

    assert looker.wrong == []
