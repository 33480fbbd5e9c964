"""Somebody waits for a parcel: their page, by its link, on a phone."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from server.db.bulk import insert_records
from server.lane.activity import NETWORK
from server.orders.messages import OrderProgress
from server.orders.models import ORDER, SHIPMENT
from server.service.messages import WithdrawLinks
from server.transport.records import Attempt, Parcel, Round, Stop
from tests.api.consumer.test_pictures import a_picture
from tests.api.warehouse import HOUR_MS, SITE
from tests.web.looking import Looker
from tests.web.people import rest
from tests.web.shop import Shop
from tests.web.tour import rows

pytestmark = pytest.mark.nightly

DAY_MS = 24 * HOUR_MS
SCRIPT = "<script>alert(1)</script>"


class Street(Shop):
    """A shop with goods on the road: order P-1 waits, P-2 is in a van, P-3 was delivered."""

    def hand_out(self) -> None:
        """Bring the orders so far, and make a link to each; ended and withdrawn ones too."""
        for number in ("P-1", "P-2", "P-3", "P-4"):
            self.order(number, ("A1", 2), ("A2", 1))
        self.now = self.core.clock.now()
        with self.core.database.reading() as connection:
            self.orders = {row.number: row.id for row in connection.execute(ORDER.select())}
            shipments = {row.number: row.id for row in connection.execute(SHIPMENT.select())}
        self.links = {number: self.link(number) for number in self.orders}
        self.links["ended"] = self.link("P-1", -DAY_MS)
        self.warehouse.tell(NETWORK, WithdrawLinks(order=self.orders["P-4"]))
        window = f"promised_at = {self.now + DAY_MS}, window_from = {self.now}"
        with self.core.database.writing() as connection:
            connection.exec_driver_sql(f"UPDATE customer_order SET {window}")  # noqa: S608 - ours.
        self._progress("P-2", "loaded")
        self._progress("P-3", "delivered")
        self._drive(shipments)

    def link(self, number: str, lifetime_ms: int = DAY_MS) -> str:
        """A link to the page of an order."""
        token, _ = self.core.links.issue(self.orders[number], SITE, 0, lifetime_ms)
        return f"/parcel/#{token}"

    def said(self, number: str) -> list[tuple[object, ...]]:
        """What the page of an order said: about what, day, place, stars, cause."""
        sql = f"""SELECT about, date, handed_to, rating, cause FROM consumer_word
            WHERE order_id = {self.orders[number]} ORDER BY at"""  # noqa: S608 - our own number.
        return rows(self, sql)

    def _progress(self, number: str, state: str) -> None:
        told = OrderProgress(order=self.orders[number], state=state, at=self.now, site=SITE)
        self.warehouse.tell(NETWORK, told)

    def _drive(self, shipments: dict[str, int]) -> None:
        """Put two stops of a round under way into the book; the first was delivered."""
        first, second = shipments["P-3"], shipments["P-2"]
        rows = (
            Round(SITE, 8_000_001, "North", "2031-05-06", 1, started_at=self.now),
            Stop(SITE, 8_000_002, 8_000_001, 1, first, "Berlin", self.now, "delivered", None, 1),
            Stop(SITE, 8_000_003, 8_000_001, 2, second, "Berlin", self.now),
            Parcel(SITE, 8_000_004, "340400000000000017", first, stop=8_000_002, state="delivered"),
            Parcel(SITE, 8_000_005, "340400000000000024", second, stop=8_000_003, state="loaded"),
            Attempt(
                *(SITE, 8_000_006, 8_000_004, 8_000_002, self.now, 1, 1, "delivered"),
                handed_to="neighbour",
            ),
            Attempt(
                *(SITE, 8_000_007, 8_000_005, 8_000_003, self.now, 1, 1, "failed"),
                next_date=SCRIPT,
            ),
        )
        with self.core.database.writing() as connection:
            for row in rows:
                insert_records(connection, type(row), [row])


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Street]:
    """Give the street, served."""
    made = Street(tmp_path_factory.mktemp("street"), sqlite_template, devices=0)
    made.hand_out()
    made.start()
    yield made
    made.stop()


def unfold(page: Page, name: str) -> None:
    """Open one of the forms."""
    page.locator("summary", has_text=name).click()


def test_parcel_in_the_van_shows_when_it_comes_and_its_link_goes_nowhere(
    page: Page, shop: Street
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.goto(shop.links["P-2"])

    expect(page.get_by_role("heading", level=1)).to_have_text("On its way to you")
    expect(page.locator("#screen")).to_contain_text("Planned for Tuesday 6 May")
    expect(page.locator("#screen")).to_contain_text("You are next")
    expect(page.locator(".steps .reached")).to_have_count(3)
    # What a courier's phone says is text, whatever it looks like.
    expect(page.locator("#screen")).to_contain_text(f"Next try: {SCRIPT}")
    expect(page.locator("summary")).to_have_count(3)
    assert page.context.cookies() == []
    token = shop.links["P-2"].split("#")[1]
    assert all(url.startswith(shop.url) and token not in url.split("#")[0] for url in asked)
    assert len(asked) <= 8


def test_wish_is_sent_once_however_often_it_is_tried(page: Page, shop: Street) -> None:
    page.goto(shop.links["P-1"])
    expect(page.locator(".lead").first).to_contain_text("Not before")
    expect(page.locator(".lead").nth(1)).to_contain_text("Promised by")
    unfold(page, "Another day or place")
    page.get_by_role("button", name="Send request").click()
    expect(page.get_by_role("alert")).to_have_text("Choose a day or a place.")
    page.get_by_label("Place", exact=True).select_option("neighbour")
    page.get_by_label("Which neighbour").fill(SCRIPT)
    page.context.set_offline(True)
    page.get_by_role("button", name="Send request").click()
    expect(page.get_by_role("alert")).to_contain_text("can't be reached")
    page.context.set_offline(False)
    # It was heard, and the answer got lost.
    page.route("**/consumer/v1/wishes", lambda route: (route.fetch(), route.abort())[1], times=1)
    page.get_by_role("button", name="Send request").click()
    expect(page.get_by_role("alert")).to_contain_text("can't be reached")
    page.get_by_role("button", name="Send request").click()

    expect(page.get_by_role("status")).to_have_text("Thank you. We will see to your request.")
    expect(page.locator(".words li")).to_contain_text("With a neighbour")
    assert shop.said("P-1") == [("wish", "", "neighbour", None, "")]


def test_what_has_arrived_is_rated_complained_of_and_sent_back(page: Page, shop: Street) -> None:
    page.goto(shop.links["P-3"])
    expect(page.locator(".pieces")).to_contain_text("handed to a neighbour")
    unfold(page, "It has arrived")
    page.get_by_role("radio", name="4 of 5").check()
    page.get_by_role("button", name="Confirm receipt").click()
    expect(page.get_by_role("status")).to_have_text("Thank you for telling us.")

    unfold(page, "Something is wrong")
    page.get_by_label("What is it?").select_option("damaged")
    choose = page.get_by_label("Pictures").set_input_files
    choose({"name": "no.png", "mimeType": "image/png", "buffer": b"no picture"})
    page.get_by_role("button", name="Send the complaint").click()
    expect(page.locator("#ask-complaint .said")).to_have_text(
        "no.png is no picture that we can read."
    )
    pictures: list[FilePayload] = [
        {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": a_picture(3_000)},
        {"name": "b.jpg", "mimeType": "image/jpeg", "buffer": a_picture(200)},
    ]
    choose(pictures)
    page.get_by_role("button", name="Send the complaint").click()
    expect(page.locator(".words")).to_contain_text("2 pictures")

    unfold(page, "Send something back")
    page.get_by_role("button", name="Announce the return").click()
    expect(page.locator("#ask-return").get_by_role("alert")).to_have_text("Say how many go back.")
    page.locator("input[type=number]").first.fill("2")
    page.get_by_label("Why?").select_option("unwanted")
    page.get_by_role("button", name="Announce the return").click()
    expect(page.get_by_role("status")).to_have_text(re.compile(r"^Write R\d+-1 on the parcel"))
    assert shop.said("P-3") == [
        ("receipt", "", "", 4, ""),
        ("complaint", "", "", None, "damaged"),
        ("return", "", "", None, "unwanted"),
    ]


def test_link_that_opens_nothing_says_so(page: Page, shop: Street) -> None:
    ended = (
        ("/parcel/", "This link is not complete"),
        (shop.links["P-1"][:-6], "This link is not complete"),
        ("/parcel/#<img src=x onerror=alert(1)>é", "This link is not complete"),
        (shop.links["ended"], "This link has expired"),
        (shop.links["P-4"], "This link is no longer valid"),
    )

    for link, told in ended:
        # The page by itself reads another link in the same tab.
        page.goto(link)
        expect(page.get_by_role("heading", level=1)).to_have_text(told)
        expect(page.locator("#screen p")).to_be_visible()


def test_page_without_a_network_lets_try_again(page: Page, shop: Street) -> None:
    portal = "<html>Welcome to the hotel</html>"
    page.route("**/consumer/v1/order", lambda route: route.fulfill(body=portal), times=1)
    page.goto(shop.links["P-2"])
    expect(page.get_by_role("alert")).to_contain_text("can't be reached")

    page.get_by_role("button", name="Try again").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("On its way to you")


def test_screens_of_who_waits(looker: Looker, shop: Street) -> None:
    page = looker.page
    for number in ("P-1", "P-2", "P-3"):
        page.goto("about:blank")
        page.goto(shop.links[number])
        expect(page.locator(".steps")).to_be_visible()
        if number == "P-2":
            looker.look("parcel-van")
            continue
        for each in page.locator("summary").all():
            each.click()
        rest(page)
        looker.look(f"parcel-{number[-1]}-asks")
        expect(page.locator("details[open]").first).to_be_visible()
    page.goto("about:blank")
    page.goto(shop.links["ended"])
    rest(page)
    looker.look("link-ended")

    assert looker.wrong == []
