"""The phone's camera: a label held into it is one scan; photos are shrunk, named first, sent later.

The camera plays a film of a label that this project prints.
"""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Response, expect

from server.labels.documents import ItemLabel
from server.labels.render import render
from tests.web.chromium import flags, on_the_system
from tests.web.conftest import PHONE, watch
from tests.web.operating import begin, lines
from tests.web.people import enrol, rest, scan, sign_in
from tests.web.shop import LAMP, Shop
from tests.web.tour import PARCELS, Tour, rows

WIDTH, HEIGHT = 1_280, 960
FILM = (
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--use-file-for-fake-video-capture=",
)
NO_DETECTOR = "delete globalThis.BarcodeDetector;"
DETECTOR = """globalThis.BarcodeDetector = class {
  static async getSupportedFormats() { return ["code_128", "qr_code"]; }
  constructor({ formats }) { this.formats = formats; }
  async detect(video) {
    globalThis.seen = (globalThis.seen ?? 0) + 1;
    return [{ rawValue: "%s", format: this.formats[0] }];
  }
};"""
FILES = """async () => {
  const files = await totebook.device.store.files();
  return Promise.all(files.map(async ({ hash, type, content }) => {
    const { width, height } = await createImageBitmap(new Blob([content], { type }));
    return { hash, type, bytes: content.length, side: Math.max(width, height) };
  }));
}"""
MEGABYTES_50 = 50_000_000


@pytest.fixture(scope="module")
def shop(toured: tuple[Shop, Tour]) -> Shop:
    """Give the shop."""
    return toured[0]


@pytest.fixture(scope="module")
def filming(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Give a browser whose camera sees an item's label."""
    place = tmp_path_factory.mktemp("film") / "label.y4m"
    label = ItemLabel("A1", "Lamp", LAMP, lot="L(21)")
    place.write_bytes(film_of(render(label, "png")))
    words = [*flags(), *FILM[:-1], f"{FILM[-1]}{place}"]
    opened = browser.browser_type.launch(executable_path=on_the_system(), args=words)
    yield opened
    opened.close()


@pytest.fixture
def camera(
    filming: Browser, shop: Shop, faults: list[str], request: pytest.FixtureRequest
) -> Iterator[Page]:
    """Give somebody who receives, with a phone that reads codes as the test says."""
    context = filming.new_context(viewport=PHONE, locale="en-GB", base_url=shop.url)
    context.grant_permissions(["camera"])
    page = context.new_page()
    page.add_init_script(request.param)
    watch(page, faults)
    enrol(page, shop.codes.pop())
    begin(page)
    page.locator("#work-receive").click()
    scan(page, "D-1")
    yield page
    context.close()
    assert faults == []


@pytest.fixture
def door(page: Page, toured: tuple[Shop, Tour]) -> Page:
    """Give a courier at the last door, who has no network."""
    enrol(page, toured[1].code)
    sign_in(page, "courier")
    page.locator("#place").click()
    expect(page.locator("#work-deliver .count")).to_be_visible()
    expect(page.locator("#bar")).to_contain_text("✓0")
    page.context.set_offline(True)
    page.locator("#work-deliver").click()
    scan(page, PARCELS[3])
    return page


def film_of(picture: bytes) -> bytes:
    """Return some frames of a picture, as cameras of tests play them."""
    frame = Image.new("RGB", (WIDTH, HEIGHT), "#888")
    label = Image.open(io.BytesIO(picture)).convert("RGB")
    label.thumbnail((WIDTH, HEIGHT - 40))
    frame.paste(label, ((WIDTH - label.width) // 2, 20))
    light, *colours = frame.convert("YCbCr").split()
    planes = [light, *(each.resize((WIDTH // 2, HEIGHT // 2)) for each in colours)]
    shown = b"FRAME\n" + b"".join(each.tobytes() for each in planes)
    return f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F5:1 Ip A1:1 C420jpeg\n".encode() + 4 * shown


@pytest.mark.parametrize("camera", [NO_DETECTOR], indirect=True, ids=["server"])
def test_label_held_into_the_camera_is_one_scan_that_the_server_reads(camera: Page) -> None:
    def is_read(answer: Response) -> bool:
        return answer.url.endswith("/app/decode") and LAMP in answer.text()

    camera.locator("#camera").click()
    for _ in range(3):
        camera.wait_for_event("response", is_read, timeout=10_000)
    camera.locator("#camera").click()
    expect(camera.locator("video")).to_have_count(0)
    camera.locator("#way-done").click()
    rest(camera)

    [line] = lines(camera, "receive")
    [*_, seen] = line["scans"]
    assert line["quantity"] == 1
    assert (seen["text"], seen["entry"]) == (f"]d201{LAMP}10L(21)", "camera")


@pytest.mark.parametrize("camera", [DETECTOR % LAMP], indirect=True, ids=["browser"])
def test_phone_that_reads_codes_itself_asks_no_server(camera: Page) -> None:
    asked: list[str] = []
    camera.on("request", lambda request: asked.append(request.url))
    camera.locator("#camera").click()
    camera.wait_for_function("() => globalThis.seen >= 3")
    rest(camera)

    expect(camera.locator(".quantity")).to_have_text("Quantity1")
    assert not any("decode" in url for url in asked)


def test_photo_is_shrunk_named_by_the_line_and_sent_when_there_is_a_network(
    door: Page, shop: Shop, tmp_path: Path
) -> None:
    said = door.locator(".proof [role=status]")
    Image.effect_noise((4_000, 3_000), 90).save(tmp_path / "door.jpg", quality=95)
    door.locator("#photo").set_input_files(tmp_path / "door.jpg")
    expect(said).to_contain_text("1 kept")
    # A photo is there when the page is killed before anything names it.
    door.reload()
    expect(said).to_contain_text("1 kept")

    (tmp_path / "none.jpg").write_bytes(b"\xff\xd8" + bytes(MEGABYTES_50))
    door.locator("#photo").set_input_files(tmp_path / "none.jpg")
    expect(said).to_contain_text("can't be read")
    Image.new("RGB", (4_200, 4_000), "#963").save(tmp_path / "large.bmp")
    assert (tmp_path / "large.bmp").stat().st_size > MEGABYTES_50
    door.locator("#photo").set_input_files(tmp_path / "large.bmp")
    expect(said).to_contain_text("2 kept")

    # Between the photo and the line is a question, whether this person may have it.
    for _ in range(2):
        door.locator("#answer-1").click()
        rest(door)
    [line] = lines(door, "deliver")
    files = door.evaluate(FILES)
    assert sorted(line["attachments"]) == sorted(each["hash"] for each in files)
    assert {each["type"] for each in files} == {"image/jpeg"}
    assert all(each["side"] <= 1_600 and each["bytes"] < 2_000_000 for each in files)
    expect(door.locator("#bar")).to_contain_text("⇡")

    door.context.set_offline(False)
    expect(door.locator("#bar")).to_contain_text("✓0", timeout=15_000)
    arrived = rows(shop, "SELECT hash FROM attachment WHERE completed_at IS NOT NULL")
    assert {name for [name] in arrived} == set(line["attachments"])
