"""GS1 element strings: which application identifiers are printed, and what may follow each."""

import re
from collections.abc import Sequence
from datetime import date

import msgspec

from server.labels.faults import LabelError

FNC1 = "\xf1"
"""The sign between elements that symbologies code as FNC1, as python-barcode writes it."""

Element = tuple[str, str]
_ELEMENT = re.compile(r"\((\d{2,4})\)([^()]+)")
# GS1 General Specifications, figure 7.11-1: the characters of codes that may hold letters.
_LETTERED = re.compile(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]+")


class Identifier(msgspec.Struct, frozen=True):
    """What may follow a GS1 application identifier (GS1 General Specifications, section 3).

    `fixed` are those of a predefined length (section 7.8.5): no FNC1 ends them.
    """

    title: str
    length_min: int
    length_max: int
    digits: bool = True
    checked: bool = False
    dated: bool = False
    fixed: bool = True


IDENTIFIERS = {
    "00": Identifier("SSCC", 18, 18, checked=True),
    "01": Identifier("GTIN", 14, 14, checked=True),
    "02": Identifier("CONTENT", 14, 14, checked=True),
    "10": Identifier("BATCH/LOT", 1, 20, digits=False, fixed=False),
    "11": Identifier("PROD DATE", 6, 6, dated=True),
    "13": Identifier("PACK DATE", 6, 6, dated=True),
    "15": Identifier("BEST BEFORE or BEST BY", 6, 6, dated=True),
    "17": Identifier("USE BY OR EXPIRY", 6, 6, dated=True),
    "21": Identifier("SERIAL", 1, 20, digits=False, fixed=False),
    "37": Identifier("COUNT", 1, 8, fixed=False),
    "3300": Identifier("GROSS WEIGHT (kg)", 6, 6),
    "3303": Identifier("GROSS WEIGHT (kg)", 6, 6),
}


def check_digit(digits: str) -> int:
    """Return the GS1 check digit that belongs after these digits (section 7.9)."""
    weighted = (
        int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits))
    )
    return -sum(weighted) % 10


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


def shown(letter: str) -> str:
    """A character as an error names it."""
    return f"'{letter}'" if letter.isprintable() else f"U+{ord(letter):04X}"


def parse(value: str) -> list[Element]:
    """Read elements written with their identifiers in brackets, for which values have none."""
    found: list[Element] = _ELEMENT.findall(value)
    if "".join(f"({identifier}){content}" for identifier, content in found) != value:
        msg = (
            f"A GS1 code cannot be read from '{value}': write each application identifier in "
            "brackets before its value, as in (00)340123450000000017."
        )
        raise LabelError(msg)
    return found


def require_right(elements: Sequence[Element]) -> None:
    """Raise LabelError unless each identifier is known and its value may follow it."""
    for identifier, content in elements:
        _check(identifier, content)


def coded(elements: Sequence[Element]) -> str:
    """What a symbol holds of them: FNC1 ends an element of free length unless it is the last."""
    text = separator = ""
    for identifier, content in elements:
        text += separator + identifier + content
        separator = "" if IDENTIFIERS[identifier].fixed else FNC1
    return text


def interpreted(elements: Sequence[Element]) -> str:
    """The human-readable interpretation: identifiers in brackets (section 4.15)."""
    return " ".join(f"({identifier}) {content}" for identifier, content in elements)


def short_date(text: str) -> str:
    """Return an ISO date as the six digits of an element (section 3.4), or raise LabelError.

    >>> short_date("2027-02-28")
    '270228'
    """
    try:
        return date.fromisoformat(text).strftime("%y%m%d")
    except ValueError as error:
        msg = f"'{text[:40]}' is no date: write it like 2027-02-28."
        raise LabelError(msg) from error


def _require_only_digits(what: str, value: str) -> None:
    strange = next((letter for letter in value if letter not in "0123456789"), None)
    if strange is not None:
        msg = f"{what} holds digits only, '{value}' has {shown(strange)}: remove it."
        raise LabelError(msg)


def _check(identifier: str, content: str) -> None:
    rule = IDENTIFIERS.get(identifier)
    if rule is None:
        msg = (
            f"GS1 codes here do not know the application identifier ({identifier}): "
            f"use one of {', '.join(IDENTIFIERS)}."
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
        fixed = rule.length_min == rule.length_max
        wanted = rule.length_max if fixed else f"{rule.length_min} to {rule.length_max}"
        msg = (
            f"({identifier}) takes {wanted} characters, '{content}' has {len(content)}: "
            "give a value of that length."
        )
        raise LabelError(msg)
    if rule.dated and not _is_date(content):
        msg = f"({identifier}) '{content}' is no date: write year, month and day as YYMMDD."
        raise LabelError(msg)


def _is_date(digits: str) -> bool:
    """Whether these are YYMMDD; day 00 is the month's last (section 3.4.2)."""
    day = digits[4:] if digits[4:] != "00" else "01"
    try:
        date(2000 + int(digits[:2]), int(digits[2:4]), int(day))
    except ValueError:
        return False
    return True
