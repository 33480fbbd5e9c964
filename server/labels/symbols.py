"""Our own names for symbologies, and each value's bars and squares.

The names are ours because python-barcode's mislead: its "gs1" is ISBN-13 and its "gtin" is EAN-14.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum

import msgspec
import segno
from barcode.codex import Code128, Gs1_128
from barcode.ean import (
    EuropeanArticleNumber8,
    EuropeanArticleNumber13,
)
from barcode.itf import ITF
from segno.encoder import DataOverflowError

from server.labels.datamatrix import rows_of
from server.labels.elements import (
    Element,
    coded,
    interpreted,
    parse,
    require_digits,
    require_right,
    shown,
)
from server.labels.faults import LabelError

CODE_128_LENGTH_MAX = 48
ELEMENTS_LENGTH_MAX = 48
"""Of one GS1-128 symbol, with identifiers and FNC1 (GS1 General Specifications, section 5.4)."""
QR_BYTES_MAX = 2331


class Symbology(StrEnum):
    """The kinds of codes that are printed."""

    GS1_128 = "gs1_128"
    CODE_128 = "code_128"
    EAN_13 = "ean_13"
    EAN_8 = "ean_8"
    ITF_14 = "itf_14"
    QR = "qr"
    GS1_DATAMATRIX = "gs1_datamatrix"


SQUARE = frozenset({Symbology.QR, Symbology.GS1_DATAMATRIX})


class Symbol(msgspec.Struct, frozen=True):
    """A code as rows of "1" (dark) and "0" (light), one row when it is linear.

    `text` is what a person reads beneath, `data` what is coded, with FNC1 between elements. The
    quiet zones, left and right (of squares all around), are counted in the same units as the rows:
    one module, or half a narrow bar for itf_14.
    """

    symbology: Symbology
    text: str
    data: str
    rows: tuple[str, ...]
    quiet_left: int
    quiet_right: int

    @property
    def units_across(self) -> int:
        """The width in units, with the quiet zones."""
        return self.quiet_left + len(self.rows[0]) + self.quiet_right


def encode(symbology: Symbology, value: str) -> Symbol:
    """Return the code of a value, or raise LabelError saying what to do instead.

    A gs1 value is written with its application identifiers in brackets: "(00)340123…"; elements
    whose values may have brackets themselves go to `gs1_128` and `gs1_datamatrix`.
    """
    if not value:
        msg = f"There is nothing to encode as {symbology}: give at least one character."
        raise LabelError(msg)
    return _ENCODERS[symbology](value)


def gs1_128(elements: Sequence[Element]) -> Symbol:
    """Return GS1 elements as bars, or raise LabelError saying what to do instead."""
    require_right(elements)
    data = coded(elements)
    if len(data) > ELEMENTS_LENGTH_MAX:
        msg = (
            f"gs1_128 takes at most {ELEMENTS_LENGTH_MAX} characters with identifiers, this value "
            f"has {len(data)}: print fewer elements in one code."
        )
        raise LabelError(msg)
    rows = tuple(Gs1_128(data).build())
    return Symbol(Symbology.GS1_128, interpreted(elements), data, rows, 10, 10)


def gs1_datamatrix(elements: Sequence[Element]) -> Symbol:
    """Return GS1 elements as squares, or raise LabelError saying what to do instead."""
    require_right(elements)
    text, data, rows = interpreted(elements), coded(elements), rows_of(elements)
    return Symbol(Symbology.GS1_DATAMATRIX, text, data, rows, 1, 1)


def _code_128(value: str) -> Symbol:
    strange = next((letter for letter in value if not " " <= letter <= "~"), None)
    if strange is not None:
        msg = (
            f"code_128 cannot hold {shown(strange)}: "
            "use unaccented letters, digits and ASCII signs, or a qr code."
        )
        raise LabelError(msg)
    if len(value) > CODE_128_LENGTH_MAX:
        msg = (
            f"code_128 takes at most {CODE_128_LENGTH_MAX} characters, this value has "
            f"{len(value)}: shorten it, or use a qr code."
        )
        raise LabelError(msg)
    return Symbol(Symbology.CODE_128, value, value, tuple(Code128(value).build()), 10, 10)


def _gs1_128(value: str) -> Symbol:
    return gs1_128(parse(value))


def _gs1_datamatrix(value: str) -> Symbol:
    return gs1_datamatrix(parse(value))


def _ean_13(value: str) -> Symbol:
    require_digits("ean_13", value, 13)
    rows = tuple(EuropeanArticleNumber13(value).build())
    return Symbol(Symbology.EAN_13, value, value, rows, 11, 7)


def _ean_8(value: str) -> Symbol:
    require_digits("ean_8", value, 8)
    rows = tuple(EuropeanArticleNumber8(value).build())
    return Symbol(Symbology.EAN_8, value, value, rows, 7, 7)


def _itf_14(value: str) -> Symbol:
    require_digits("itf_14", value, 14)
    rows = tuple(ITF(value, narrow=2, wide=5).build())
    return Symbol(Symbology.ITF_14, value, value, rows, 20, 20)


def _qr(value: str) -> Symbol:
    try:
        size_bytes = len(value.encode())
    except UnicodeEncodeError as error:
        msg = f"qr cannot hold {shown(value[error.start])}: remove it, it is not a character."
        raise LabelError(msg) from error
    try:
        code = segno.make_qr(value, error="m", encoding="utf-8", boost_error=False)
    except DataOverflowError as error:
        msg = (
            f"qr takes at most {QR_BYTES_MAX} bytes, this value has {size_bytes}: "
            "print a shorter address that leads to it."
        )
        raise LabelError(msg) from error
    rows = tuple("".join("1" if dark else "0" for dark in row) for row in code.matrix)
    return Symbol(Symbology.QR, value, value, rows, 4, 4)


_ENCODERS: dict[Symbology, Callable[[str], Symbol]] = {
    Symbology.GS1_128: _gs1_128,
    Symbology.CODE_128: _code_128,
    Symbology.EAN_13: _ean_13,
    Symbology.EAN_8: _ean_8,
    Symbology.ITF_14: _itf_14,
    Symbology.QR: _qr,
    Symbology.GS1_DATAMATRIX: _gs1_datamatrix,
}
