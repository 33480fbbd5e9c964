"""An operator at work, as tests of the app begin."""

from typing import Any

from playwright.sync_api import Page, expect

from tests.web.people import sign_in

LINES = """async () =>
  (await totebook.device.store.allLines()).map(({ text }) => JSON.parse(text))"""


def begin(page: Page, person: str = "operator") -> None:
    """Sign somebody in, and wait for the documents of the site."""
    sign_in(page, person)
    expect(page.locator("#work-pick .count")).to_be_visible()
    expect(page.locator("#bar")).to_contain_text("✓0")


def lines(page: Page, kind: str) -> list[dict[str, Any]]:
    """Lines of a kind that the device wrote."""
    return [line for line in page.evaluate(LINES) if line["kind"] == kind]
