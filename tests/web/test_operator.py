"""An operator's hours with the app: readers of all kinds, bad codes, bad luck, bad network."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.api.warehouse import PIN
from tests.web.operating import LINES, lines
from tests.web.people import rest, scan
from tests.web.shop import CASE, LAMP, MILK

SCRIPT = "<script>document.title='mine'</script>"
GS = "\x1d"

TYPE = """([keys, target]) => {
  const element = target ? document.querySelector(target) : document.activeElement;
  for (const key of keys) {
    const told = { bubbles: true, cancelable: true };
    const ctrlKey = key === "\\u001d";
    const given = { key: ctrlKey ? "]" : key, ctrlKey, ...told };
    element.dispatchEvent(new KeyboardEvent("keydown", given));
  }
}"""
KEPT = """async () => {
  const { tail, session_at_work } = await totebook.device.store.state();
  return JSON.stringify([tail, session_at_work]);
}"""
FULL = """() => {
  const put = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = function (...given) {
    // The lines are put after what stands beside them, which must not be kept alone.
    if (globalThis.is_full && this.name === "lines")
      throw new DOMException("full", "QuotaExceededError");
    return put.apply(this, given);
  };
}"""


def typed(page: Page, keys: list[str], target: str = "") -> None:
    """Press keys as fast as a reader does."""
    page.evaluate(TYPE, [keys, target])


def unsent(page: Page) -> int:
    """How many lines the server is not known to have."""
    count: int = page.evaluate("() => totebook.device.outbox.pending")
    return count


def said(page: Page) -> str:
    """What is said to the last input."""
    rest(page)
    return page.locator(".feedback").inner_text()


def test_reader_without_a_final_key_is_read_once_wherever_the_focus_is(at_dock: Page) -> None:
    typed(at_dock, [*LAMP])
    expect(at_dock.locator(".quantity")).to_have_text("Quantity1")

    at_dock.locator("#by-hand").focus()
    typed(at_dock, [*LAMP, "Enter"])
    assert said(at_dock).endswith("2 counted")
    expect(at_dock.locator("#by-hand")).to_have_value("")


def test_identifiers_and_separators_of_a_reader_are_understood(at_dock: Page) -> None:
    typed(at_dock, [*f"]C101{LAMP}10L-7{GS}3002", "Enter"])

    expect(at_dock.locator("#instruction")).to_contain_text("A1")
    expect(at_dock.locator(".scanned")).to_contain_text("10L-7␝3002")


def test_codes_of_one_label_that_come_in_one_burst_are_one_input(at_dock: Page) -> None:
    typed(at_dock, [*"]C110L-7", "Enter", *MILK, "Enter"])

    expect(at_dock.locator("#instruction")).to_contain_text("How many of A2")
    expect(at_dock.locator(".quantity")).to_have_text("Quantity1")
    at_dock.locator("#way-done").click()
    rest(at_dock)
    [line] = [line for line in lines(at_dock, "receive") if line.get("lot") == "L-7"]
    assert [scan["text"] for scan in line["scans"]] == [MILK, "]C110L-7"]


def test_what_is_half_typed_stays_while_the_screen_is_drawn(at_dock: Page) -> None:
    field = at_dock.locator("#by-hand")
    field.focus()
    compose(at_dock, "TOTE9", slowly=True)
    expect(field).to_have_value("TOTE9")
    expect(at_dock.locator("#instruction")).to_contain_text("scan the goods")

    typed(at_dock, [*LAMP, "Enter"])

    expect(at_dock.locator("#instruction")).to_contain_text("A1")
    expect(field).to_have_value("TOTE9")
    expect(field).to_be_focused()
    field.press_sequentially("7")
    expect(field).to_have_value("TOTE97")


def test_reader_behind_a_keyboard_that_composes_is_read_once(at_dock: Page) -> None:
    field = at_dock.locator("#by-hand")
    field.focus()

    compose(at_dock, LAMP)

    expect(at_dock.locator(".quantity")).to_have_text("Quantity1")
    expect(field).to_have_value("")
    field.fill("\N{FULLWIDTH DIGIT THREE}")
    field.press("Enter")
    expect(at_dock.locator("#instruction")).to_contain_text("scan the goods")


def compose(page: Page, text: str, *, slowly: bool = False) -> None:
    """Write as a keyboard does that composes words: Chinese, or a phone's."""
    keyboard = page.context.new_cdp_session(page)
    for count in range(1, len(text) + 1):
        so_far = {"text": text[:count], "selectionStart": count, "selectionEnd": count}
        keyboard.send("Input.imeSetComposition", so_far)
        if slowly:
            rest(page)
    keyboard.send("Input.insertText", {"text": text})
    keyboard.detach()
    rest(page)


