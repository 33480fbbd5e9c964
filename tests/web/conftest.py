"""People in browsers: a shop that is served, a browser, and a page that hides nothing."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Page, ViewportSize, expect, sync_playwright

from tests.web.chromium import ABSENT, HELP, VARIABLE, flags, on_the_system
from tests.web.looking import Looker
from tests.web.operating import begin
from tests.web.people import enrol, scan
from tests.web.shop import Shop
from tests.web.tour import Tour, lay_tour

PHONE: ViewportSize = {"width": 390, "height": 844}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark who needs a browser."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Give Chromium: the one that a variable names, the system's, or Playwright's own."""
    if os.environ.get(VARIABLE) == ABSENT:
        pytest.skip(f"{VARIABLE}={ABSENT}: NOBODY LOOKS AT THE PAGES IN THIS RUN")
    with sync_playwright() as playwright:
        try:
            opened = playwright.chromium.launch(executable_path=on_the_system(), args=flags())
        except Error as error:
            pytest.fail(f"{HELP}\n\n{error}", pytrace=False)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Shop]:
    """Give a shop that is served, the same for all tests of a file."""
    made = Shop(tmp_path_factory.mktemp("shop"), sqlite_template)
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def toured(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> Iterator[tuple[Shop, Tour]]:
    """Give a shop with a round, served."""
    made = Shop(tmp_path_factory.mktemp("shop"), sqlite_template)
    tour = lay_tour(made)
    made.start()
    yield made, tour
    made.stop()


@pytest.fixture
def faults() -> list[str]:
    """Give what scripts and the policy complained of on watched pages; at the end it is nothing."""
    return []


@pytest.fixture
def page(browser: Browser, shop: Shop, faults: list[str]) -> Iterator[Page]:
    """Give a phone's page of its own; what a script or the policy complains of fails the test."""
    context = browser.new_context(viewport=PHONE, locale="en-GB", base_url=shop.url)
    opened = context.new_page()
    watch(opened, faults)
    yield opened
    context.close()
    assert faults == []


@pytest.fixture
def looker(browser: Browser, shop: Shop, faults: list[str]) -> Iterator[Looker]:
    """Give somebody who looks; axe-core is no script of ours, so it needs the policy off."""
    context = browser.new_context(
        viewport=PHONE, locale="en-GB", base_url=shop.url, bypass_csp=True
    )
    opened = context.new_page()
    watch(opened, faults)
    yield Looker(opened)
    context.close()
    assert faults == []


def watch(page: Page, faults: list[str]) -> None:
    """Note what goes wrong on a page."""
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if is_fault(said.text) else None)


def is_fault(text: str) -> bool:
    """Tell whether what a console says is ours to mend: a network that is away is none."""
    return any(word in text for word in ("Content Security Policy", "Uncaught", "TrustedScript"))


@pytest.fixture(scope="module")
def floor(browser: Browser, shop: Shop) -> Iterator[Page]:
    """Give a device with somebody signed in, the same for many tests; each leaves its work."""
    context = browser.new_context(viewport=PHONE, locale="en-GB", base_url=shop.url)
    opened = context.new_page()
    faults: list[str] = []
    watch(opened, faults)
    enrol(opened, shop.codes.pop())
    begin(opened)
    yield opened
    context.close()
    assert faults == []


@pytest.fixture
def at_dock(floor: Page) -> Iterator[Page]:
    """Give the device as it receives at the dock."""
    floor.goto("/app/#work")
    # What the test before left unsent, because its network was away, is not this one's.
    expect(floor.locator("#bar")).to_contain_text("✓0", timeout=15_000)
    floor.locator("#work-receive").click()
    scan(floor, "D-1")
    yield floor
    floor.unroute_all()
    floor.context.set_offline(False)
    floor.evaluate("() => totebook.runner.leave()")
