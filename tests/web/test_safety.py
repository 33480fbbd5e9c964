"""What keeps everybody else out of the pages: headers, cookies, keys, and what is sent to them."""

import io
import json
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, Route, expect

from server.demo.plain import plain_client
from tests.api.warehouse import PIN
from tests.web.people import enrol, open_desk, scan, sign_in
from tests.web.shop import ODD, SCRIPT, Shop

PAGES = ("/app/", "/app/desk.html", "/parcel/")
PAGE = {"X-Totebook-Page": "1"}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Shop]:
    """Give a shop in which people wrote markup wherever they could."""
    made = Shop(tmp_path_factory.mktemp("shop"), sqlite_template)
    made.write_markup()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def caller(shop: Shop) -> Iterator[httpx.Client]:
    """Give somebody who calls the shop without a browser, and keeps its cookies."""
    with plain_client(shop.url, timeout_s=20.0) as made:
        yield made


def signed_in(caller: httpx.Client, person: str = "supervisor") -> httpx.Response:
    """Sign in as a page does."""
    answer = caller.post("/app/session", json={"person": person, "password": PIN}, headers=PAGE)
    assert answer.status_code == httpx.codes.OK, answer.text
    return answer


@pytest.mark.parametrize("path", [*PAGES, "/app/app.js", "/app/app.css", "/app/knowledge.json"])
def test_pages_are_sent_with_a_strict_policy(caller: httpx.Client, path: str) -> None:
    headers = caller.get(path).headers

    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == policy["style-src"] == "'self'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert policy["base-uri"] == policy["form-action"] == policy["frame-ancestors"] == "'none'"
    assert not any(word in str(policy) for word in ("unsafe", "http", "*"))
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"


def test_pages_ask_nobody_but_their_server(page: Page, shop: Shop) -> None:
    asked: list[str] = []

    def seen(route: Route) -> None:
        asked.append(route.request.url)
        if route.request.url.startswith(shop.url):
            route.continue_()
        else:
            route.abort()

    page.context.route("**/*", seen)
    enrol(page, shop.codes.pop())
    sign_in(page)
    for path in PAGES[1:]:
        page.goto(path)
    open_desk(page, "supervisor")

    others = [url for url in asked if not url.startswith((shop.url, "blob:", "data:"))]
    assert len(asked) > len(PAGES)
    assert others == []


def test_first_visit_asks_for_few_files(page: Page) -> None:
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url))
    page.goto("/app/")
    expect(page.locator("#code")).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")

    assert 3 <= len(asked) <= 20, asked


def test_session_is_a_cookie_that_scripts_and_other_sites_cannot_use(caller: httpx.Client) -> None:
    told = signed_in(caller).headers["set-cookie"].lower()

    assert "httponly" in told
    assert "samesite=strict" in told
    assert "token" not in signed_in(caller).text


def test_change_by_cookie_needs_what_other_sites_cannot_send(caller: httpx.Client) -> None:
    signed_in(caller)
    body = {"name": "phone", "role": "floor"}
    address = "/ops/v1/sites/1/devices"

    assert caller.get("/ops/v1/sites").status_code == httpx.codes.OK
    assert caller.post(address, json=body).status_code == httpx.codes.UNAUTHORIZED
    assert caller.post(address, json=body, headers=PAGE).status_code == httpx.codes.CREATED


def test_markup_in_names_scans_and_orders_stays_text(page: Page, shop: Shop) -> None:
    enrol(page, shop.codes.pop())
    sign_in(page)
    page.locator("#work-receive").click()
    scan(page, "D-1")
    scan(page, SCRIPT)
    scan(page, ODD)
    expect(page.locator("#screen")).to_contain_text("<script>")
    untouched(page)
    page.goto("/app/#story")
    untouched(page)
    for person in ("supervisor", "merchant"):
        page.context.clear_cookies()
        open_desk(page, person)
        for link in page.locator("nav.sections a").all():
            link.click()
            untouched(page)


def untouched(page: Page) -> None:
    """Assert that no text of others became part of the page."""
    expect(page.locator("main")).not_to_be_empty()
    assert page.evaluate("typeof globalThis.taken") == "undefined"
    assert page.locator("#app script, #app img[src=x]").count() == 0


def test_key_of_a_device_cannot_leave_its_browser(page: Page, shop: Shop) -> None:
    enrol(page, shop.codes.pop())

    told = page.evaluate(
        """async () => {
          const { keys } = totebook.device.kept;
          const formats = ["pkcs8", "jwk", "raw"];
          const tried = formats.map((format) => crypto.subtle.exportKey(format, keys.privateKey));
          const done = await Promise.allSettled(tried);
          return [keys.privateKey.extractable, done.map(({ status }) => status)];
        }"""
    )
    assert told == [False, ["rejected"] * 3]


def picture(width: int = 200, height: int = 200) -> bytes:
    """Return a PNG with one code on it."""
    drawn = io.BytesIO()
    code = zxingcpp.create_barcode("TOTE-1", zxingcpp.BarcodeFormat.QRCode).to_image(scale=4)
    Image.fromarray(code).resize((width, height)).save(drawn, "PNG")
    return drawn.getvalue()


def bomb() -> bytes:
    """Return a small PNG that says it is 60,000 by 60,000."""
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(bytes(1_000_000))), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in parts
    )


def test_frames_are_read_for_who_is_signed_in_alone(caller: httpx.Client) -> None:
    assert caller.post("/app/decode", content=picture(), headers=PAGE).status_code == 401
    signed_in(caller)
    answer = caller.post("/app/decode", content=picture(), headers=PAGE)

    assert [code["text"] for code in json.loads(answer.content)["codes"]] == ["TOTE-1"]


@pytest.mark.parametrize(
    ("frame", "status"),
    [
        (lambda: b"", 422),
        (lambda: b"<svg onload='alert(1)'/>", 422),
        (lambda: b"GIF89a" + bytes(100), 422),
        (lambda: picture()[:200], 422),
        (bomb, 422),
        (lambda: bytes(50_000_000), 413),
    ],
    ids=["nothing", "markup", "other format", "half", "bomb", "50 MB"],
)
def test_what_is_no_frame_is_refused(
    caller: httpx.Client, frame: Callable[[], bytes], status: int
) -> None:
    signed_in(caller)
    answer = caller.post("/app/decode", content=frame(), headers=PAGE)

    assert answer.status_code == status
    assert answer.json()["type"]
    assert caller.get("/ready").status_code == httpx.codes.OK