def test_one_scan_that_is_delivered_on_two_ways_counts_once(at_dock: Page) -> None:
    scan(at_dock, LAMP)
    at_dock.evaluate(
        """async ([keys, code]) => {
          const field = document.querySelector("#by-hand");
          const event = { bubbles: true, cancelable: true };
          for (const key of keys)
            document.body.dispatchEvent(new KeyboardEvent("keydown", { key, ...event }));
          field.value = code;
          const given = { data: code, inputType: "insertText", ...event };
          field.dispatchEvent(new InputEvent("input", given));
        }""",
        [[*LAMP, "Enter"], LAMP],
    )

    assert said(at_dock).endswith("2 counted")
    scan(at_dock, LAMP)
    assert said(at_dock).endswith("3 counted")


def test_ten_scans_while_the_screen_draws_are_ten(at_dock: Page) -> None:
    scan(at_dock, LAMP)

    took_ms = at_dock.evaluate(
        f"""(keys) => {{
          const began = performance.now();
          for (let scan = 0; scan < 10; scan += 1) ({TYPE})([keys, ""]);
          return performance.now() - began;
        }}""",
        [*LAMP, "Enter"],
    )

    assert took_ms < 200
    expect(at_dock.locator(".feedback").first).to_contain_text("11 counted")


def test_numbers_are_keyed_and_held_and_come_in_cases(at_dock: Page) -> None:
    scan(at_dock, CASE)
    at_dock.locator("#key-more").dispatch_event("pointerdown")
    expect(at_dock.locator(".keyed")).to_have_text(re.compile(r"^(1[5-9]|[2-9]\d)$"))
    at_dock.locator("#key-more").dispatch_event("pointerup")
    at_dock.locator("#key-clear").click()
    at_dock.locator("#key-2").click()
    at_dock.locator("#key-set").click()
    rest(at_dock)

    [*_, line] = lines(at_dock, "receive")
    assert (line["quantity"], line["packs"]) == (24, [{"code": CASE, "count": 2, "factor": 12}])


@pytest.mark.parametrize("code", [SCRIPT, "x" * 9_000, "04000000000014", "\x00\x07", "CMD-NOTHING"])
def test_hostile_and_unreadable_codes_are_text(at_dock: Page, code: str) -> None:
    typed(at_dock, [*code, "Enter"])
    rest(at_dock)

    expect(at_dock.locator("#instruction, .feedback").first).to_be_visible()
    assert at_dock.locator("script:not([src])").count() == 0
    assert "mine" not in at_dock.title()
    scan(at_dock, LAMP)
    expect(at_dock.locator("#instruction")).to_contain_text("How many of A1")


def test_killed_page_goes_on_at_the_very_step(at_dock: Page) -> None:
    at_dock.context.set_offline(True)
    scan(at_dock, LAMP)
    scan(at_dock, LAMP)
    before = at_dock.locator(".prompt").inner_text()

    at_dock.reload()
    expect(at_dock.locator("#instruction")).to_contain_text("A1")
    assert at_dock.locator(".quantity").inner_text() in before
    scan(at_dock, LAMP)
    assert said(at_dock).endswith("3 counted")


def test_full_disk_is_told_at_once_and_half_a_step_is_not_kept(at_dock: Page) -> None:
    scan(at_dock, LAMP)
    count, before = len(lines(at_dock, "receive")), at_dock.evaluate(KEPT)
    at_dock.evaluate(FULL)
    at_dock.evaluate("() => { globalThis.is_full = true; }")

    at_dock.locator("#way-done").click()
    expect(at_dock.get_by_role("alert")).to_contain_text("NOT KEPT")
    assert (len(lines(at_dock, "receive")), at_dock.evaluate(KEPT)) == (count, before)
    expect(at_dock.locator(".quantity")).to_have_text("Quantity1")

    at_dock.evaluate("() => { globalThis.is_full = false; }")
    at_dock.locator("#way-done").click()
    expect(at_dock.locator("#instruction")).to_contain_text("scan the goods")
    assert len(lines(at_dock, "receive")) == count + 1
    expect(at_dock.get_by_role("alert")).to_have_count(0)
    expect(at_dock.locator("#bar")).to_contain_text("✓0")


