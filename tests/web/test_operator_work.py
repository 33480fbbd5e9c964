"""What a person on the floor sees of the work, of others, and of what was written."""

import json

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from server.demo.plain import plain_client
from tests.api.warehouse import PIN, SITE
from tests.web.operating import begin, lines
from tests.web.people import enrol, rest, scan, sign_in
from tests.web.shop import LAMP, Shop

pytestmark = pytest.mark.nightly


def test_what_was_written_is_told_with_its_outcome_and_taken_back(at_dock: Page) -> None:
    scan(at_dock, "NO-SUCH-GOODS")
    at_dock.locator("#answer-yes").click()
    at_dock.locator("#way-done").click()
    expect(at_dock.locator("#bar")).to_contain_text("✓0")
    at_dock.locator("#bar a[href='#story']").click()

    row = at_dock.locator("li", has_text="NO-SUCH-GOODS").first
    expect(row).to_contain_text("Received")
    expect(row).to_contain_text("Kept, and being looked into: unknown code")
    expect(row).to_contain_text("Next: a person names the item")
    row.get_by_role("button").click()
    expect(row).to_contain_text("taken back")
    expect(at_dock.locator("#bar")).to_contain_text("✓0")


def test_work_is_listed_with_zone_and_place_and_is_left_only_knowingly(at_dock: Page) -> None:
    at_dock.locator("#bar a[href='#work']").click()
    at_dock.locator("#work-pick").click()
    expect(at_dock.locator("h1")).to_have_text("Receive is not finished")
    at_dock.locator("#leave-work").click()

    expect(at_dock.locator("#choices")).to_contain_text("Zone")
    expect(at_dock.locator("#choices")).to_contain_text("first A-0")
    at_dock.locator("#back").click()
    expect(at_dock.locator(".tiles")).to_be_visible()


HOLD = "([key, body]) => totebook.device.held.put('1/zone/1', key, 9, body)"
TASKS = (
    {"id": 1, "kind": "count", "place": "A-02", "occasion": "planned", "blind": 1},
    {"id": 2, "kind": "recount", "place": "B-09", "not_by": 0},
    {"id": 3, "kind": "put_back", "place": "A-01", "quantity": 2, "sku": "A1", "to": "A-03"},
)


def test_counts_and_put_backs_are_listed_by_zone_with_their_marks_and_found(at_dock: Page) -> None:
    at_dock.evaluate("() => totebook.runner.leave()")
    person = at_dock.evaluate(
        "() => totebook.device.held.body(`actor/${totebook.device.kept.grant}`).person"
    )
    for task in (*TASKS[:1], {**TASKS[1], "not_by": person}, TASKS[2]):
        body = json.dumps({"due": 1, **task})
        at_dock.evaluate(HOLD, [f"task/{task['id']}", body])
    at_dock.goto("/app/#work")
    at_dock.evaluate("() => totebook.draw()")

    expect(at_dock.locator("#work-count .count")).to_contain_text("2")
    at_dock.locator("#work-count").click()
    rows = at_dock.locator("#choices")
    expect(rows.locator("h2")).to_have_text(["Zone A · Aisle A"])
    expect(rows).to_contain_text("A-02 · Count · planned · without the book's figure")
    expect(rows).to_contain_text("B-09 · Count again · for somebody else: you counted it")
    at_dock.locator("#back").click()
    at_dock.locator("#work-move").click()
    expect(rows).to_contain_text("A-01 · 2 A1 → A-03 · Put back")
    for number in range(4, 9):
        body = json.dumps({"due": 1, "id": number, "kind": "put_back", "place": f"X-{number}"})
        at_dock.evaluate(HOLD, [f"task/{number}", body])
    at_dock.locator("#back").click()
    at_dock.locator("#work-move").click()
    at_dock.locator("#search").fill("a-01")
    expect(rows.locator("li")).to_have_count(1)
    at_dock.locator("#search").fill("nothing like it")
    expect(rows).to_contain_text("Nothing found")
    at_dock.evaluate("() => totebook.device.held.drop('1/zone/1')")
    at_dock.locator("#bar a[href='#work']").click()
    expect(at_dock.locator(".tiles")).to_be_visible()


def test_old_app_is_told_so_and_goes_on(at_dock: Page) -> None:
    def old(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "upgrade": "needed"})

    at_dock.route("**/device/v1/hello", old)
    scan(at_dock, LAMP)
    at_dock.locator("#way-done").click()
    expect(at_dock.locator("#bar")).to_contain_text("App is old")
    expect(at_dock.locator("#bar")).to_contain_text("✓0")


