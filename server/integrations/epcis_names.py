"""How goods, units, places and orders are called in EPCIS: GS1 Digital Links, else URNs of ours.

What has a GTIN or an SSCC is named by the canonical Digital Link of GS1 (EPCIS 2.0, 6.4); all else
by a URN that begins with `urn:totebook:`. No name holds personal data.
"""

import base64
import hashlib
from datetime import UTC, datetime, tzinfo
from typing import NamedTuple
from urllib.parse import quote
from zoneinfo import ZoneInfo

from device_protocol.scan import has_check_digit

LINK = "https://id.gs1.org"
URN = "urn:totebook"
GTIN_DIGITS = 14
SSCC_DIGITS = 18
MS_PER_S = 1_000


class Thing(NamedTuple):
    """What moved: a unit by its code, or goods by the parts of their stock key."""

    unit: str
    owner: str
    sku: str
    gtin: str
    lot: str
    serial: str
    raw: str
    grams: bool
    condition: str


def part(text: str) -> str:
    """A text as one part of a URI.

    >>> part("A/1 b")
    'A%2F1%20b'
    """
    return quote(text, safe="")


def urn(*parts: str | int) -> str:
    """A name of ours.

    >>> urn("order", "ACME", "web", "5:7")
    'urn:totebook:order:ACME:web:5%3A7'
    """
    return ":".join((URN, *(part(str(each)) for each in parts)))


def is_number(text: str, digits: int) -> bool:
    """Whether a text is a GS1 number of so many digits with the right check digit (7.9.1)."""
    return len(text) == digits and text.isascii() and text.isdigit() and has_check_digit(text)


def unit_name(site: str, code: str) -> str:
    """A handling unit: by its SSCC, else as the site's own.

    >>> unit_name("BER", "340123450000000017")
    'https://id.gs1.org/00/340123450000000017'
    >>> unit_name("BER", "T-1")
    'urn:totebook:unit:BER:T-1'
    """
    return f"{LINK}/00/{code}" if is_number(code, SSCC_DIGITS) else urn("unit", site, code)


def class_name(thing: Thing) -> str:
    """The class of goods: item and lot (LGTIN)."""
    if is_number(thing.gtin, GTIN_DIGITS):
        lot = f"/10/{part(thing.lot)}" if thing.lot else ""
        return f"{LINK}/01/{thing.gtin}{lot}"
    if thing.sku:
        return urn("class", thing.owner, thing.sku, *([thing.lot] if thing.lot else []))
    return urn("scan", thing.raw)


def instance_name(thing: Thing) -> str:
    """One piece by its serial (SGTIN)."""
    if is_number(thing.gtin, GTIN_DIGITS):
        return f"{LINK}/01/{thing.gtin}/21/{part(thing.serial)}"
    return urn("piece", thing.owner, thing.sku or thing.raw, thing.serial)


def event_id(operation_hash: bytes, site: int, movement: int, position: int) -> str:
    """The name of an event (RFC 6920): the same whenever it is exported.

    It is read off what the event came of, not off what it says, because items may get new codes; so
    it does not claim to be a hash of CBV 2.0 (8.9.2).
    """
    text = f"{operation_hash.hex()}/{site}/{movement}/{position}"
    digest = hashlib.sha256(text.encode()).digest()
    return f"ni:///sha-256;{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def zone_of(name: str | None) -> tzinfo:
    """The time zone of a site; UTC where nobody said."""
    return ZoneInfo(name) if name else UTC


def local_time(ms: int, zone: tzinfo) -> tuple[str, str]:
    """A moment in a time zone, with its offset, and the offset alone.

    >>> local_time(1_291_191_960_000, ZoneInfo("Europe/Berlin"))
    ('2010-12-01T09:26:00.000+01:00', '+01:00')
    """
    seconds, rest = divmod(ms, MS_PER_S)
    moment = datetime.fromtimestamp(seconds, zone).replace(microsecond=rest * MS_PER_S)
    text = moment.isoformat(timespec="milliseconds")
    return text, text[-len("+00:00") :]
