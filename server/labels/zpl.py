"""Labels as ZPL II, the language of label printers: pure ASCII, at 203 or 300 dots per inch.

Codes are the printer's own, so their bars are sharp at its resolution. Text that the printer's font
can show is sent as text, any other as a picture. No value can end its field or begin a command:
every character that ZPL reads, and every byte beyond ASCII, travels as `_XX` under ^FH.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from barcode.charsets import code128
from barcode.codex import Code128, Gs1_128
from PIL import Image, ImageDraw

from server.labels.elements import FNC1
from server.labels.faults import LabelError
from server.labels.formats import DotsPerInch
from server.labels.sheet import DOTS_PER_INCH, Box, Code, Shape, Sheet, Words
from server.labels.symbols import SQUARE, Symbol, Symbology

QR_MODULE_MAX = 10
NARROW_DOTS_MIN = 2
_FONT_WIDTH = 0.9
"""Font 0 is a little narrower than high; so lines keep to the room that our own font needs."""
_ASCENT = 0.76
_SHIFT_C, _SHIFT_B, _FNC1 = 99, 100, 102
_ESCAPE_FNC1 = "$"
"""What leads ^BX to FNC1, a sign that no GS1 element can hold."""


class _Scale(NamedTuple):
    """From the dots of a sheet to those of a printer."""

    dots_per_inch: int

    def __call__(self, length: float) -> int:
        return round(length * self.dots_per_inch / DOTS_PER_INCH)


def zpl(sheets: Sequence[Sheet], dots_per_inch: DotsPerInch = 203, copies: int = 1) -> bytes:
    """Return sheets as ZPL, all of them so many times."""
    scale = _Scale(dots_per_inch)
    single = len(sheets) == 1
    formats = [_format(sheet, scale, copies if single else 1) for sheet in sheets]
    return ("".join(formats) * (1 if single else copies)).encode("ascii")


def escaped(text: str) -> str:
    """Return text as a field under ^FH holds it.

    >>> escaped("5 ^XZ~JA_ü")
    '5 _5EXZ_7EJA_5F_C3_BC'
    """
    return "".join(
        chr(byte) if 0x20 <= byte < 0x7F and byte not in b"^~_" else f"_{byte:02X}"  # noqa: PLR2004
        for byte in text.encode("utf-8", "replace")
    )


def _format(sheet: Sheet, scale: _Scale, copies: int) -> str:
    fields = [
        "^XA",
        "^CI28",
        f"^PW{scale(sheet.width)}^LL{scale(sheet.height)}^LH0,0",
        *(_rule(box, scale) for box in sheet.boxes),
        *(_polygon(shape, scale) for shape in sheet.shapes),
        *(_code(code, sheet, scale) for code in sheet.codes),
        *(_words(words, sheet, scale) for words in sheet.words),
        f"^PQ{copies}",
        "^XZ",
    ]
    return "\n".join(field for field in fields if field) + "\n"


def _rule(box: Box, scale: _Scale) -> str:
    width, height = max(1, scale(box.width)), max(1, scale(box.height))
    return f"^FO{scale(box.x)},{scale(box.y)}^GB{width},{height},{min(width, height)}^FS"


def _polygon(shape: Shape, scale: _Scale) -> str:
    points = [(scale(x), scale(y)) for x, y in shape.points]
    left, top = (min(parts) for parts in zip(*points, strict=True))
    right, bottom = (max(parts) for parts in zip(*points, strict=True))
    image = Image.new("1", (right - left + 1, bottom - top + 1))
    ImageDraw.Draw(image).polygon([(x - left, y - top) for x, y in points], fill=1)
    return _picture(image, left, top)


def _picture(image: Image.Image, x: int, y: int) -> str:
    """A picture, in which 1 is black, as hexadecimal digits."""
    packed = image.tobytes()
    across = (image.width + 7) // 8
    return f"^FO{x},{y}^GFA,{len(packed)},{len(packed)},{across},{packed.hex().upper()}^FS"


def _words(words: Words, sheet: Sheet, scale: _Scale) -> str:
    if not words.text:
        return ""
    text = words.text.replace("…", "...")
    if all(" " <= letter <= "~" or "\xa0" <= letter <= "\xff" for letter in text):
        return _printed(words, text, scale)
    return _drawn(words, sheet, scale)


def _printed(words: Words, text: str, scale: _Scale) -> str:
    size = max(10, scale(words.size))
    font = f"^A0N,{size},{round(size * _FONT_WIDTH)}"
    if words.anchor == "start":
        return f"^FT{scale(words.x)},{scale(words.y)}{font}^FH^FD{escaped(text)}^FS"
    room = scale(words.room)
    left = max(0, scale(words.x) - room // 2)
    top = max(0, scale(words.y) - round(size * _ASCENT))
    # In a block a backslash would begin a sign of its own.
    content = escaped(text.replace("\\", "\\\\"))
    return f"^FO{left},{top}{font}^FB{room},1,0,C^FH^FD{content}^FS"


def _drawn(words: Words, sheet: Sheet, scale: _Scale) -> str:
    """Words that the printer has no letters for, as a picture in the label's own font."""
    font = sheet.typeface.at(max(10, scale(words.size)))
    text = sheet.typeface.drawable(words.text)
    left, top, right, bottom = (round(edge) for edge in font.getbbox(text, anchor="ls"))
    # A text may have no ink at all.
    image = Image.new("1", (max(1, right - left), max(1, bottom - top)))
    draw = ImageDraw.Draw(image)
    draw.fontmode = "1"
    draw.text((-left, -top), text, fill=1, font=font, anchor="ls")
    x = scale(words.x) + left
    if words.anchor == "middle":
        x = scale(words.x) - (right - left) // 2
    return _picture(image, max(0, x), max(0, scale(words.y) + top))