def half(route: Route) -> None:
    """Answer with the first half of something."""
    route.fulfill(status=200, content_type="application/json", body='{"protocol":2,"next":')


def portal(route: Route) -> None:
    """Answer as a hotel's network does."""
    route.fulfill(status=200, content_type="text/html", body="<h1>Welcome, please pay</h1>")


def broken(route: Route) -> None:
    """Answer with a fault."""
    route.fulfill(status=500, body="oops")


def silent(route: Route) -> None:
    """Never answer."""


@pytest.mark.parametrize("network", [portal, half, broken, silent])
def test_bad_network_keeps_nobody_from_working_and_loses_nothing(
    at_dock: Page, network: Callable[[Route], None]
) -> None:
    at_dock.route("**/device/v1/**", network)
    scan(at_dock, LAMP)
    at_dock.locator("#way-done").click()
    expect(at_dock.locator("#instruction")).to_contain_text("scan the goods")
    expect(at_dock.locator("#bar")).to_contain_text("⇡1")

    at_dock.unroute("**/device/v1/**")
    # A silent call is given up after half a minute; a page that begins again asks anew.
    at_dock.reload()
    expect(at_dock.locator("#bar")).to_contain_text("✓0", timeout=10_000)


def test_clock_that_is_set_during_the_shift_begins_a_boot(at_dock: Page) -> None:
    scan(at_dock, LAMP)
    at_dock.evaluate("() => { const now = Date.now; Date.now = () => now() + 3_600_000; }")
    at_dock.locator("#way-done").click()
    rest(at_dock)

    boots = [line["boot"] for line in at_dock.evaluate(LINES)]
    assert lines(at_dock, "receive")[-1]["boot"] == max(boots) > boots[0]
    expect(at_dock.locator("#bar")).to_contain_text("✓0")


def test_files_that_are_thrown_away_take_no_line_with_them(at_dock: Page) -> None:
    at_dock.route("**/device/v1/push", portal)
    scan(at_dock, LAMP)
    at_dock.locator("#way-done").click()
    expect(at_dock.locator("#bar")).to_contain_text("⇡")
    count = unsent(at_dock)
    assert count > 0

    at_dock.evaluate(
        """async () => {
          for (const name of await caches.keys()) await caches.delete(name);
          const workers = await navigator.serviceWorker.getRegistrations();
          for (const each of workers) await each.unregister();
        }"""
    )
    at_dock.reload()
    expect(at_dock.locator("#instruction")).to_be_visible()
    assert unsent(at_dock) >= count
    at_dock.unroute("**/device/v1/push")
    expect(at_dock.locator("#bar")).to_contain_text("✓0", timeout=10_000)


def test_ended_session_strands_nothing_and_is_begun_anew_at_the_step(at_dock: Page) -> None:
    at_dock.evaluate("() => totebook.device.keep({ session: 'ended' })")
    scan(at_dock, LAMP)
    at_dock.locator("#way-done").click()
    expect(at_dock.locator("#again")).to_have_text("Sign in again")
    expect(at_dock.locator("#bar")).to_contain_text("✓0")
    scan(at_dock, LAMP)

    at_dock.locator("#again").click()
    at_dock.locator("#pin").fill(PIN)
    at_dock.locator("form button[type=submit]").click()
    expect(at_dock.locator(".quantity")).to_have_text("Quantity1")
    expect(at_dock.locator("#again")).to_have_count(0)


def test_package_is_taken_though_the_answer_to_the_claim_is_lost(at_dock: Page) -> None:
    lost: list[str] = []

    def lose_once(route: Route) -> None:
        answer = route.fetch()
        claimed = "lease" in answer.text() and not lost
        if claimed:
            lost.append(route.request.url)
            route.abort()
        else:
            route.fulfill(response=answer)

    at_dock.evaluate("() => totebook.runner.leave()")
    at_dock.route("**/device/v1/push", lose_once)
    at_dock.goto("/app/#work")
    at_dock.locator("#work-pick").click()
    at_dock.locator(".choice").first.click()
    expect(at_dock.locator("#instruction")).to_be_visible()

    work, fence = at_dock.evaluate(
        """() => {
          const { work } = totebook.runner.session;
          return [work, totebook.device.leases.of(work.package)?.fence];
        }"""
    )
    assert lost
    assert work["fence"] == fence == 1
    at_dock.evaluate("() => totebook.runner.leave()")
    assert [line["work"] for line in lines(at_dock, "hand_back")] == [work["package"]]
