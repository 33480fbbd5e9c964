"""What the fields of a GS1 message mean on the floor.

Sections are those of the GS1 General Specifications. What is wrong with a field costs that field,
not the scan; only a wrong number of the goods themselves leaves nothing to go by.
"""

import calendar
from collections.abc import Iterable
from typing import Any

from device_protocol.scanning.digits import check_digit, has_check_digit
from device_protocol.scanning.parsed import Fault, ParsedScan

DATES = frozenset(("11", "12", "13", "15", "16", "17"))
"""Identifiers whose value is YYMMDD (3.4)."""

KEYS = frozenset(("00", "01", "02"))
"""Identifiers of the numbers of goods and of the units that they are in (3.3)."""

# How many digits there are, the check digit last.
_CHECKED = {
    **dict.fromkeys(("00", "8017", "8018"), 18),
    **dict.fromkeys(("01", "02", "03", "8003", "8006", "8026"), 14),
    **dict.fromkeys(("410", "411", "412", "413", "414", "415", "416", "417"), 13),
    **dict.fromkeys(("253", "255"), 13),
    "402": 17,
}
_TEXTS = {
    "10": "lot",
    "20": "variant",
    "21": "serial",
    "240": "additional_id",
    "241": "customer_part",
    "400": "customer_order",
    "401": "consignment",
    "402": "shipment",
    "403": "route",
    "410": "ship_to",
    "411": "bill_to",
    "412": "purchased_from",
    "413": "ship_for",
    "414": "location",
    "415": "invoiced_by",
    "416": "produced_at",
    "417": "party",
    "420": "postal_code",
    "8004": "asset",
}
_DAYS = {"11": "produced", "13": "packed", "15": "best_before"}
# Pairs that must not stand together (4.13.1) because they answer the same question.
_RIVALS = (("01", "02"), ("420", "421"))
_COUNTRY_DIGITS = 3
_CENTURY_TURNS = 76


def has_right_digits(identifier: str, value: str, *, needed: bool = False) -> bool:
    """Tell whether a value has its check digit, if it must have one (or `needed` says so)."""
    digits = _checked_digits(identifier, value)
    return has_check_digit(digits) if digits else not needed


def is_date(digits: str) -> bool:
    """Tell whether YYMMDD is a day of the calendar, or with day 00 a month."""
    return bool(_date(digits))


def understand(text: str, pairs: Iterable[tuple[str, str]]) -> tuple[ParsedScan, Fault | None]:
    """Return what the fields of a message say, and the first thing that is wrong with it."""
    said, faults = _without_contradictions(pairs)
    for identifier, value in list(said.items()):
        digits = _checked_digits(identifier, value)
        if digits and not has_check_digit(digits):
            fault = Fault("check_digit", identifier, digits[-1], check_digit(digits[:-1]))
            if identifier in KEYS:
                return ParsedScan(text=text), fault
            faults.append(fault)
            del said[identifier]
        elif identifier in DATES and not is_date(value):
            faults.append(Fault("bad_date", identifier, value))
            del said[identifier]
    fields: dict[str, Any] = {
        name: said[identifier] for identifier, name in _TEXTS.items() if identifier in said
    }
    fields |= {name: _date(said[ident]) for ident, name in _DAYS.items() if ident in said}
    if "421" in said:
        fields["country"] = said["421"][:_COUNTRY_DIGITS]
        fields["postal_code"] = said["421"][_COUNTRY_DIGITS:]
    if "8003" in said:
        fields["returnable_asset"] = said["8003"][1:]
    gtin = said.get("01") or said.get("02", "")
    sscc = said.get("00", "")
    count = said.get("37") or said.get("30")
    parsed = ParsedScan(
        text=text,
        kind="sscc" if sscc else "gtin" if gtin else "gs1",
        gtin=gtin,
        sscc=sscc,
        expiry=_date(said.get("17", "")) or _date(said.get("15", "")),
        count=int(count) if count else None,
        weight_g=_weight_g(said),
        **fields,
    )
    return parsed, faults[0] if faults else None


def _without_contradictions(
    pairs: Iterable[tuple[str, str]],
) -> tuple[dict[str, str], list[Fault]]:
    said: dict[str, str] = {}
    in_doubt: dict[str, Fault] = {}
    for identifier, value in pairs:
        before = said.setdefault(identifier, value)
        if before != value:
            in_doubt[identifier] = Fault("contradiction", identifier, value, before)
    for one, other in _RIVALS:
        if one in said and other in said and said[one] != said[other]:
            in_doubt[one] = in_doubt[other] = Fault("contradiction", other, said[other], said[one])
    return (
        {ident: value for ident, value in said.items() if ident not in in_doubt},
        list(in_doubt.values()),
    )


def _checked_digits(identifier: str, value: str) -> str:
    return value[: _CHECKED.get(identifier, 0)]


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
