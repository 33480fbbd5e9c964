"""The app in a real browser: how soon a scan is answered, and how soon it starts, offline.

The device holds 60,000 documents and has no network. A scan is measured from its last key to the
moment when the screen has changed; by then the line that it wrote is on the disk.
"""

import os
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from server.web.assets import assets
from tests.bench.figures import Figures, out
from tests.bench.serving import percentile
from tests.web.chromium import ABSENT, VARIABLE, flags, found, on_the_system
from tests.web.people import enrol, rest, scan, sign_in
from tests.web.shop import Shop

DOCUMENTS = 60_000
SCANS = 300
STARTS = 5
REQUESTS_MAX = 20
SCRIPT_KB_MAX = 150
START_S_MAX = 1.5
FEEDBACK_MS_MAX = 50

# Five items to a place, as in a house of ten thousand places; no two codes are the same.
_FILL = """async (count) => {
  const { device } = totebook;
  const document_of = (n) => {
    const digits = String(4_100_000_000_000 + n);
    const sum = [...digits].reduce((sum, digit, at) => sum + Number(digit) * (at % 2 ? 1 : 3), 0);
    const code = `${digits}${(10 - (sum % 10)) % 10}`;
    const codes = [{ code, level: "each" }];
    const place = { id: n, code: `P-${n}`, kind: "bin", zone: 1, walk: n };
    const named = { merchant: "ACME", sku: `S${n}`, description: `Item ${n}` };
    const item = { id: n, owner: 1, ...named, codes };
    return n % 6 ? [`item/${n}`, item] : [`place/${n}`, place];
  };
  for (let first = 0; first < count; first += 5_000) {
    const numbers = Array.from({ length: 5_000 }, (_, at) => 1_000_000 + first + at);
    const documents = numbers.map(document_of).map(([key, body]) =>
      ({ scope: "bench", key, version: 1, body: JSON.stringify(body) }));
    await device.store.commit({ documents });
  }
}"""
_STARTED = """() => {
  const seen = () => {
    if (document.querySelector("#instruction")) globalThis.started ??= performance.now();
  };
  new MutationObserver(seen).observe(document, { childList: true, subtree: true });
}"""
_SCANS = """async (count) => {
  const items = totebook.device.held.all("item").filter(({ sku }) => /^S\\d/.test(sku));
  const box = document.querySelector(".scanning");
  const how = { bubbles: true, cancelable: true };
  const press = (key) => document.body.dispatchEvent(new KeyboardEvent("keydown", { key, ...how }));
  const times = [];
  for (let n = 0; n < count; n += 1) {
    const { codes } = items[(n * 7_919) % items.length];
    await new Promise((resolve) => setTimeout(resolve, 60));
    for (const key of codes[0].code) press(key);
    const answered = new Promise((resolve) => {
      const watching = new MutationObserver((changes) => {
        if (!changes.some(({ target }) => target === box)) return;
        watching.disconnect();
        resolve(performance.now());
      });
      watching.observe(box, { childList: true });
    });
    const began = performance.now();
    press("Enter");
    times.push((await answered) - began);
  }
  return times;
}"""


def measure(figures: Figures) -> None:
    """Every figure of the browser; where there is none, that is said."""
    if os.environ.get(VARIABLE) == ABSENT or not found():
        out.print("B1 to B4, the browser's figures: left out, because there is no Chromium")
        return
    size = packed_kb("app.js", "worker.js")
    figures.add(
        "B1 script of the app, gzipped",
        f"{size:.1f} kB",
        f"≤ {SCRIPT_KB_MAX} kB",
        f"desk {packed_kb('desk.js'):.1f}, parcel {packed_kb('parcel.js'):.1f} kB; "
        f"what the app knows {packed_kb('knowledge.json'):.1f} kB",
        share=SCRIPT_KB_MAX / size,
    )
    with served() as (browser, shop):
        context = browser.new_context(viewport={"width": 390, "height": 844}, base_url=shop.url)
        page = context.new_page()
        asked: list[str] = []
        context.on("request", lambda request: asked.append(request.url))
        page.goto("/app/")
        expect(page.locator("#code")).to_be_visible()
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        figures.add(
            "B2 requests of a first visit",
            str(len(asked)),
            f"≤ {REQUESTS_MAX}",
            share=REQUESTS_MAX / len(asked),
        )
        offline(figures, page, shop)


def packed_kb(*names: str) -> float:
    """How much is sent of some files."""
    sent = [assets()[name] for name in names]
    return sum(len(each.packed or each.body) for each in sent) / 1_000


def offline(figures: Figures, page: Page, shop: Shop) -> None:
    """What a person waits for without a network."""
    enrol(page, shop.codes.pop())
    sign_in(page)
    rest(page)
    page.evaluate(_FILL, DOCUMENTS)
    page.locator("#work-receive").click()
    scan(page, "D-1")
    page.context.set_offline(True)
    page.add_init_script(f"({_STARTED})()")
    starts = []
    for _ in range(STARTS):
        page.reload()
        expect(page.locator("#instruction")).to_be_visible()
        starts.append(page.evaluate("globalThis.started") / 1_000)
    held = page.evaluate("totebook.device.held.size")
    middle = statistics.median(starts)
    figures.series["B3 start without a network, s"] = starts
    figures.add(
        "B3 start without a network",
        f"{middle:.2f} s",
        f"≤ {START_S_MAX} s",
        f"{held:,} documents, {STARTS} starts, worst {max(starts):.2f} s",
        share=START_S_MAX / middle,
    )
    before = page.evaluate("totebook.device.outbox.tail.seq")
    times = [each / 1_000 for each in page.evaluate(_SCANS, SCANS)]
    lines = page.evaluate("totebook.device.outbox.tail.seq") - before
    p95 = percentile(times, 0.95)
    figures.series["B4 scan to feedback, ms"] = [1_000 * each for each in times]
    figures.add(
        "B4 scan to feedback, p95",
        f"{p95:.1f} ms",
        f"≤ {FEEDBACK_MS_MAX} ms",
        f"{held:,} documents, {SCANS} scans wrote {lines} lines, "
        f"p50 {percentile(times, 0.5):.1f} ms",
        share=FEEDBACK_MS_MAX / p95,
    )


@contextmanager
def served() -> Iterator[tuple[Browser, Shop]]:
    """A shop that is served, and a browser."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        shop = Shop(Path(folder))
        shop.start()
        browser = playwright.chromium.launch(executable_path=on_the_system(), args=flags())
        try:
            yield browser, shop
        finally:
            browser.close()
            shop.stop()
