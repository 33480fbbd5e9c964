"""Our own names for symbologies, and each value's bars and squares.

The names are ours because python-barcode's mislead: its "gs1" is ISBN-13 and its "gtin" is EAN-14.
"""

import re
from collections.abc import Callable
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

from server.labels.faults import LabelError

CODE_128_LENGTH_MAX = 48
ELEMENTS_LENGTH_MAX = 48
QR_BYTES_MAX = 2331
_ELEMENT = re.compile(r"\((\d{2,4})\)([^()]+)")


class Symbology(StrEnum):
    """The kinds of codes that are printed."""

    GS1_128 = "gs1_128"
    CODE_128 = "code_128"
    EAN_13 = "ean_13"
    EAN_8 = "ean_8"
    ITF_14 = "itf_14"
    QR = "qr"


class Symbol(msgspec.Struct, frozen=True):
    """A code as rows of "1" (dark) and "0" (light), one row when it is linear.

    `text` is what a person reads beneath; the quiet zones, left and right (for QR all around), are
    counted in the same units as the rows: one module, or half a narrow bar for itf_14.
    """

    symbology: Symbology
    text: str
    rows: tuple[str, ...]
    quiet_left: int
    quiet_right: int

    @property
    def units_across(self) -> int:
        """The width in units, with the quiet zones."""
        return self.quiet_left + len(self.rows[0]) + self.quiet_right


class _Identifier(msgspec.Struct, frozen=True):
    """What may follow a GS1 application identifier (GS1 General Specifications, section 3)."""

    length_min: int
    length_max: int
    digits: bool = True
    checked: bool = False
    fixed: bool = True


_IDENTIFIERS = {
    "00": _Identifier(18, 18, checked=True),
    "01": _Identifier(14, 14, checked=True),
    "02": _Identifier(14, 14, checked=True),
    "10": _Identifier(1, 20, digits=False, fixed=False),
    "17": _Identifier(6, 6),
    "21": _Identifier(1, 20, digits=False, fixed=False),
    "37": _Identifier(1, 8, fixed=False),
}
# GS1 General Specifications, figure 7.11-1: the characters of codes that may hold letters.
_LETTERED = re.compile(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]+")


def check_digit(digits: str) -> int:
    """Return the GS1 check digit that belongs after these digits (section 7.9)."""
    weighted = (
        int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits))
    )
    return -sum(weighted) % 10


def encode(symbology: Symbology, value: str) -> Symbol:
    """Return the code of a value, or raise LabelError saying what to do instead.

    A gs1_128 value is written with its application identifiers in brackets: "(00)340123…".
    """
    if not value:
        msg = f"There is nothing to encode as {symbology}: give at least one character."
        raise LabelError(msg)
    return _ENCODERS[symbology](value)


def require_digits(what: str, value: str, length: int) -> None:
    """Raise LabelError unless the value is this many digits with a right check digit."""
    _require_only_digits(what, value)
    if len(value) != length:
        msg = (
            f"{what} needs {length} digits, '{value}' has {len(value)}: "
            "give the whole number with its check digit."
        )
        raise LabelError(msg)
    expected = check_digit(value[:-1])
    if int(value[-1]) != expected:
        msg = (
            f"{what} '{value}' ends in {value[-1]}, its check digit should be {expected}: "
            "copy the number again from its source."
        )
        raise LabelError(msg)


def _require_only_digits(what: str, value: str) -> None:
    strange = next((letter for letter in value if letter not in "0123456789"), None)
    if strange is not None:
        msg = f"{what} holds digits only, '{value}' has {_shown(strange)}: remove it."
        raise LabelError(msg)


def _shown(letter: str) -> str:
    return f"'{letter}'" if letter.isprintable() else f"U+{ord(letter):04X}"


