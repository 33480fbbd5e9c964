"""Frames of cameras that are no pictures: never more than a refusal."""

import io
import random

import pytest
from PIL import Image

from device_protocol.scan import read
from server.errors import InvalidError
from server.labels.documents import ItemLabel
from server.labels.render import render
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


def test_gs1_label_is_told_as_a_reader_in_hand_would() -> None:
    label = ItemLabel("A1", "Milk", "4006381333931", lot="L(21)", serial="S(9")
    [code] = codes_in(render(label, "png"))

    [reading] = read(code.text, code.symbology).readings
    assert (reading.gtin, reading.lot, reading.serial) == ("04006381333931", "L(21)", "S(9")


def test_frame_with_more_pixels_than_any_camera_has_is_refused() -> None:
    drawn = io.BytesIO()
    Image.new("1", (5_000, 5_000)).save(drawn, "PNG")
    with pytest.raises(InvalidError):
        codes_in(drawn.getvalue())
