"""What a scanned text says by its shape: GS1 element strings, trade item numbers, our own codes.

Section numbers are those of the GS1 General Specifications. A number counts only with a valid check
digit. What has no known shape is `plain`: its text may still be a code that the catalog knows.
Whatever is scanned, the raw text is kept.

>>> parse("]C1010401234567890110L-7" + FNC1 + "3725").gtin
'04012345678901'
>>> parse("5901234123457").gtin
'05901234123457'
>>> parse("A-01-02").kind
'plain'
"""

import calendar
import re

import msgspec
from biip import ParseConfig, ParseError
from biip.gs1_messages import GS1Message
from biip.upc import Upc

FNC1 = "\x1d"
"""How readers send the function character that ends a field of variable length (7.8)."""

TEXT_CHARACTERS_MAX = 512

OWN_KINDS = {
    "LOC-": "location",
    "DOCK-": "dock",
    "BENCH-": "bench",
    "TOTE-": "tote",
    "CART-": "cart",
    "VAN-": "van",
    "STAFF-": "staff",
    "ENROL-": "enrolment",
}
"""Prefixes of the codes that Totebook prints itself, and what they stand for."""

_GS1_AIM = {"C1", "e0", "e1", "e2", "d2", "Q3", "J1"}
_GS1_NAMES = {
    "gs1128",
    "gs1databar",
    "gs1datamatrix",
    "gs1qr",
    "gs1qrcode",
    "gs1dotcode",
    "databar",
    "databarexpanded",
}
_UPC_E_NAMES = {"upce"}
_AIM = re.compile(r"\]([A-Za-z])([0-9A-Za-z])")
_TRADE_ITEM = re.compile(r"\d{8}|\d{12,14}", re.ASCII)
_SSCC = re.compile(r"00(\d{18})", re.ASCII)
_IDENTIFIED_GTIN = re.compile(r"0[12](\d{14})", re.ASCII)
_CENTURY_TURNS = 76
# Dates are checked here, not by biip: it takes the century from today's clock, and one bad date
# would lose the whole scan.
_GS1_CONFIG = ParseConfig(gs1_element_strings_verify_date=False)


