"""Numbers without application identifiers: EAN, UPC, ITF-14, and an SSCC by itself.

A number counts only with a valid check digit. Eight digits may be a GTIN-8 or a UPC-E, whose check
digits are computed differently; if both are right and the reader does not tell, both are readings.
"""

import re

from biip import ParseError
from biip.upc import Upc

from device_protocol.scanning.digits import check_digit, has_check_digit
from device_protocol.scanning.parsed import Fault, ParsedScan

_TRADE_ITEM = re.compile(r"\d{8}|\d{12,14}", re.ASCII)
_SSCC = re.compile(r"\d{18}", re.ASCII)
_WITH_ADD_ON = re.compile(r"(\d{13})(?:\d{2}|\d{5})", re.ASCII)
_UPC_E_DIGITS = re.compile(r"\d{6,8}", re.ASCII)
_GTIN_8_DIGITS = 8

Found = tuple[tuple[ParsedScan, ...], Fault | None]


def parse_number(text: str, symbol: str) -> Found:
    """Return the ways to read a number, none if it is no such number, and what is wrong with it.

    `symbol` is `upc_e`, `ean_8`, `ean` (EAN or UPC of any length), `with_add_on` or `add_on` if the
    reader tells, `other` for anything else that it tells, and empty if it tells nothing.
    """
    if symbol == "add_on":
        return (), Fault("add_on", value=text)
    if symbol == "upc_e":
        return _only_upc_e(text)
    with_add_on = _WITH_ADD_ON.fullmatch(text) if symbol == "with_add_on" else None
    number = with_add_on.group(1) if with_add_on else text
    if _SSCC.fullmatch(number):
        return _checked(text, number, "sscc")
    if not _TRADE_ITEM.fullmatch(number):
        return (), None
    readings, fault = _checked(text, number, "gtin")
    if len(number) == _GTIN_8_DIGITS and symbol in {"", "ean"}:
        wide = upc_e(number)
        if wide:
            return (*readings, ParsedScan(text=text, kind="gtin", gtin=wide)), None
    return readings, fault


def upc_e(digits: str) -> str:
    """Return the GTIN of a zero-suppressed UPC (5.2.2), empty if it is none."""
    try:
        return Upc.parse(digits).as_gtin_14()
    except ParseError:
        return ""


def _only_upc_e(text: str) -> Found:
    if not _UPC_E_DIGITS.fullmatch(text):
        return (), Fault("bad_value", value=text)
    gtin = upc_e(text)
    if not gtin:
        return (), Fault("check_digit", value=text)
    return (ParsedScan(text=text, kind="gtin", gtin=gtin),), None


def _checked(text: str, number: str, kind: str) -> Found:
    if not has_check_digit(number):
        return (), Fault("check_digit", value=number[-1], expected=check_digit(number[:-1]))
    if kind == "sscc":
        return (ParsedScan(text=text, kind=kind, sscc=number),), None
    return (ParsedScan(text=text, kind=kind, gtin=number.zfill(14)),), None
