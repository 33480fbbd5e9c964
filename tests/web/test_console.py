"""The supervisor's console in a real browser: what is seen, and done by keyboard alone."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, expect
from zxingcpp import read_barcodes

from device_protocol.operations import Move, Receive
from server.db.bulk import upsert_records
from server.fleet.records import Contact
from server.lane.activity import NETWORK
from server.printing import queue
from server.printing.records import Workstation
from server.sites.messages import PutSite
from tests.api.warehouse import HOUR_MS, PIN
from tests.web.conftest import is_fault
from tests.web.looking import Looker
from tests.web.people import open_desk, rest
from tests.web.shop import Shop

pytestmark = pytest.mark.nightly

DESK: ViewportSize = {"width": 1280, "height": 800}
STOCKING = 1_000_001


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Shop]:
    """Give a shop in which something went wrong, some work waits and a device holds lines."""
    made = Shop(tmp_path_factory.mktemp("console"), sqlite_template, devices=3)
    made.stocking.do(
        Move(quantity=5, owner="ACME", item="A1", source="A-03", to="A-01", ended=2_000),
        Receive(quantity=1, code="X-77", to="D-1", ended=2_100),
    )
    made.stocking.write_line(b'{"kind":"teleport"}')
    made.stocking.push()
    made.order("W-3", ("A1", 2))
    made.order("W-4", ("A2", 1))
    made.warehouse.tell(
        NETWORK, PutSite(code="HAM", name="Hamburg", time_zone="Europe/Berlin", number=2)
    )
    now = made.core.clock.now()
    contact = Contact(
        1, STOCKING, now, "app/1", 2, 1, 20, held=4, held_since=now - HOUR_MS, battery=44
    )
    with made.core.database.writing() as connection:
        upsert_records(connection, Contact, [contact])
    station = Workstation(1, "pack-1", "", 203, "status", now, "")
    queue.put_workstation(made.core.database, station)
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def desk(browser: Browser, shop: Shop) -> Iterator[Page]:
    """Give a supervisor's page, signed in; what a script or the policy complains of fails."""
    context = browser.new_context(viewport=DESK, locale="en-GB", base_url=shop.url)
    context.set_default_timeout(10_000)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if is_fault(said.text) else None)
    page.goto("/app/desk.html")
    page.get_by_label("User name").fill("supervisor")
    page.get_by_label("Password").fill(PIN)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Floor")).to_be_visible()
    yield page
    context.close()
    assert faults == []


def go(page: Page, name: str) -> None:
    """Go to a section by its link in the bar."""
    page.get_by_role("navigation").get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    expect(page.locator("#screen [aria-busy]")).to_have_count(0)


def test_the_floor_is_seen_at_a_glance(desk: Page) -> None:
    go(desk, "Floor")
    unsynced = desk.get_by_role("table", name="Devices with unsent work")
    expect(unsynced.get_by_role("row")).to_have_count(2)
    expect(unsynced).to_contain_text("stocking")
    expect(desk.locator("#figure-desk\\.now\\.discrepancies")).to_contain_text("2")
    expect(desk.get_by_role("img", name=re.compile("lines not begun"))).to_be_visible()


def test_screens_of_the_console_at_work(looker: Looker) -> None:
    page = looker.page
    open_desk(page, "supervisor")

    def go_to(name: str, *presses: str) -> None:
        page.evaluate("(name) => { location.hash = name; }", name)
        rest(page)
        for selector in presses:
            page.locator(selector).first.click()
            rest(page)

    for screen, name, *presses in (
        ("now", "now"),
        ("devices", "devices"),
        ("device", f"devices/{STOCKING}"),
        ("waves", "waves"),
        ("rules", "waves/rules"),
        ("labels", "labels", "#find"),
        ("item", "search/A1"),
        ("order", "search/W-1"),
        ("place", "search/A-02"),
        ("operation", f"search/{STOCKING}%2F1%2F1"),
        ("nothing", "search/NOWHERE"),
    ):
        go_to(name, *presses)
        looker.look(f"console-{screen}-at-work")
    for screen, name, *presses in (
        ("exception", "exceptions", "button.entry >> nth=1"),
        ("resolve", "exceptions", "button.entry >> nth=1", "#act-0"),
        ("release", "waves", "#release-all"),
        ("invite", "devices", "#invite"),
        ("keys", "now", ".heading .plain"),
        ("count", "counts", ".ways .done"),
        ("correct", "exceptions", "button.entry >> nth=1", "#act-1"),
        ("reclassify", "exceptions", "button.entry >> nth=1", "#act-2"),
        ("reconsider", "exceptions", "button.entry >> nth=0", "#act-1"),
        ("count-rule", "counts", "#new-rule"),
        ("count-policy", "counts", "#policy"),
        ("turnover", "counts", "#turnover"),
        ("wave-rule", "waves/rules", "#new-rule"),
        ("work-rule", "waves/rules", "#new-work"),
        ("wipe", f"devices/{STOCKING}", "#tell-wipe"),
    ):
        go_to(name, *presses)
        looker.look(f"open-{screen}", passing=True)
        page.keyboard.press("Escape")
    go_to("waves", "table[aria-label='Released waves'] a")
    looker.look("console-packages-at-work")
    page.locator("td .box").first.click()
    for selector in ("#recut", "#hand-over"):
        page.locator(selector).click()
        looker.look(f"open-{selector[1:]}", passing=True)
        page.keyboard.press("Escape")

    assert looker.wrong == []


