"""Where everything stands on each kind of label, and on which size of media."""

from functools import singledispatch

from server.labels.documents import (
    Arrow,
    EnrolmentLabel,
    ItemLabel,
    Label,
    LocationLabel,
    ShippingLabel,
    ToteLabel,
)
from server.labels.faults import LabelError
from server.labels.sheet import Box, Shape, Sheet, dots
from server.labels.symbols import Symbol, Symbology, encode, require_digits
from server.labels.typeface import ELLIPSIS, Typeface

MARGIN = dots(3)
RECIPIENT_LINES_MAX = 7
# GS1 General Specifications, section 5.12.3.4: a logistic label's modules are at least 0.495 mm
# wide and its bars at least 31.75 mm high; six dots are 0.508 mm.
SSCC_MODULE_DOTS = 6
SSCC_HEIGHT = dots(32)
_ARROWS: dict[Arrow, tuple[tuple[int, int], ...]] = {
    "up": ((50, 0), (100, 50), (70, 50), (70, 100), (30, 100), (30, 50), (0, 50)),
    "down": ((50, 100), (100, 50), (70, 50), (70, 0), (30, 0), (30, 50), (0, 50)),
    "left": ((0, 50), (50, 0), (50, 30), (100, 30), (100, 70), (50, 70), (50, 100)),
    "right": ((100, 50), (50, 0), (50, 30), (0, 30), (0, 70), (50, 70), (50, 100)),
}


def lay_out(label: Label, typeface: Typeface) -> Sheet:
    """Return the drawing of a label, or raise LabelError when a value cannot stand on it."""
    sheet: Sheet = _lay_out(label, typeface)
    return sheet


@singledispatch
def _lay_out(label: object, typeface: Typeface) -> Sheet:
    del typeface
    msg = f"There is no layout for {type(label).__name__}: use one of the labels of documents."
    raise LabelError(msg)


@_lay_out.register
def _shipping(label: ShippingLabel, typeface: Typeface) -> Sheet:
    require_digits("An SSCC", label.sscc, 18)
    symbol = encode(Symbology.GS1_128, f"(00){label.sscc}")
    sheet = Sheet(100, 150, typeface)
    room = sheet.width - 2 * MARGIN
    sheet.write(f"From {label.sender}", (MARGIN, 80), 36, room)
    sheet.rule(110, MARGIN)
    for number, line in enumerate(_recipient_lines(label.recipient_lines)):
        sheet.write(line, (MARGIN, 190 + number * 68), 54, room)
    sheet.rule(630, MARGIN)
    sheet.write(label.destination, (MARGIN, 760), 110, room)
    sheet.write(label.service, (MARGIN, 850), 60, room)
    sheet.rule(890, MARGIN)
    sheet.write(f"Shipment {label.shipment_number}", (MARGIN, 965), 48, room)
    sheet.write(_parcel(label), (MARGIN, 1035), 48, room)
    sheet.rule(1070, MARGIN)
    sheet.write("SSCC", (MARGIN, 1140), 40, room)
    area = Box(0, 1180, sheet.width, SSCC_HEIGHT)
    sheet.bars(symbol, area, SSCC_MODULE_DOTS)
    sheet.write_whole(symbol.text, (sheet.width // 2, area.y + area.height + 70), 56, room)
    return sheet


def _recipient_lines(lines: tuple[str, ...]) -> tuple[str, ...]:
    if len(lines) <= RECIPIENT_LINES_MAX:
        return lines
    shown = lines[:RECIPIENT_LINES_MAX]
    return (*shown[:-1], f"{shown[-1]} {ELLIPSIS}")


def _parcel(label: ShippingLabel) -> str:
    if label.weight_g is None:
        return f"Parcel {label.parcel_of}"
    return f"Parcel {label.parcel_of} · {label.weight_g / 1000:.3f} kg"


@_lay_out.register
def _location(label: LocationLabel, typeface: Typeface) -> Sheet:
    sheet = Sheet(100, 50, typeface)
    side = dots(11)
    room = sheet.width - 2 * MARGIN
    if label.arrow is not None:
        left, top = sheet.width - MARGIN - side, MARGIN
        points = tuple(
            (left + x * side // 100, top + y * side // 100) for x, y in _ARROWS[label.arrow]
        )
        sheet.shapes.append(Shape(points))
        room -= side + MARGIN
    sheet.write(label.text, (MARGIN, 140), 110, room)
    return _with_code(sheet, encode(Symbology.CODE_128, label.code), 190)


@_lay_out.register
def _tote(label: ToteLabel, typeface: Typeface) -> Sheet:
    return _with_code(Sheet(100, 50, typeface), encode(Symbology.CODE_128, label.code), MARGIN)


def _with_code(sheet: Sheet, symbol: Symbol, top: int) -> Sheet:
    """Fill the rest of the sheet with a code and its text."""
    bottom = sheet.height - 120
    sheet.bars(symbol, Box(0, top, sheet.width, bottom - top), 6)
    middle = (sheet.width // 2, sheet.height - 45)
    sheet.write_whole(symbol.text, middle, 70, sheet.width - 2 * MARGIN)
    return sheet


@_lay_out.register
def _item(label: ItemLabel, typeface: Typeface) -> Sheet:
    symbol = _item_symbol(label)
    sheet = Sheet(50, 30, typeface)
    margin = dots(2)
    room = sheet.width - 2 * margin
    sheet.write(label.sku, (margin, 50), 36, room)
    sheet.write(label.description, (margin, 90), 28, room)
    sheet.bars(symbol, Box(0, 110, sheet.width, 180), 4)
    sheet.write_whole(symbol.text, (sheet.width // 2, 330), 36, room)
    return sheet


def _item_symbol(label: ItemLabel) -> Symbol:
    if (label.gtin is None) == (label.code is None):
        msg = f"The label of item '{label.sku}' takes a gtin or a code: give one of the two."
        raise LabelError(msg)
    if label.gtin is None:
        return encode(Symbology.CODE_128, label.code or "")
    return _gtin_symbol(label.gtin)


def _gtin_symbol(gtin: str) -> Symbol:
    """Return the code that shops and scanners expect for a GTIN of this length.

    A number is stored with 14 digits; leading zeros say that it was given out as a shorter one
    (GS1 General Specifications, section 3.3.2).
    """
    if len(gtin) not in {8, 12, 13, 14}:
        msg = (
            f"A GTIN has 8, 12, 13 or 14 digits, '{gtin}' has {len(gtin)}: "
            "give the whole number with its check digit."
        )
        raise LabelError(msg)
    require_digits("A GTIN", gtin, len(gtin))
    whole = gtin.zfill(14)
    if whole.startswith("000000"):
        return encode(Symbology.EAN_8, whole[6:])
    if whole.startswith("0"):
        return encode(Symbology.EAN_13, whole[1:])
    return encode(Symbology.ITF_14, whole)


@_lay_out.register
def _enrolment(label: EnrolmentLabel, typeface: Typeface) -> Sheet:
    symbol = encode(Symbology.QR, label.url)
    sheet = Sheet(100, 50, typeface)
    side = sheet.height
    sheet.squares(symbol, Box(0, 0, side, side), 14)
    room = sheet.width - side - MARGIN
    middle = side + room // 2
    sheet.write("Enrol this device", (side, 130), 44, room)
    sheet.write_whole(label.code, (middle, 300), 90, room)
    sheet.write("valid until", (side, 430), 36, room)
    sheet.write(label.expires, (side, 490), 44, room)
    return sheet
