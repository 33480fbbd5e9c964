"""What a scanned text says by its shape: GS1 element strings and links, numbers, our own codes.

Section numbers are those of the GS1 General Specifications. A number counts only with a valid check
digit. What has no known shape is `plain`: its text may still be a code that the catalog knows.
Whatever is scanned, the raw text is kept; nothing raises.

`read` gives every way in which a scan can be read, so that task, place or person can decide;
`parse` gives the one to the letter of the standard.

>>> parse("]C1010401234567890110L-7" + FNC1 + "3725").gtin
'04012345678901'
>>> parse("5901234123457").gtin
'05901234123457'
>>> parse("A-01-02").kind
'plain'
>>> [reading.lot for reading in read("]C1010401234567890110L-717261231").readings]
['L-717261231', 'L-7']
"""

import re
from collections.abc import Callable

from device_protocol.scanning.digits import check_digit, has_check_digit, sscc
from device_protocol.scanning.elements import (
    FNC1,
    Cut,
    UnreadableError,
    cut_human_readable,
    cuts,
)
from device_protocol.scanning.fields import has_right_digits, understand
from device_protocol.scanning.link import cut_link, is_address
from device_protocol.scanning.own import COMMANDS, OWN_KINDS, command_code, parse_own, task_code
from device_protocol.scanning.parsed import FAULTS, Fault, ParsedScan, Scanned, Separators
from device_protocol.scanning.trade import parse_number

__all__ = [
    "COMMANDS",
    "FAULTS",
    "FNC1",
    "OWN_KINDS",
    "TEXT_CHARACTERS_MAX",
    "Fault",
    "ParsedScan",
    "Scanned",
    "Separators",
    "check_digit",
    "command_code",
    "has_check_digit",
    "parse",
    "read",
    "sscc",
    "task_code",
]

TEXT_CHARACTERS_MAX = 512

_AIM = re.compile(r"\]([A-Za-z][0-9A-Za-z])")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_IDENTIFIED = re.compile(r"(00)(\d{18})|(0[12])(\d{14})", re.ASCII)
_SSCC_CHARACTERS = 20
# What AIM identifiers (ISO/IEC 15424, 5.1.2) and names of readers tell; all others are `other`.
_SYMBOLS = {
    **dict.fromkeys(("C1", "e0", "e1", "e2", "d2", "Q3", "J1"), "gs1"),
    "E0": "ean",
    "E3": "with_add_on",
    "E4": "ean_8",
    **dict.fromkeys(("E1", "E2"), "add_on"),
    **dict.fromkeys(("gs1128", "ean128", "ucc128", "gs1datamatrix", "gs1dotcode"), "gs1"),
    **dict.fromkeys(("gs1qr", "gs1qrcode", "gs1composite"), "gs1"),
    **dict.fromkeys(("databar", "databarexpanded"), "gs1"),
    **dict.fromkeys(("gs1databar", "gs1databarexp", "gs1databarexpanded"), "gs1"),
    **dict.fromkeys(("upce", "upce0", "upce1"), "upc_e"),
    "ean8": "ean_8",
    "eanupc": "ean",
}


def parse(text: str, symbology: str = "") -> ParsedScan:
    """Return what a scan says to the letter of the standard; never raises.

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
    return read(text, symbology, "sent").said


def read(raw: str, symbology: str = "", separators: Separators = "unknown") -> Scanned:
    """Return every way in which a scan can be read, and what is wrong with it; never raises.

    `separators` is what is known of the reader. One that ever sent a separator sends them all.
    """
    text = raw.strip(" \t\r\n")
    aim = _AIM.match(text)
    if aim:
        text = text[aim.end() :]
        symbol = _SYMBOLS.get(aim.group(1), "other")
    else:
        symbol = _named(symbology)
    if not text or len(text) > TEXT_CHARACTERS_MAX or not text.isascii():
        code = "too_long" if len(text) > TEXT_CHARACTERS_MAX else "not_ascii" if text else "empty"
        return _scanned(raw, text, (), Fault(code))
    own, fault = parse_own(text)
    if own or fault:
        return _scanned(raw, text, (own,) if own else (), fault)
    if is_address(text):
        return _read_delimited(raw, text, cut_link)
    if text.startswith("("):
        return _read_delimited(raw, text, cut_human_readable)
    if symbol == "gs1" or FNC1 in text or _looks_identified(text, symbol):
        return _read_elements(raw, text, symbol, separators)
    readings, fault = parse_number(text, symbol)
    return _scanned(raw, text, readings, fault or _shape_fault(text))


def _scanned(raw: str, text: str, readings: tuple[ParsedScan, ...], fault: Fault | None) -> Scanned:
    return Scanned(raw=raw, readings=readings or (ParsedScan(text=text),), fault=fault)


def _named(symbology: str) -> str:
    if not symbology:
        return ""
    name = re.sub(r"[^a-z0-9]", "", symbology.lower()).removeprefix("labeltype")
    # Readers name symbologies as they like, so a name that is not known tells nothing.
    return _SYMBOLS.get(name, "")


def _looks_identified(text: str, symbol: str) -> bool:
    # Many readers and cameras don't tell GS1-128 from Code 128; only a number with a valid check
    # digit is proof enough.
    if symbol:
        return False
    found = _IDENTIFIED.match(text)
    if found is None or (found.group(1) and len(text) != _SSCC_CHARACTERS):
        return False
    return has_right_digits(found.group(1) or found.group(3), found.group(2) or found.group(4))


def _shape_fault(text: str) -> Fault | None:
    if _CONTROL.search(text):
        return Fault("control_character")
    found = _IDENTIFIED.fullmatch(text)
    if found is None:
        return None
    identifier, digits = found.group(1) or found.group(3), found.group(2) or found.group(4)
    expected = check_digit(digits[:-1])
    if digits.endswith(expected):
        return None
    return Fault("check_digit", identifier, digits[-1], expected)


def _read_delimited(raw: str, text: str, cut: Callable[[str], tuple[Cut, Fault | None]]) -> Scanned:
    try:
        pairs, fault = cut(text)
    except UnreadableError as unreadable:
        return _scanned(raw, text, (), unreadable.fault)
    return _understood(raw, text, (pairs,) if pairs else (), fault)


def _read_elements(raw: str, text: str, symbol: str, separators: Separators) -> Scanned:
    ways, fault = cuts(text, separators)
    if ways:
        return _understood(raw, text, ways, fault)
    # Readers may be set to strip the identifier of a lone number.
    readings, _ = parse_number(text.strip(FNC1), symbol)
    return _scanned(raw, text, readings, None if readings else fault)


def _understood(raw: str, text: str, ways: tuple[Cut, ...], fault: Fault | None) -> Scanned:
    understood = [understand(text, way) for way in ways]
    readings = tuple(dict.fromkeys(reading for reading, _ in understood))
    faults = [wrong for _, wrong in understood if wrong]
    return _scanned(raw, text, readings, fault or next(iter(faults), None))