def _code_128(value: str) -> Symbol:
    strange = next((letter for letter in value if not " " <= letter <= "~"), None)
    if strange is not None:
        msg = (
            f"code_128 cannot hold {_shown(strange)}: "
            "use unaccented letters, digits and ASCII signs, or a qr code."
        )
        raise LabelError(msg)
    if len(value) > CODE_128_LENGTH_MAX:
        msg = (
            f"code_128 takes at most {CODE_128_LENGTH_MAX} characters, this value has "
            f"{len(value)}: shorten it, or use a qr code."
        )
        raise LabelError(msg)
    return Symbol(Symbology.CODE_128, value, tuple(Code128(value).build()), 10, 10)


def _elements(value: str) -> list[tuple[str, str]]:
    found = _ELEMENT.findall(value)
    if "".join(f"({identifier}){content}" for identifier, content in found) != value:
        msg = (
            f"gs1_128 cannot read '{value}': write each application identifier in brackets "
            "before its value, as in (00)340123450000000017."
        )
        raise LabelError(msg)
    return found


def _check_element(identifier: str, content: str) -> _Identifier:
    rule = _IDENTIFIERS.get(identifier)
    if rule is None:
        msg = (
            f"gs1_128 does not know the application identifier ({identifier}): "
            f"use one of {', '.join(_IDENTIFIERS)}."
        )
        raise LabelError(msg)
    if rule.checked:
        require_digits(f"({identifier})", content, rule.length_max)
    elif rule.digits:
        _require_only_digits(f"({identifier})", content)
    elif not _LETTERED.fullmatch(content):
        msg = f"({identifier}) cannot hold '{content}': use unaccented letters, digits and - . / _."
        raise LabelError(msg)
    if not rule.length_min <= len(content) <= rule.length_max:
        wanted = f"{rule.length_min} to {rule.length_max}" if not rule.fixed else rule.length_max
        msg = (
            f"({identifier}) takes {wanted} characters, '{content}' has {len(content)}: "
            "give a value of that length."
        )
        raise LabelError(msg)
    return rule


def _gs1_128(value: str) -> Symbol:
    elements = _elements(value)
    coded = ""
    separator = ""
    for identifier, content in elements:
        rule = _check_element(identifier, content)
        coded += separator + identifier + content
        # An element without a predefined length ends in FNC1 when another follows it.
        separator = "" if rule.fixed else Gs1_128.FNC1_CHAR
    if len(coded) > ELEMENTS_LENGTH_MAX:
        msg = (
            f"gs1_128 takes at most {ELEMENTS_LENGTH_MAX} characters with identifiers, this value "
            f"has {len(coded)}: print fewer elements in one code."
        )
        raise LabelError(msg)
    text = " ".join(f"({identifier}) {content}" for identifier, content in elements)
    return Symbol(Symbology.GS1_128, text, tuple(Gs1_128(coded).build()), 10, 10)


def _ean_13(value: str) -> Symbol:
    require_digits("ean_13", value, 13)
    rows = tuple(EuropeanArticleNumber13(value).build())
    return Symbol(Symbology.EAN_13, value, rows, 11, 7)


def _ean_8(value: str) -> Symbol:
    require_digits("ean_8", value, 8)
    return Symbol(Symbology.EAN_8, value, tuple(EuropeanArticleNumber8(value).build()), 7, 7)


def _itf_14(value: str) -> Symbol:
    require_digits("itf_14", value, 14)
    return Symbol(Symbology.ITF_14, value, tuple(ITF(value, narrow=2, wide=5).build()), 20, 20)


def _qr(value: str) -> Symbol:
    try:
        size_bytes = len(value.encode())
    except UnicodeEncodeError as error:
        msg = f"qr cannot hold {_shown(value[error.start])}: remove it, it is not a character."
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
    return Symbol(Symbology.QR, value, rows, 4, 4)


_ENCODERS: dict[Symbology, Callable[[str], Symbol]] = {
    Symbology.GS1_128: _gs1_128,
    Symbology.CODE_128: _code_128,
    Symbology.EAN_13: _ean_13,
    Symbology.EAN_8: _ean_8,
    Symbology.ITF_14: _itf_14,
    Symbology.QR: _qr,
}