class ParsedScan(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What one scan says; what it does not say is empty or None."""

    text: str
    """As scanned, without the symbology identifier and surrounding blanks."""
    kind: str = "plain"
    """`gtin`, `sscc`, `gs1` (element strings with neither), `own` or `plain`."""
    gtin: str = ""
    """14 digits, padded with zeros in front."""
    sscc: str = ""
    """18 digits."""
    lot: str = ""
    serial: str = ""
    expiry: str = ""
    """Use by, else best before, `YYYY-MM-DD`."""
    count: int | None = None
    """Items contained (37) or variable count (30)."""
    weight_g: int | None = None
    """Net weight (310n), else gross (330n), in grams."""
    own: str = ""
    """What one of our own codes stands for; see `OWN_KINDS`."""


def parse(text: str, symbology: str = "") -> ParsedScan:
    """Return what a scan says; never raises.

    `symbology` is what the reader called it, if it did ("gs1-128", "ean13"); an AIM identifier in
    front of the text (ISO/IEC 15424, 5.1.2) goes before it.

    >>> parse("]C100340123450000000017").sscc  # SSCC, application identifier 00 (3.3.1)
    '340123450000000017'
    >>> parse("(01)04012345678901(17)260200").expiry  # day 00 is the last of the month (3.4.7)
    '2026-02-28'
    >>> parse("01040123456789013103001250", "gs1-128").weight_g  # net weight (3.6.2)
    1250
    >>> parse("04252614", "upc-e").gtin  # zero-suppressed UPC (5.2.2)
    '00042100005264'
    """
    text = text.strip(" \t\r\n")
    aim = _AIM.match(text)
    if aim:
        text = text[aim.end() :]
    name = re.sub(r"[^a-z0-9]", "", symbology.lower())
    gs1 = aim.group(1) + aim.group(2) in _GS1_AIM if aim else name in _GS1_NAMES
    if len(text) > TEXT_CHARACTERS_MAX or not text.isascii():
        return ParsedScan(text=text)
    if gs1 or FNC1 in text or text.startswith("(") or (not aim and _looks_identified(text)):
        return _parse_gs1(text) or ParsedScan(text=text)
    if name in _UPC_E_NAMES:
        return _parse_upc_e(text)
    if _TRADE_ITEM.fullmatch(text) and has_check_digit(text):
        return ParsedScan(text=text, kind="gtin", gtin=text.zfill(14))
    for prefix, own in OWN_KINDS.items():
        if text.startswith(prefix):
            return ParsedScan(text=text, kind="own", own=own)
    return ParsedScan(text=text)


def check_digit(digits: str) -> str:
    """Return the check digit that belongs behind `digits` (7.9.1).

    >>> check_digit("590123412345")
    '7'
    """
    if not (digits.isascii() and digits.isdigit()):
        message = f"only digits have a check digit, not {digits!r}"
        raise ValueError(message)
    total = sum(int(digit) * (3 - 2 * (place % 2)) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def has_check_digit(digits: str) -> bool:
    """Tell whether the last digit is the check digit of those before it."""
    return check_digit(digits[:-1]) == digits[-1]


def sscc(company_prefix: str, extension: int, serial: int) -> str:
    """Return a serial shipping container code of 18 digits (3.3.1); ValueError if it can't be.

    >>> sscc("4012345", 3, 1)
    '340123450000000017'
    """
    width = 16 - len(company_prefix)
    if not (extension in range(10) and width in range(4, 13) and serial in range(10**width)):
        message = f"no SSCC: extension {extension}, prefix {company_prefix!r}, serial {serial}"
        raise ValueError(message)
    digits = f"{extension}{company_prefix}{serial:0{width}d}"
    return digits + check_digit(digits)


def _looks_identified(text: str) -> bool:
    # Many readers and cameras don't tell GS1-128 from Code 128; only a number with a valid check
    # digit is proof enough.
    shipping = _SSCC.fullmatch(text)
    if shipping:
        return has_check_digit(shipping.group(1))
    item = _IDENTIFIED_GTIN.match(text)
    return item is not None and has_check_digit(item.group(1))


def _parse_upc_e(text: str) -> ParsedScan:
    try:
        return ParsedScan(text=text, kind="gtin", gtin=Upc.parse(text).as_gtin_14())
    except ParseError:
        return ParsedScan(text=text)


def _parse_gs1(text: str) -> ParsedScan | None:
    try:
        if text.startswith("("):
            message = GS1Message.parse_hri(text, config=_GS1_CONFIG)
        else:
            message = GS1Message.parse(text.strip(FNC1), config=_GS1_CONFIG)
    except (ParseError, ValueError, ArithmeticError, LookupError):
        return None
    if any(element.gtin_error or element.sscc_error for element in message.element_strings):
        return None
    # A field that is repeated should repeat its value; if it does not, the first is taken.
    said = {element.ai.ai: element.value for element in reversed(message.element_strings)}
    gtin = said.get("01") or said.get("02", "")
    sscc_digits = said.get("00", "")
    count = said.get("37") or said.get("30")
    return ParsedScan(
        text=text,
        kind="sscc" if sscc_digits else "gtin" if gtin else "gs1",
        gtin=gtin,
        sscc=sscc_digits,
        lot=said.get("10", ""),
        serial=said.get("21", ""),
        expiry=_date(said.get("17", "")) or _date(said.get("15", "")),
        count=int(count) if count else None,
        weight_g=_weight_g(said),
    )


def _date(digits: str) -> str:
    # The century of 7.12 depends on today's date. A fixed turn keeps this pure and answers the same
    # for any date that goods can bear until 2075.
    if not digits:
        return ""
    year, month, day = int(digits[:2]), int(digits[2:4]), int(digits[4:])
    year += 1900 if year >= _CENTURY_TURNS else 2000
    if month not in range(1, 13):
        return ""
    last = calendar.monthrange(year, month)[1]
    day = day or last
    return f"{year:04}-{month:02}-{day:02}" if day <= last else ""


def _weight_g(said: dict[str, str]) -> int | None:
    for family in ("310", "330"):
        for identifier, digits in said.items():
            if identifier.startswith(family):
                return _grams(int(digits), decimals=int(identifier[3]))
    return None


def _grams(number: int, decimals: int) -> int:
    # Kilograms with so many decimals; fractions of a gram are rounded half up.
    divisor: int = 10**decimals
    return (number * 1_000 + divisor // 2) // divisor