def answer(page: Page, reason: str) -> None:
    """Type a reason into the dialog that is open, and send it."""
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.type(reason)
    page.keyboard.press("Enter")


def test_exceptions_are_worked_through_by_keyboard_alone(desk: Page) -> None:
    go(desk, "Exceptions")
    waiting = desk.get_by_text(re.compile(r"^\d waiting,"))
    expect(waiting).to_have_text("3 waiting, 0 overdue")
    press = desk.keyboard.press

    press("j")
    press("Enter")
    expect(desk.locator("#detail")).to_be_focused()
    expect(desk.locator("#detail")).to_contain_text("teleport")
    press("r")
    answer(desk, "a test line")
    expect(waiting).to_have_text("2 waiting, 0 overdue")

    press("r")
    answer(desk, "seen")
    expect(desk.get_by_role("alert")).to_contain_text("Still negative")
    press("Escape")
    press("o")
    expect(desk.locator("#detail")).to_contain_text("The operation that opened it")
    press("a")
    expect(desk.get_by_role("heading", name="Count A-03")).to_be_visible()
    press("Enter")
    expect(waiting).to_have_text("3 waiting, 0 overdue")

    task = desk.get_by_role("button", name="Task: count")
    task.focus()
    press("x")
    press("r")
    answer(desk, "not today")
    expect(waiting).to_have_text("2 waiting, 0 overdue")
    expect(desk.get_by_role("status").filter(has_text="1 done.")).to_be_visible()


def test_letters_are_no_keys_where_somebody_turns_them_off(desk: Page) -> None:
    go(desk, "Exceptions")
    desk.keyboard.press("?")
    letters = desk.get_by_label("Use single letters as keys")
    expect(letters).to_be_checked()
    letters.uncheck()
    desk.keyboard.press("Escape")
    desk.keyboard.press("/")
    expect(desk.get_by_role("heading", name="Exceptions", level=1)).to_be_visible()
    desk.keyboard.press("?")
    desk.get_by_label("Use single letters as keys").check()
    desk.keyboard.press("Escape")
    desk.keyboard.press("/")
    expect(desk.get_by_role("searchbox")).to_be_focused()


def test_chosen_shipments_are_released_and_their_packages_go_to_another(desk: Page) -> None:
    go(desk, "Waves")
    desk.get_by_label("Choose W-3").press("Space")
    desk.keyboard.press("r")
    expect(desk.get_by_role("dialog")).to_contain_text("Shipments: 1, lines: 1")
    answer(desk, "NOON")
    expect(desk.get_by_role("status").filter(has_text="was released")).to_be_visible()
    expect(desk.get_by_role("link", name="W-3")).to_have_count(0)

    desk.get_by_role("link", name="NOON").click()
    desk.get_by_role("checkbox").nth(1).check()
    desk.get_by_role("button", name="Hand over").click()
    desk.get_by_role("dialog").get_by_label("Device").select_option("1000001")
    desk.get_by_role("button", name="Confirm").click()
    expect(desk.get_by_role("table", name="Packages")).to_contain_text("stocking")


def test_a_rule_is_made_and_tells_what_it_would_release(desk: Page) -> None:
    desk.goto("/app/desk.html#waves/rules")
    desk.get_by_role("button", name="New rule").click()
    answer(desk, "EVENING")
    desk.get_by_role("button", name="Preview").click()
    expect(desk.get_by_role("dialog")).to_contain_text("Shipments: 1, lines: 1")
    desk.keyboard.press("Escape")
    desk.get_by_role("button", name="Pause").click()
    expect(desk.get_by_role("table", name="Wave rules")).to_contain_text("paused")


