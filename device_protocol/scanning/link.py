"""GS1 Digital Link URIs cut into pairs of application identifier and value.

Any domain counts, and any path before the key (GS1 Digital Link Standard: URI Syntax). Fields
behind the key may come in any order: what they mean does not depend on it.
"""

from collections.abc import Iterator
from urllib.parse import parse_qsl, unquote, urlsplit

from device_protocol.scanning.elements import Cut, Pair, UnreadableError, fitting, is_identifier
from device_protocol.scanning.parsed import Fault

_SCHEMES = ("http://", "https://")
_SCHEME_CHARACTERS_MAX = len("https://")
_KEYS = {
    *("00", "01", "253", "255", "401", "402", "414", "415", "417"),
    *("8003", "8004", "8006", "8010", "8013", "8017", "8018"),
}
_GTIN_DIGITS = 14
_SHORT_GTINS = frozenset((8, 12, 13))


def is_address(text: str) -> bool:
    """Tell whether a text is a web address, of GS1 or not; a QR code may have it in capitals."""
    return text[:_SCHEME_CHARACTERS_MAX].lower().startswith(_SCHEMES)


def cut_link(text: str) -> tuple[Cut, Fault | None]:
    """Cut an address; empty if it is no Digital Link, UnreadableError if its key is wrong.

    >>> cut_link("https://id.gs1.org/01/04012345678901/10/L%2F7?17=261231&ref=x")[0]
    (('01', '04012345678901'), ('10', 'L/7'), ('17', '261231'))
    """
    try:
        address = urlsplit(text)
    except ValueError:
        return (), None
    # A slash within a value is written %2F, so segments are cut before they are decoded.
    segments = [unquote(segment) for segment in address.path.removesuffix("/").split("/")]
    start = next((at for at, name in enumerate(segments) if name in _KEYS), len(segments))
    rest = segments[start:]
    if len(rest) % 2:
        raise UnreadableError(Fault("bad_value", rest[-1]))
    return fitting(_pairs(rest, address.query)) if rest else ((), None)


def _pairs(segments: list[str], query: str) -> Iterator[Pair]:
    for identifier, value in zip(segments[::2], segments[1::2], strict=True):
        yield identifier, _whole(identifier, value)
    for identifier, value in parse_qsl(query, keep_blank_values=True):
        # Whatever else stands in a query is not ours to judge.
        if is_identifier(identifier):
            yield identifier, _whole(identifier, value)


def _whole(identifier: str, value: str) -> str:
    """Pad a GTIN of 8, 12 or 13 digits, as older links have it, with zeros in front."""
    is_short = identifier == "01" and len(value) in _SHORT_GTINS
    return value.zfill(_GTIN_DIGITS) if is_short else value
