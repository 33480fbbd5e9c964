"""A printer for tests: reads ZPL as a printer would, strictly, and draws the codes it is told.

Only the commands that labels use are known; anything else, and any sign that a value broke out of
its field, fails.
"""

import re
from typing import NamedTuple

import segno
from barcode.charsets import code128
from biip.gs1_messages import GS1Message
from PIL import Image, ImageDraw

from server.labels.datamatrix import rows_of
from server.labels.elements import check_digit
from server.labels.symbols import Symbology, encode

_FIELD = re.compile(
    r"\^F(?P<origin>[OT])(?P<x>\d+),(?P<y>\d+)"
    r"(?:\^BY(?P<module>\d+)(?:,(?P<ratio>[\d.]+))?)?"
    r"(?:\^(?P<kind>A0|B[0-9A-Z]|GB|GFA,?)(?P<rest>[^\^]*))"
    r"(?:\^FB(?P<block>\d+),1,0,C)?"
    r"(?P<hex>\^FH)?(?:\^FD(?P<text>[^\^~\n]*))?\^FS"
)
_HEX = re.compile(rb"_([0-9A-F]{2})")
_INVOKED = {">": 30, "<": 62, "0": 30, "=": 94}


class Print(NamedTuple):
    """One label as printed: its size in dots, its codes as a picture, its texts, its copies."""

    width: int
    height: int
    picture: Image.Image
    texts: list[str]
    graphics: int
    copies: int


def read_zpl(file: bytes) -> list[Print]:
    """Read every format of a file."""
    text = file.decode("ascii")
    assert all(" " <= letter <= "~" or letter == "\n" for letter in text)
    assert "~" not in text
    formats = text.split("^XZ\n")
    assert formats.pop() == ""
    return [_print(each) for each in formats]


def _print(text: str) -> Print:
    begin, charset, size, *fields, quantity = text.removesuffix("\n").split("\n")
    assert (begin, charset) == ("^XA", "^CI28")
    sized = re.fullmatch(r"\^PW(\d+)\^LL(\d+)\^LH0,0", size)
    copies = re.fullmatch(r"\^PQ(\d+)", quantity)
    assert sized
    assert copies
    picture = Image.new("L", (int(sized[1]), int(sized[2])), 255)
    texts: list[str] = []
    graphics = 0
    for line in fields:
        field = _FIELD.fullmatch(line)
        assert field, line
        if field["kind"] == "A0":
            said = _said(field)
            texts.append(_block(said) if field["block"] else said)
        elif field["kind"].startswith("GF"):
            total, _, _, content = field["rest"].lstrip(",").split(",")
            assert len(bytes.fromhex(content)) == int(total)
            graphics += 1
        elif field["kind"] != "GB":
            _draw(field, picture)
    return Print(picture.width, picture.height, picture, texts, graphics, int(copies[1]))


def _said(field: "re.Match[str]") -> str:
    raw = field["text"].encode()
    if field["hex"]:
        raw = _HEX.sub(lambda found: bytes([int(found[1], 16)]), raw)
    return raw.decode()


def _block(said: str) -> str:
    """The text of a block (^FB), in which a backslash is written twice."""
    assert re.fullmatch(r"(?:[^\\]|\\\\)*", said)
    return said.replace("\\\\", "\\")


def _draw(field: "re.Match[str]", picture: Image.Image) -> None:
    x, y, said, rest = int(field["x"]), int(field["y"]), _said(field), field["rest"].split(",")
    kind = field["kind"]
    if kind in ("BQ", "BX"):
        module = int(rest[2] if kind == "BQ" else rest[1])
        rows = _qr(said) if kind == "BQ" else _datamatrix(said, rest)
        for number, row in enumerate(rows):
            _bars(picture, row, (x, y + number * module), module, module)
        return
    module, height = int(field["module"]), int(rest[1])
    if kind == "B2":
        assert field["ratio"] == "2.5"
        assert module % 2 == 0
        _bars(picture, encode(Symbology.ITF_14, said).rows[0], (x, y), module // 2, height)
        return
    _bars(picture, {"BC": _code_128, "BE": _ean, "B8": _ean}[kind](said), (x, y), module, height)


def _bars(
    picture: Image.Image, row: str, corner: tuple[int, int], module: int, height: int
) -> None:
    x, y = corner
    draw = ImageDraw.Draw(picture)
    for place, unit in enumerate(row):
        if unit == "1":
            left = x + place * module
            assert left + module <= picture.width
            assert y + height <= picture.height
            draw.rectangle((left, y, left + module - 1, y + height - 1), fill=0)


def _qr(said: str) -> list[str]:
    assert said.startswith("MA,")
    code = segno.make_qr(said[3:], error="m", encoding="utf-8", boost_error=False)
    return ["".join("1" if dark else "0" for dark in row) for row in code.matrix]


def _datamatrix(said: str, rest: list[str]) -> tuple[str, ...]:
    assert rest[2] == "200"
    assert rest[6] == "$"
    assert said.startswith("$1")
    message = GS1Message.parse(said.removeprefix("$1").replace("$1", "\x1d"))
    rows = rows_of([(each.ai.ai, each.value) for each in message.element_strings])
    assert [str(len(rows))] * 2 == rest[3:5]
    return rows


def _ean(said: str) -> str:
    symbology = Symbology.EAN_13 if len(said) == 12 else Symbology.EAN_8
    return encode(symbology, said + str(check_digit(said))).rows[0]


def _code_128(said: str) -> str:
    """The bars of ^BC in mode N, by the table of invocation codes of the programming guide."""
    in_c = {">;": True, ">:": False}[said[:2]]
    values = [105 if in_c else 104]
    place = 2
    while place < len(said):
        letter, following = said[place], said[place + 1 : place + 2]
        place += 2 if letter == ">" or in_c else 1
        if letter == ">" and following in "568":
            values.append({"5": 99, "6": 100, "8": 102}[following])
            in_c = following == "5" or (in_c and following == "8")
        elif letter == ">":
            assert not in_c
            values.append(_INVOKED[following])
        elif in_c:
            values.append(int(letter + following))
        else:
            values.append(ord(letter) - 32)
    checked = (values[0] + sum(n * value for n, value in enumerate(values))) % 103
    parts = [code128.CODES[value] for value in [*values, checked]]
    return "".join([*parts, code128.STOP, "11"])
