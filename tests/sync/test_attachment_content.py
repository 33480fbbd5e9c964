"""What is taken for a picture or a document."""

import io

import pytest
from PIL import Image

from server.sync.attachment_content import PIXELS_MAX, fault_of

PDF = b"%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n"


def picture(kind: str, width: int = 40, height: int = 30) -> bytes:
    """A picture of one colour."""
    buffer = io.BytesIO()
    Image.new("L", (width, height), 7).save(buffer, kind)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
def test_pictures_are_taken_by_what_they_are(kind: str) -> None:
    others = {"jpeg", "png", "webp"} - {kind}

    assert fault_of(picture(kind), f"image/{kind}") == ""
    for other in others:
        assert "can't be read" in fault_of(picture(kind), f"image/{other}")


def test_documents_are_taken_whole() -> None:
    assert fault_of(PDF, "application/pdf") == ""
    assert fault_of(PDF[:-8], "application/pdf") != ""
    assert fault_of(b"MZ" + PDF, "application/pdf") != ""


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
def test_noise_is_no_picture(kind: str) -> None:
    assert "can't be read" in fault_of(b"<svg onload='x()'/>" * 9, f"image/{kind}")
    assert "can't be read" in fault_of(b"", f"image/{kind}")


def test_damaged_picture_is_found() -> None:
    content = bytearray(picture("PNG"))
    content[-20] ^= 1

    assert "can't be read" in fault_of(bytes(content), "image/png")


def test_bomb_is_not_unpacked() -> None:
    side = 7_000
    content = picture("PNG", side, side)

    assert side * side > PIXELS_MAX
    assert len(content) < 100_000
    assert f"{side} by {side} pixels" in fault_of(content, "image/png")
