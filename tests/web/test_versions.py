"""An app that is older than its server is heard, and a newer one takes over its lines."""

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from server.demo import child
from tests.web.operating import begin, lines
from tests.web.people import enrol, rest, scan
from tests.web.shop import LAMP, Shop
from tests.web.tour import rows

ROOT = Path(__file__).resolve().parents[2]
WAS = {
    "device/sync.js": (r"const PROTOCOL = \d+;", "const PROTOCOL = 1;"),
    "app/main.js": (r"globalThis.totebook = app;", r"\g<0> app.is_old = true;"),
}
"""The app of some versions ago: it spoke the first protocol alone."""
START = "import os; os.chdir({!r}); from server.cli import main; main()"
"""As a server is started, but from another folder, where its packages are looked for first."""

CHAIN = "async () => (await totebook.device.store.allLines()).map(({ hash }) => hash)"
NEWER = "async () => (await navigator.serviceWorker.getRegistration()).update()"
WAITS = "async () => Boolean((await navigator.serviceWorker.getRegistration()).waiting)"
READY = "async () => (await navigator.serviceWorker.ready).active.state"
IS_OLD = "() => [totebook.is_old ?? false, totebook.device.kept.protocol]"
AT_DOCK = """SELECT SUM(balance.quantity) FROM balance JOIN place
ON place.site = balance.site AND place.id = balance.place WHERE place.code = 'D-1'"""


def old_server(folder: Path) -> Path:
    """Lay out a server whose app is old and whose rest is this one's; return where it stands."""
    web = folder / "server" / "web"
    web.mkdir(parents=True)
    for place in ("server", "server/web"):
        for each in (ROOT / place).iterdir():
            if not (folder / place / each.name).exists() and each.name != "static":
                (folder / place / each.name).symlink_to(each)
    shutil.copytree(ROOT / "server/web/static", web / "static")
    for path, (now, then) in WAS.items():
        text, count = re.subn(now, then, (web / "static" / path).read_text("utf-8"))
        assert count == 1, path
        (web / "static" / path).write_text(text, "utf-8")
    return folder


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Shop]:
    """Give a shop that is served with an old app."""
    made = Shop(tmp_path_factory.mktemp("shop"), sqlite_template)
    with pytest.MonkeyPatch.context() as patch:
        start = START.format(str(old_server(tmp_path_factory.mktemp("old"))))
        patch.setattr(child, "COMMAND", (sys.executable, "-c", start))
        patch.setenv("PYTHONPATH", str(ROOT))
        made.start()
    yield made
    made.stop()


def receive(page: Page) -> None:
    """Receive a lamp at the dock."""
    scan(page, LAMP)
    page.locator("#way-done").click()
    rest(page)


def test_old_app_drains_and_the_newer_one_takes_over_what_is_unsent(page: Page, shop: Shop) -> None:
    bar = page.locator("#bar")
    enrol(page, shop.codes.pop())
    begin(page)
    assert page.evaluate(IS_OLD) == [True, 1]
    assert page.evaluate(READY) in {"activating", "activated"}
    page.locator("#work-receive").click()
    scan(page, "D-1")
    page.context.set_offline(True)
    receive(page)
    shop.stop()
    shop.child.start()

    # The newer server hears the old app: what it wrote before, and what it writes now.
    page.context.set_offline(False)
    expect(bar).to_contain_text("✓0", timeout=10_000)
    receive(page)
    expect(bar).to_contain_text("✓0", timeout=10_000)
    assert page.evaluate(IS_OLD) == [True, 1]
    assert rows(shop, AT_DOCK) == [(2,)]

    # A new version waits until no work is at hand, and touches no line.
    page.route("**/device/v1/**", lambda route: route.abort())
    receive(page)
    page.evaluate(NEWER)
    page.wait_for_function(WAITS)
    expect(bar.get_by_role("button")).to_have_count(0)
    page.evaluate("() => totebook.runner.leave().then(() => totebook.go('work'))")
    expect(bar).to_contain_text("⇡1")
    before = page.evaluate(CHAIN)
    bar.get_by_role("button", name="New version").click()
    page.wait_for_function("() => globalThis.totebook?.device && !totebook.is_old")
    expect(bar).to_contain_text("⇡")
    assert page.evaluate(CHAIN)[: len(before)] == before
    page.unroute("**/device/v1/**")
    expect(bar).to_contain_text("✓0", timeout=10_000)
    is_old, protocol = page.evaluate(IS_OLD)
    assert (is_old, protocol > 1) == (False, True)
    assert [line["quantity"] for line in lines(page, "receive")] == [1, 1, 1]
    assert rows(shop, AT_DOCK) == [(3,)]
