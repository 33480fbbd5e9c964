"""What people do in a browser, step by step."""

from playwright.sync_api import Page, expect

from tests.api.warehouse import PIN

# All keys of a reader come within milliseconds, however slow the machine that plays the reader is.
_BURST = """(text) => {
  for (const key of [...text, "Enter"])
    document.activeElement.dispatchEvent(
      new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
}"""
_QUIET = """() => new Promise((resolve) => {
  const done = () => { watching.disconnect(); resolve(); };
  let timer = setTimeout(done, 160);
  const again = () => { clearTimeout(timer); timer = setTimeout(done, 160); };
  const watching = new MutationObserver(again);
  watching.observe(document.body, { childList: true, subtree: true, attributes: true });
  setTimeout(done, 3000);
})"""


TABS_MAX = 80


def scan(page: Page, text: str) -> None:
    """Scan as a reader that types does, once the screen waits for scans."""
    expect(page.locator("#instruction")).to_be_visible()
    page.evaluate(_BURST, text)
    # Nobody scans twice within a sixth of a second: that is one scan that came on two ways.
    rest(page)


def enrol(page: Page, code: str) -> None:
    """Make this browser a device."""
    page.goto(f"/app/#enrol?code={code}")
    page.locator("form button[type=submit]").click()
    expect(page.locator("#badge")).to_be_visible()


def sign_in(page: Page, person: str = "operator") -> None:
    """Sign somebody in on a device."""
    page.locator("#badge").fill(person)
    page.locator("#pin").fill(PIN)
    page.locator("form button[type=submit]").click()
    expect(page.locator(".tiles")).to_be_visible()


def open_desk(page: Page, person: str) -> None:
    """Sign somebody in at the desk."""
    page.goto("/app/desk.html")
    page.locator("#person").fill(person)
    page.locator("#password").fill(PIN)
    page.locator("form button[type=submit]").click()
    expect(page.locator(".pill.who")).to_be_visible()


def reach(page: Page, selector: str) -> None:
    """Go to an element by the Tab key alone, and see where one is on the way."""
    page.locator(selector).first.wait_for()
    for _ in range(TABS_MAX):
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            outline = "getComputedStyle(document.activeElement).outlineStyle"
            assert page.evaluate(outline) != "none", selector
            return
        page.keyboard.press("Tab")
    message = f"{selector} can't be reached by keyboard"
    raise AssertionError(message)


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


def rest(page: Page) -> None:
    """Wait until a page has stopped changing."""
    page.evaluate(_QUIET)
