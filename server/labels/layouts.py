"""Where everything stands on each kind of label, and on which size of media."""

from functools import singledispatch

from server.labels.documents import (
    Arrow,
    EnrolmentLabel,
    ItemLabel,
    Label,
    LocationLabel,
    ManifestLine,
    ManifestList,
    PackingLine,
    PackingList,
    PalletLabel,
    ShippingLabel,
    ToteLabel,
)
from server.labels.elements import require_digits, short_date
from server.labels.faults import LabelError
from server.labels.logistic import BARS_HEIGHT, HRI_SIZE, MODULE_DOTS, lay_out_pallet
from server.labels.sheet import Box, Shape, Sheet, dots
from server.labels.symbols import SQUARE, Symbol, Symbology, encode, gs1_datamatrix
from server.labels.typeface import ELLIPSIS, Typeface

MARGIN = dots(3)
RECIPIENT_LINES_MAX = 7
PACKING_LINES = 14
"""Lines on one page of a packing list."""
MANIFEST_LINES = 22
"""Lines on one page of a manifest."""
_ARROWS: dict[Arrow, tuple[tuple[int, int], ...]] = {
    "up": ((50, 0), (100, 50), (70, 50), (70, 100), (30, 100), (30, 50), (0, 50)),
    "down": ((50, 100), (100, 50), (70, 50), (70, 0), (30, 0), (30, 50), (0, 50)),
    "left": ((0, 50), (50, 0), (50, 30), (100, 30), (100, 70), (50, 70), (50, 100)),
    "right": ((100, 50), (50, 0), (50, 30), (0, 30), (0, 70), (50, 70), (50, 100)),
}


def lay_out(label: Label, typeface: Typeface, *, copy: bool = False) -> tuple[Sheet, ...]:
    """Return the drawings of a label, or raise LabelError when a value cannot stand on it.

    Only a packing list and a manifest may have more than one. `copy` marks what may have been
    printed before.
    """
    if isinstance(label, PackingList):
        sheets = _packing_list(label, typeface)
    elif isinstance(label, ManifestList):
        sheets = _manifest(label, typeface)
    else:
        sheets = (_lay_out(label, typeface),)
    for sheet in sheets if copy else ():
        sheet.mark_copy()
    return sheets


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
    area = Box(0, 1180, sheet.width, BARS_HEIGHT)
    sheet.code(symbol, area, MODULE_DOTS)
    sheet.write_whole(symbol.text, (sheet.width // 2, area.y + area.height + 70), HRI_SIZE, room)
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


def _packing_list(label: PackingList, typeface: Typeface) -> tuple[Sheet, ...]:
    lines = label.lines
    pages = [
        lines[first : first + PACKING_LINES] for first in range(0, len(lines), PACKING_LINES)
    ] or [()]
    return tuple(
        _packing_page(label, page, f"Page {number}/{len(pages)}", typeface)
        for number, page in enumerate(pages, 1)
    )


def _packing_page(
    label: PackingList, lines: tuple[PackingLine, ...], page: str, typeface: Typeface
) -> Sheet:
    sheet = Sheet(100, 150, typeface)
    room = sheet.width - 2 * MARGIN
    sheet.write(f"From {label.sender}", (MARGIN, 80), 36, room)
    recipient = ", ".join(_recipient_lines(label.recipient_lines))
    sheet.write(f"To {recipient}", (MARGIN, 130), 36, room)
    sheet.write(f"Packing list {label.shipment_number}", (MARGIN, 210), 54, room)
    units = sum(line.quantity for line in label.lines)
    told = f"Parcel {label.parcel_of} · units: {units} · {page}"
    sheet.write(told, (MARGIN, 260), 36, room)
    sheet.rule(280, MARGIN)
    for number, line in enumerate(lines):
        y = 340 + number * 100
        counted = f"{line.quantity} x "
        sheet.write(counted + line.sku, (MARGIN, y), 42, room)
        sheet.write(line.description, (MARGIN, y + 40), 32, room)
    return sheet


def _manifest(label: ManifestList, typeface: Typeface) -> tuple[Sheet, ...]:
    lines = label.lines
    pages = [
        lines[first : first + MANIFEST_LINES] for first in range(0, len(lines), MANIFEST_LINES)
    ] or [()]
    return tuple(
        _manifest_page(label, page, f"Page {number}/{len(pages)}", typeface)
        for number, page in enumerate(pages, 1)
    )


def _manifest_page(
    label: ManifestList, lines: tuple[ManifestLine, ...], page: str, typeface: Typeface
) -> Sheet:
    sheet = Sheet(100, 150, typeface)
    room = sheet.width - 2 * MARGIN
    sheet.write(f"Manifest {label.round}", (MARGIN, 90), 54, room)
    sheet.write(f"{label.van} · {label.date} · {label.state}", (MARGIN, 150), 36, room)
    sheet.write(f"Parcels: {len(label.lines)} · {page}", (MARGIN, 200), 36, room)
    sheet.rule(220, MARGIN)
    for number, line in enumerate(lines):
        said = f"{line.sscc} {line.number} {line.destination}"
        sheet.write(said, (MARGIN, 280 + number * 66), 36, room)
    return sheet


@_lay_out.register
def _pallet(label: PalletLabel, typeface: Typeface) -> Sheet:
    return lay_out_pallet(label, typeface)


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
    sheet.code(symbol, Box(0, top, sheet.width, bottom - top), 6)
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
    if symbol.symbology in SQUARE:
        _beside(sheet, symbol, label)
    else:
        sheet.code(symbol, Box(0, 110, sheet.width, 180), 4)
        sheet.write_whole(symbol.text, (sheet.width // 2, 330), 36, room)
    return sheet


def _beside(sheet: Sheet, symbol: Symbol, label: ItemLabel) -> None:
    """Draw a square code, and what it says beside it: each element on a line of its own."""
    side = 240
    margin = dots(2)
    sheet.code(symbol, Box(margin, 104, side, side), 10)
    left = margin + side + 20
    room = sheet.width - left - margin
    for number, (identifier, content) in enumerate(_item_elements(label)):
        sheet.write_smaller(f"({identifier}) {content}", (left, 150 + number * 50), 32, room)


def _item_elements(label: ItemLabel) -> list[tuple[str, str]]:
    expires = short_date(label.expires) if label.expires else ""
    found = (
        ("01", (label.gtin or "").zfill(14)),
        ("17", expires),
        ("10", label.lot),
        ("21", label.serial),
    )
    return [element for element in found if element[1]]


def _item_symbol(label: ItemLabel) -> Symbol:
    if (label.gtin is None) == (label.code is None):
        msg = f"The label of item '{label.sku}' takes a gtin or a code: give one of the two."
        raise LabelError(msg)
    traced = label.lot or label.expires or label.serial
    if label.gtin is None:
        if traced:
            msg = f"Lot, expiry and serial of item '{label.sku}' need a gtin: give it."
            raise LabelError(msg)
        return encode(Symbology.CODE_128, label.code or "")
    if traced:
        return gs1_datamatrix(_item_elements(label))
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
    sheet.code(symbol, Box(0, 0, side, side), 14)
    room = sheet.width - side - MARGIN
    middle = side + room // 2
    sheet.write("Enrol this device", (side, 130), 44, room)
    sheet.write_whole(label.code, (middle, 300), 90, room)
    sheet.write("valid until", (side, 430), 36, room)
    sheet.write(label.expires, (side, 490), 44, room)
    return sheet
