"""Frames of cameras that are no pictures: never more than a refusal."""

import io
import random

import pytest
from PIL import Image

from server.errors import InvalidError
from server.web.decoding import codes_in


def test_frames_that_were_damaged_anywhere_are_read_or_refused() -> None:
    drawn = io.BytesIO()
    Image.new("RGB", (40, 40), "white").save(drawn, "PNG")
    whole, chance = drawn.getvalue(), random.Random(6)
    refused = 0
    for _ in range(400):
        frame = bytearray(whole)
        for _ in range(3):
            frame[chance.randrange(len(frame))] = chance.randrange(256)
        try:
            assert codes_in(bytes(frame)) == []
        except InvalidError:
            refused += 1
    assert refused > 100


def test_frame_with_more_pixels_than_any_camera_has_is_refused() -> None:
    drawn = io.BytesIO()
    Image.new("1", (5_000, 5_000)).save(drawn, "PNG")
    with pytest.raises(InvalidError):
        codes_in(drawn.getvalue())