def test_a_phone_enrols_by_the_picture_and_is_suspended(desk: Page, page: Page) -> None:
    go(desk, "Devices")
    desk.keyboard.press("i")
    answer(desk, "H9")
    picture = desk.get_by_role("img", name=re.compile("^QR code"))
    shot = Image.open(io.BytesIO(picture.screenshot()))
    [read] = read_barcodes(shot)
    assert read.text == desk.get_by_role("dialog").get_by_role("link").inner_text()
    desk.keyboard.press("Escape")

    page.goto(read.text)
    page.get_by_role("button", name="Enrol").click()
    expect(page.get_by_label("Badge")).to_be_visible()

    desk.keyboard.press("u")
    desk.get_by_label("Choose H9").check()
    desk.get_by_role("button", name="Suspend").click()
    desk.get_by_role("dialog").get_by_role("button", name="Suspend").click()
    row = desk.get_by_role("row").filter(has_text="H9")
    expect(row).to_contain_text("suspended")
    desk.get_by_role("link", name="H9").click()
    desk.get_by_role("button", name="Wipe at once").click()
    wipe = desk.get_by_role("dialog").get_by_role("button", name="Wipe at once")
    wipe.click()
    expect(desk.get_by_role("alert")).to_contain_text("Say that you are sure")
    desk.get_by_label("I am sure").check()
    wipe.click()
    expect(desk.get_by_role("status").filter(has_text="1 done.")).to_be_visible()


def test_labels_are_saved_as_a_sheet_or_sent_to_a_printer(desk: Page) -> None:
    go(desk, "Labels")
    desk.get_by_label("Code begins with").fill("A-0")
    desk.keyboard.press("Enter")
    desk.get_by_label("Choose all").check()
    with desk.expect_download() as saved:
        desk.get_by_role("button", name="Sheet to print and cut (3)").click()
    assert Path(saved.value.path()).read_bytes().startswith(b"%PDF")
    desk.get_by_role("button", name="Print there (3)").click()
    expect(desk.get_by_role("row").filter(has_text="pack-1")).to_contain_text("3")
    desk.get_by_role("button", name="pack-1").click()
    desk.get_by_role("button", name="Cancel").first.click()
    expect(desk.get_by_role("table").last).to_contain_text("cancelled")


def test_any_code_is_found_with_its_story(desk: Page) -> None:
    go(desk, "Search")
    for code, told in (
        ("A1", "received supplier → A-01 40 \u00d7 ACME A1"),
        ("W-1", "Order W-1"),
        ("A-02", "In A-02 now"),
        ("1000001/1/1", "Movements"),
        ("<img src=x onerror=alert(1)>", "Nothing is known of <img src=x onerror=alert(1)>."),
        ("100%", "Nothing is known of 100%."),
    ):
        desk.get_by_role("searchbox").fill(code)
        desk.keyboard.press("Enter")
        expect(desk.locator("#screen")).to_contain_text(told)


def test_counts_are_planned_for_a_place(desk: Page) -> None:
    go(desk, "Counts")
    desk.keyboard.press("n")
    answer(desk, "A-02")
    expect(desk.get_by_role("status").filter(has_text="1 counts planned")).to_be_visible()
    expect(desk.get_by_text("Nothing was counted in this time.")).to_be_visible()


def test_another_site_is_looked_at_until_one_goes_back(desk: Page) -> None:
    go(desk, "Exceptions")
    desk.get_by_label("Site").select_option("HAM Hamburg")
    expect(desk.get_by_text("Nothing is waiting for a decision.")).to_be_visible()
    desk.reload()
    expect(desk.get_by_label("Site")).to_have_value("2")
    desk.get_by_label("Site").select_option("BER Berlin")
    expect(desk.get_by_text(re.compile(r"^[1-9] waiting,"))).to_be_visible()


@pytest.mark.parametrize("language", ["en", "zh", "de"])
def test_every_section_speaks_and_fits_a_small_phone(desk: Page, language: str) -> None:
    desk.locator(".language").select_option(language)
    desk.set_viewport_size({"width": 320, "height": 640})
    for name in ("now", "exceptions", "waves", "waves/rules", "devices", "counts", "labels"):
        desk.goto(f"/app/desk.html#{name}")
        expect(desk.locator("h1")).to_be_visible()
        assert desk.evaluate("document.documentElement.scrollWidth") <= 320, name
        assert re.search(r"\b(desk|app)\.[a-z]+[._a-z]*", desk.inner_text("body")) is None, name
    desk.set_viewport_size(DESK)
    desk.locator(".language").select_option("en")


def test_skipping_to_the_work_stays_in_the_section(desk: Page) -> None:
    go(desk, "Waves")
    desk.get_by_role("link", name="Skip to the work").press("Enter")
    expect(desk.locator("#screen")).to_be_focused()
    expect(desk.get_by_role("heading", name="Waves", level=1)).to_be_visible()


def test_whose_session_ended_signs_in_again(desk: Page) -> None:
    go(desk, "Devices")
    desk.context.clear_cookies()
    desk.keyboard.press("u")
    expect(desk.get_by_role("button", name="Sign in")).to_be_visible()