def test_next_person_signs_in_without_a_network_and_five_guesses_lock(
    page: Page, shop: Shop
) -> None:
    enrol(page, shop.codes.pop())
    # A badge says the person's code as it is, or after STAFF-.
    for person in ("STAFF-07", "operator", "supervisor"):
        begin(page, person)
        expect(page.locator("#bar .who")).to_have_text(person)
        page.goto("/app/#menu")
        page.locator("#sign-out").click()
    page.context.set_offline(True)

    sign_in(page, "supervisor")
    page.locator("#work-receive").click()
    scan(page, "D-1")
    scan(page, LAMP)
    page.goto("/app/#menu")
    page.locator("#sign-out").click()

    page.locator("#badge").fill("merchant")
    page.locator("#pin").fill(PIN)
    page.locator("form button[type=submit]").click()
    expect(page.get_by_role("alert")).to_contain_text("No network")
    page.locator("#badge").fill("operator")
    for wrong in range(5):
        page.locator("#pin").fill(f"0{wrong}")
        page.locator("form button[type=submit]").click()
        expect(page.locator("#pin")).to_have_value("")
        expect(page.get_by_role("alert")).not_to_have_text("")
    expect(page.get_by_role("alert")).to_contain_text("Too many wrong PINs")
    page.locator("#pin").fill(PIN)
    page.locator("form button[type=submit]").click()
    expect(page.locator("#pin")).to_have_value("")
    expect(page.get_by_role("alert")).to_contain_text("Too many wrong PINs")

    page.locator("#badge").fill("STAFF-supervisor")
    page.locator("#pin").fill(PIN)
    page.locator("form button[type=submit]").click()
    expect(page.locator(".quantity")).to_have_text("Quantity1")
    # A badge parks the work; the next badge goes on at the very step, in that person's name.
    scan(page, "STAFF-operator")
    scan(page, "STAFF-operator")
    expect(page.locator("#bar .who")).to_have_text("operator")
    expect(page.locator(".quantity")).to_have_text("Quantity1")
    page.locator("#way-done").click()
    rest(page)
    assert lines(page, "receive")[-1]["actor"] == page.evaluate("() => totebook.device.kept.grant")
    page.context.set_offline(False)
    expect(page.locator("#again")).to_have_count(0, timeout=10_000)
    expect(page.locator("#bar")).to_contain_text("✓0")


def test_one_tab_at_a_time_is_the_device(page: Page, shop: Shop) -> None:
    enrol(page, shop.codes.pop())
    begin(page)
    page.locator("#work-receive").click()
    scan(page, "D-1")
    second = page.context.new_page()
    second.goto("/app/")
    second.get_by_role("button", name="Work here").click()
    expect(second.locator("#instruction")).to_contain_text("scan the goods")
    expect(page.locator("h1")).to_have_text("Open in another tab")

    scan(second, LAMP)
    second.locator("#way-done").click()
    expect(second.locator("#bar")).to_contain_text("✓0")
    page.get_by_role("button", name="Work here").click()
    expect(page.locator("#instruction")).to_contain_text("scan the goods")
    assert [line["quantity"] for line in lines(page, "receive")] == [1]


def test_wipe_on_command_leaves_nothing_and_nobody(page: Page, shop: Shop) -> None:
    enrol(page, shop.codes.pop())
    begin(page)
    page.locator("#work-receive").click()
    scan(page, "D-1")
    number = page.evaluate("() => totebook.device.kept.device")
    with plain_client(shop.url, timeout_s=20.0) as desk:
        secret = {"person": "supervisor", "password": PIN}
        headers = {"X-Totebook-Page": "1"}
        assert desk.post("/app/session", json=secret, headers=headers).status_code == httpx.codes.OK
        path = f"/ops/v1/sites/{SITE}/devices/{number}/command"
        answer = desk.post(path, json={"command": "wipe"}, headers=headers)
        assert answer.status_code < httpx.codes.BAD_REQUEST, answer.text

    page.evaluate("() => totebook.keeper.soon(0)")
    expect(page.locator("#code")).to_be_visible()
    kept = page.evaluate(
        "async () => [await totebook.device.store.allLines(), await totebook.device.store.state()]"
    )
    assert kept[0] == []
    assert set(kept[1]) == {"boot"}
