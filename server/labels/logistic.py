"""The GS1 logistic label of a pallet: free text above, texts with data titles, codes below.

As the GS1 General Specifications (section 6.6) and the GS1 Logistic Label Guideline ask: the SSCC
stands lowest; what is contained (02) goes with its count (37); elements share a symbol as long as
it holds 48 characters and fits the label with modules of at least 0.495 mm.
"""

from server.labels.documents import Media, PalletLabel
from server.labels.elements import (
    IDENTIFIERS,
    Element,
    coded,
    interpreted,
    require_digits,
    short_date,
)
from server.labels.faults import LabelError
from server.labels.sheet import Box, Sheet, dots
from server.labels.symbols import ELEMENTS_LENGTH_MAX, Symbol, Symbology, encode, gs1_128
from server.labels.typeface import Typeface

# GS1 General Specifications, section 5.12.3.4: a logistic label's modules are at least 0.495 mm
# wide and its bars at least 31.75 mm high; six dots are 0.508 mm.
MODULE_DOTS = 6
BARS_HEIGHT = dots(32)
# A long lot that fits in no other way is printed narrower than GS1 asks, rather than not at all.
MODULE_DOTS_LEAST = 4
HRI_SIZE = 56
# Its letters are at least 3 mm high (section 4.15): capitals take three quarters of the size.
_HRI_SIZE_LEAST = 50
_MARGIN = dots(4)
_BLOCK = BARS_HEIGHT + 84
_SMALL_MM = 100
_VALUE_SIZES = (36, 114)
_TITLE_SIZE = 32
_GAP = 16
_MEDIA: dict[Media, tuple[int, int]] = {"100x150": (100, 150), "148x210": (148, 210)}
_WEIGHT_MAX_G = 999_999_999


def lay_out_pallet(label: PalletLabel, typeface: Typeface) -> Sheet:
    """Return the drawing of a pallet's label, or raise LabelError saying what can't be so."""
    require_digits("An SSCC", label.sscc, 18)
    sheet = Sheet(*_MEDIA[label.media], typeface)
    room = sheet.width - 2 * _MARGIN
    groups = _groups(label)
    symbols = [*_shared(groups, sheet, room), encode(Symbology.GS1_128, f"(00){label.sscc}")]
    y = _free_text(label, sheet, room)
    bottom = sheet.height - len(symbols) * _BLOCK - 20
    shown = [("00", label.sscc), *(element for group in groups for element in group)]
    _titled(_texts(label, shown), sheet, y, bottom)
    sheet.rule(bottom, _MARGIN)
    for number, symbol in enumerate(symbols):
        top = bottom + 20 + number * _BLOCK
        area = Box(0, top, sheet.width, BARS_HEIGHT)
        if sheet.module(symbol, area.width, MODULE_DOTS) < MODULE_DOTS_LEAST:
            raise _too_much(sheet)
        sheet.code(symbol, area, MODULE_DOTS)
        sheet.write_whole(symbol.text, (sheet.width // 2, top + BARS_HEIGHT + 64), HRI_SIZE, room)
    return sheet


def _groups(label: PalletLabel) -> list[list[Element]]:
    """What stands on the pallet besides its SSCC; elements of a group go together."""
    if bool(label.gtin) != (label.count > 0):
        msg = "A pallet's gtin and count go together: give both, or none for a mixed pallet."
        raise LabelError(msg)
    groups: list[list[Element]] = []
    if label.gtin:
        groups.append([("02", label.gtin.zfill(14)), ("37", str(label.count))])
    dated = (
        ("15", label.best_before),
        ("17", label.expires),
        ("11", label.produced),
        ("13", label.packed),
    )
    groups += [[(identifier, short_date(text))] for identifier, text in dated if text]
    if label.gross_weight_g is not None:
        if not 0 < label.gross_weight_g <= _WEIGHT_MAX_G:
            msg = f"A pallet can't weigh {label.gross_weight_g} g: weigh it again."
            raise LabelError(msg)
        groups.append([_weight(label.gross_weight_g)])
    if label.lot:
        groups.append([("10", label.lot)])
    return groups


def _weight(weight_g: int) -> Element:
    """Six digits of kg; a pallet beyond 999.999 kg keeps its kilograms and loses the grams."""
    kilograms, grams = divmod(weight_g, 1000)
    if kilograms < 1000:  # noqa: PLR2004 - six digits, three of them grams.
        return "3303", f"{kilograms:03}{grams:03}"
    return "3300", f"{round(weight_g / 1000):06}"


def _shared(groups: list[list[Element]], sheet: Sheet, room: int) -> list[Symbol]:
    """The symbols of the groups, as few as fit."""
    symbols: list[Symbol] = []
    held: list[Element] = []
    for group in groups:
        # Elements of a predefined length come first: they need no FNC1 after them.
        joined = sorted(held + group, key=lambda element: not IDENTIFIERS[element[0]].fixed)
        if held and _fits(joined, sheet, room):
            symbols[-1] = gs1_128(joined)
            held = joined
        else:
            symbols.append(gs1_128(group))
            held = group
    return symbols


def _fits(elements: list[Element], sheet: Sheet, room: int) -> bool:
    return (
        len(coded(elements)) <= ELEMENTS_LENGTH_MAX
        and gs1_128(elements).units_across * MODULE_DOTS <= sheet.width
        and sheet.typeface.width(interpreted(elements), _HRI_SIZE_LEAST) <= room
    )


def _free_text(label: PalletLabel, sheet: Sheet, room: int) -> int:
    """Write sender, receiver and what it is, as far as given; return where that ends."""
    size = 36 if sheet.width_mm <= _SMALL_MM else 56
    y = 24
    for text in (
        f"From {label.sender}" if label.sender else "",
        f"To {label.receiver}" if label.receiver else "",
        label.description,
    ):
        if text:
            y += size + 10
            sheet.write(text, (_MARGIN, y), size, room)
    sheet.rule(y + 14, _MARGIN)
    return y + 18


def _texts(label: PalletLabel, elements: list[Element]) -> list[tuple[str, str]]:
    """Data titles with what they say in the way that people write it."""
    kilograms = f"{(label.gross_weight_g or 0) / 1000:.3f}"
    written = {
        "15": label.best_before,
        "17": label.expires,
        "11": label.produced,
        "13": label.packed,
        "3300": kilograms,
        "3303": kilograms,
    }
    return [
        (IDENTIFIERS[identifier].title, written.get(identifier, content))
        for identifier, content in elements
    ]


def _titled(texts: list[tuple[str, str]], sheet: Sheet, top: int, bottom: int) -> None:
    """Write titles and values in two columns, or in three where that is too small to read."""
    least, most = _VALUE_SIZES
    for columns in (2, 3):
        rows = -(-len(texts) // columns)
        size = min(most, (bottom - top) // rows - _TITLE_SIZE - _GAP)
        if size >= least:
            break
    else:
        raise _too_much(sheet)
    across = (sheet.width - 2 * _MARGIN) // columns
    for number, (title, value) in enumerate(texts):
        row, column = divmod(number, columns)
        x = _MARGIN + column * across
        y = top + row * (size + _TITLE_SIZE + _GAP) + _TITLE_SIZE + 8
        sheet.write(title, (x, y), _TITLE_SIZE, across - 20)
        sheet.write_smaller(value, (x, y + size), size, across - 20)


def _too_much(sheet: Sheet) -> LabelError:
    media = f"{sheet.width_mm} x {sheet.height_mm} mm"
    larger = ", or on 148x210" if sheet.width_mm <= _SMALL_MM else ""
    return LabelError(f"So much does not fit on {media}: print less of it{larger}.")
