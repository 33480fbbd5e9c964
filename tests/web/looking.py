"""Looking at a screen as many people would: at three widths, in three languages, with axe-core.

Pictures go to the folder `screenshots` (not kept in the repository). A run of the tests takes a few
of them; `make screenshots` takes all.
"""

import os
import re
from functools import lru_cache
from importlib import resources
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from device_protocol.workflow.texts import TEXTS
from server.web.knowledge import page_texts
from tests.web.people import rest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "screenshots"
ALL = os.environ.get("TOTEBOOK_TEST_SCREENS") == "all"
LANGUAGES = ("en", "zh", "de")
WIDTHS = (390, 320, 1280)
MAIN = frozenset(("scan", "work", "console", "shop", "parcel"))
"""Screens that a run of the tests sees at every width and in every language."""

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_AXE = """(rules) => axe.run(document, { runOnly: rules, resultTypes: ["violations"] })
  .then(({ violations }) => violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary}`)))"""
# What stands out of the page, or out of the button that it is written on.
_WIDE = """() => [...document.querySelectorAll("body *")]
  .filter((each) => each.matches("button, .button, .pill, h1, h2, p, label")
    && each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).display !== "inline")
  .map((each) => `${each.tagName}.${each.className} ${each.textContent.slice(0, 40)}`)
  .concat(document.documentElement.scrollWidth > innerWidth ? ["the page"] : [])"""
_SPEAK = """async (language) => {
  if (globalThis.totebook?.device) return totebook.speak(language);
  const choice = document.querySelector("select.language");
  if (!choice) return null;
  choice.value = language;
  choice.dispatchEvent(new Event("change"));
  return null;
}"""


class Looker:
    """Somebody who looks at one page, screen by screen, and notes what is wrong with it."""

    def __init__(self, page: Page) -> None:
        """Nothing was seen yet."""
        self.page = page
        self.seen: list[str] = []
        self.wrong: list[str] = []

    def look(self, screen: str, *, passing: bool = False) -> None:
        """Look at the screen that is shown; it is left as it was: narrow, in English.

        What is `passing` would not be there any more in another language.
        """
        is_main = not passing and (ALL or screen.split("-", maxsplit=1)[0] in MAIN)
        rest(self.page)
        for language in LANGUAGES if is_main else LANGUAGES[:1]:
            if is_main:
                self.page.evaluate(_SPEAK, language)
                rest(self.page)
            for width in WIDTHS if ALL or passing else self._widths(language, is_main=is_main):
                self._look(f"{screen}-{width}-{language}", width)
        if is_main:
            self.page.evaluate(_SPEAK, LANGUAGES[0])
            rest(self.page)
        # What stands below the fold is not covered by what sticks to the edge: one scrolls.
        self.page.set_viewport_size({"width": WIDTHS[0], "height": 4_000})
        self.wrong += [f"{screen}: {each}" for each in violations(self.page)]
        self.page.set_viewport_size({"width": WIDTHS[0], "height": 844})
        self.seen.append(screen)

    def _widths(self, language: str, *, is_main: bool) -> tuple[int, ...]:
        """At which widths a run of the tests looks: long words matter where it is narrow."""
        if not is_main:
            return WIDTHS[:1]
        return WIDTHS if language == LANGUAGES[0] else WIDTHS[1:2]

    def show(self, screen: str, place: Path) -> None:
        """Put a picture where README shows it, in few colours; only when all are taken."""
        if ALL:
            place.parent.mkdir(exist_ok=True)
            taken = Image.open(FOLDER / f"{screen}-390-en.png").convert("RGB")
            taken.quantize(32, dither=Image.Dither.NONE).save(place, optimize=True)

    def _look(self, name: str, width: int) -> None:
        self.page.set_viewport_size({"width": width, "height": 844})
        FOLDER.mkdir(exist_ok=True)
        # Who reviews the pictures sees what stands below the fold as well.
        self.page.evaluate("scrollTo(0, 0)")
        self.page.screenshot(path=FOLDER / f"{name}.png", full_page=ALL)
        shown = self.page.evaluate("document.body.innerText")
        self.wrong += [f"{name}: shows the key {key}" for key in raw_keys(shown)]
        self.wrong += [f"{name}: too wide: {each}" for each in self.page.evaluate(_WIDE)]


def violations(page: Page) -> list[str]:
    """Return what axe-core finds wrong with a page, at levels A and AA."""
    if page.evaluate("typeof axe") == "undefined":
        page.add_script_tag(content=axe_script())
    found: list[str] = page.evaluate(_AXE, RULES)
    return found


@lru_cache(maxsize=1)
def axe_script() -> str:
    """Return axe-core as the package brings it."""
    return resources.files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")


def raw_keys(shown: str) -> list[str]:
    """Return keys of texts, and fields of texts, that a screen shows as such.

    >>> raw_keys("Scan the tote app.scan.camera {item} at 12.30")
    ['app.scan.camera', '{item}']
    """
    words = re.findall(r"[a-z_]+(?:\.[a-z_0-9]+)+|\{\w+\}", shown)
    return [word for word in words if word.startswith("{") or word.split(".")[0] in first_words()]


@lru_cache(maxsize=1)
def first_words() -> frozenset[str]:
    """Return the first words of all keys of texts."""
    return frozenset(key.split(".")[0] for key in (*TEXTS, *page_texts()))