def _code(code: Code, sheet: Sheet, scale: _Scale) -> str:
    symbol, module = code.symbol, _module(code, sheet, scale)
    width = symbol.units_across * module
    x = scale(code.area.x) + (scale(code.area.width) - width) // 2 + symbol.quiet_left * module
    y = scale(code.area.y)
    height = scale(code.area.height)
    if symbol.symbology in SQUARE:
        y += (height - width) // 2 + symbol.quiet_left * module
    return f"^FO{x},{y}{_COMMANDS[symbol.symbology](symbol, module, height)}^FS"


def _module(code: Code, sheet: Sheet, scale: _Scale) -> int:
    """The printer's dots nearest to the module that was laid out, within the same area."""
    symbol = code.symbol
    module = min(
        max(1, scale(code.module)), scale(code.area.width) // symbol.units_across, _most(symbol)
    )
    # One dot is too narrow for a bar; the units of itf_14 are half a narrow bar.
    narrow = module * 2 if symbol.symbology is Symbology.ITF_14 else module
    if narrow < NARROW_DOTS_MIN:
        msg = (
            f"{symbol.symbology} '{symbol.text}' is too long for a label of {sheet.width_mm} x "
            f"{sheet.height_mm} mm at {scale.dots_per_inch} dots per inch: use a shorter value."
        )
        raise LabelError(msg)
    return module


def _most(symbol: Symbol) -> int:
    return QR_MODULE_MAX if symbol.symbology is Symbology.QR else 100


def _code_128(symbol: Symbol, module: int, height: int) -> str:
    """^BC in mode N: each symbol character is ours, so that the width is what was laid out."""
    kind = Gs1_128 if symbol.symbology is Symbology.GS1_128 else Code128
    start, *values = kind(symbol.data).encoded
    in_c = start == code128.START_CODES["C"]
    text = ">;" if in_c else ">:"
    for value in values:
        if value == _FNC1:
            text += ">8"
        elif value == (_SHIFT_B if in_c else _SHIFT_C):
            text += ">6" if in_c else ">5"
            in_c = not in_c
        else:
            text += f"{value:02}" if in_c else _LETTERS.get(value, chr(value + 32))
    return f"^BY{module}^BCN,{height},N,N,N,N^FH^FD{escaped(text)}"


_LETTERS = {62: "><", 30: ">0", 94: ">="}
"""How ^BC writes the signs of subset B that ZPL reads itself: ^ > ~."""


def _ean_13(symbol: Symbol, module: int, height: int) -> str:
    return f"^BY{module}^BEN,{height},N,N^FD{symbol.data[:-1]}"


def _ean_8(symbol: Symbol, module: int, height: int) -> str:
    return f"^BY{module}^B8N,{height},N,N^FD{symbol.data[:-1]}"


def _itf_14(symbol: Symbol, module: int, height: int) -> str:
    """Wide bars are five units, narrow ones two."""
    return f"^BY{2 * module},2.5^B2N,{height},N,N,N^FD{symbol.data}"


def _qr(symbol: Symbol, module: int, _height: int) -> str:
    return f"^BQN,2,{module}^FH^FDMA,{escaped(symbol.data)}"


def _gs1_datamatrix(symbol: Symbol, module: int, _height: int) -> str:
    side = len(symbol.rows)
    data = (FNC1 + symbol.data).replace(FNC1, f"{_ESCAPE_FNC1}1")
    return f"^BXN,{module},200,{side},{side},,{_ESCAPE_FNC1}^FH^FD{escaped(data)}"


_COMMANDS: dict[Symbology, Callable[[Symbol, int, int], str]] = {
    Symbology.GS1_128: _code_128,
    Symbology.CODE_128: _code_128,
    Symbology.EAN_13: _ean_13,
    Symbology.EAN_8: _ean_8,
    Symbology.ITF_14: _itf_14,
    Symbology.QR: _qr,
    Symbology.GS1_DATAMATRIX: _gs1_datamatrix,
}
