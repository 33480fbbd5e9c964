"""Pictures of consumers: whatever comes, only a picture painted again is kept."""

import io
from typing import Any

import pytest
from PIL import Image

from server.api.consumer import pictures
from server.api.consumer.pictures import A_DAY_MAX, BYTES_MAX, SIDE_PIXELS_MAX
from server.core import Core
from tests.api.consumer.visits import send, visitor
from tests.api.desks import Desk, an_order


def a_picture(side: int = 40, form: str = "JPEG", mode: str = "RGB", **more: Any) -> bytes:  # noqa: ANN401 - Pillow's.
    """A picture of one colour."""
    written = io.BytesIO()
    Image.new(mode, (side, side // 2)).save(written, form, **more)
    return written.getvalue()


@pytest.fixture
def page(acme: Desk) -> Desk:
    """Give the page of an order."""
    return visitor(acme, acme.say("POST", "/orders", an_order())["grant"]["order"])


def kept(core: Core, page: Desk, body: bytes) -> Image.Image:
    """What is kept of a picture."""
    answer = send(page, body)
    assert answer.status_code == 200, answer.text
    found = core.attachments.content(answer.json()["picture"])
    assert found is not None
    assert found[0].media_type == "image/jpeg"
    return Image.open(io.BytesIO(found[1]))


def test_pictures_of_any_kind_become_plain_ones(core: Core, page: Desk) -> None:
    kinds = (
        *(("JPEG", "RGB"), ("JPEG", "CMYK"), ("JPEG", "L")),
        *(("PNG", "RGBA"), ("PNG", "P"), ("WEBP", "RGB")),
    )

    for form, mode in kinds:
        assert kept(core, page, a_picture(form=form, mode=mode)).mode == "RGB", (form, mode)


def test_nothing_that_a_camera_wrote_is_kept_and_it_stands_upright(core: Core, page: Desk) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Phone of Erika"
    hidden = a_picture(exif=exif.tobytes(), comment=b"52.5N 13.4E") + b"<script>alert(1)</script>"

    found = kept(core, page, hidden)

    assert found.size == (20, 40)
    assert not found.getexif()
    assert "comment" not in found.info


def test_large_picture_is_made_smaller(core: Core, page: Desk) -> None:
    assert kept(core, page, a_picture(3_000, "PNG", "1")).size == (
        SIDE_PIXELS_MAX,
        SIDE_PIXELS_MAX // 2,
    )


def test_what_is_transparent_is_on_white_paper(core: Core, page: Desk) -> None:
    assert kept(core, page, a_picture(form="PNG", mode="RGBA")).getpixel((5, 5)) == (255, 255, 255)


def test_same_picture_again_has_the_same_name(page: Desk) -> None:
    names = {send(page, a_picture()).json()["picture"] for _ in range(2)}

    assert len(names) == 1


def test_what_is_no_picture_is_refused(page: Desk) -> None:
    bodies = (
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
        b"GIF89a" + bytes(40),
        a_picture()[:200],
        a_picture(60, "PNG")[:60],
        b"%PDF-1.7 %%EOF",
    )

    for body in bodies:
        answer = send(page, body)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), body


def test_bomb_is_refused_before_it_is_unpacked(page: Desk) -> None:
    answer = send(page, a_picture(10_000, "PNG", "1"))

    assert (answer.status_code, answer.json()["detail"]) == (
        422,
        "The picture has too many pixels.",
    )


def test_fifty_megabytes_are_not_read(page: Desk) -> None:
    answer = send(page, bytes(BYTES_MAX + 1))

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_page_sends_so_many_a_day(page: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "A_DAY_MAX", 2)
    answers = [send(page, a_picture(side)) for side in (20, 30, 40)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1].json()["code"] == "consumer.enough"
    assert A_DAY_MAX > 2
