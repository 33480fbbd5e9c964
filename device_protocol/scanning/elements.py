"""GS1 element strings cut into pairs of application identifier and value.

The formats are biip's. The cutting is done here, because a reader that drops separators leaves
several ways to cut, of which a parser that takes the first would make a wrong lot. Sections are
those of the GS1 General Specifications.

1. `cut` keeps to the letter: a field of variable length goes on to the next separator (7.8).
2. `cuts` also gives the other ways to cut, if a separator may have been dropped.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import product
from string import digits

import msgspec
from biip import ParseError
from biip.gs1_application_identifiers import GS1ApplicationIdentifier

from device_protocol.scanning.fields import DATES, KEYS, has_right_digits, is_date
from device_protocol.scanning.parsed import SEPARATOR_MISSING, Fault, Separators

FNC1 = "\x1d"
"""How readers send the function character that ends a field of variable length (7.8)."""

WAYS_MAX = 6
"""More ways than that are no question that a person can answer."""

VALUE_CHARACTERS_MAX = 90
"""No application identifier has a longer value (3.2)."""

_STEPS_MAX = 200
_HUMAN_READABLE = re.compile(r"\((\d{2,4})\)([^(]*)", re.ASCII)
# The first two digits of an identifier tell how many it has, known or not (3.2).
_STEM_LENGTHS = {
    **dict.fromkeys(("00", "01", "02", "03", "10", "11", "12", "13", "15", "16", "17"), 2),
    **dict.fromkeys(("20", "21", "22", "30", "37", *map(str, range(90, 100))), 2),
    **dict.fromkeys(("23", "24", "25", "40", "41", "42", "71"), 3),
    **dict.fromkeys(("31", "32", "33", "34", "35", "36", "39", "43"), 4),
    **dict.fromkeys(("70", "72", "80", "81", "82"), 4),
}

Pair = tuple[str, str]
Cut = tuple[Pair, ...]


class UnreadableError(ValueError):
    """What was scanned is no GS1 message."""

    def __init__(self, fault: Fault) -> None:
        """Say what is wrong."""
        super().__init__(fault)
        self.fault = fault


class _Form(msgspec.Struct, frozen=True):
    value: re.Pattern[str]
    is_open: bool
    """Whether only a separator ends the value."""


def cut_human_readable(text: str) -> tuple[Cut, Fault | None]:
    """Cut text that has its identifiers in brackets, as it is printed under a barcode (4.14).

    >>> cut_human_readable("(01)04012345678901(10)L-7")[0]
    (('01', '04012345678901'), ('10', 'L-7'))
    """
    text = "".join(text.split())
    pairs = _HUMAN_READABLE.findall(text)
    if sum(len(identifier) + 2 + len(value) for identifier, value in pairs) != len(text):
        raise UnreadableError(Fault("unknown_identifier", value=text[:6]))
    return fitting(pairs)


def fitting(pairs: Iterable[Pair]) -> tuple[Cut, Fault | None]:
    """Return the pairs whose value fits, and what is wrong with the first that does not.

    Where fields are delimited, one that is wrong does not touch its neighbours; but without the
    number of the goods there is nothing to go by, and UnreadableError is raised.
    """
    fit: list[Pair] = []
    faults: list[Fault] = []
    for identifier, value in pairs:
        form = _form(identifier)
        if form is None:
            faults.append(Fault("unknown_identifier", value=identifier))
        elif value and form.value.fullmatch(value):
            fit.append((identifier, value))
        else:
            faults.append(Fault("bad_value", identifier, value))
    if faults and (not fit or any(fault.identifier in KEYS for fault in faults)):
        raise UnreadableError(faults[0])
    return tuple(fit), faults[0] if faults else None


def is_identifier(text: str) -> bool:
    """Tell whether a text is an application identifier."""
    return _form(text) is not None


def forms() -> dict[str, tuple[str, bool]]:
    """Return by identifier the pattern of its value, and whether only a separator ends it.

    >>> forms()["17"][1], forms()["37"][1]
    (False, True)
    """
    numbers = (
        stem + "".join(rest)
        for stem, length in _STEM_LENGTHS.items()
        for rest in product(digits, repeat=length - len(stem))
    )
    found = ((identifier, _form(identifier)) for identifier in numbers)
    return {identifier: (form.value.pattern, form.is_open) for identifier, form in found if form}


def cut(text: str) -> Cut:
    """Cut text to the letter of the standard, or raise UnreadableError.

    >>> cut("010401234567890110L-7" + FNC1 + "3725")
    (('01', '04012345678901'), ('10', 'L-7'), ('37', '25'))
    """
    pairs: list[Pair] = []
    for field in text.split(FNC1):
        at = 0
        while at < len(field):
            identifier, form, start = _at(field, at)
            if form is None:
                raise UnreadableError(Fault("unknown_identifier", value=identifier))
            found = (form.value.fullmatch if form.is_open else form.value.match)(field, start)
            if found is None or found.end() == start:
                value = field[start : start + VALUE_CHARACTERS_MAX]
                raise UnreadableError(Fault("bad_value", identifier, value))
            at = found.end()
            pairs.append((identifier, field[start:at]))
    if not pairs:
        raise UnreadableError(Fault("empty"))
    return tuple(pairs)


def cuts(text: str, separators: Separators) -> tuple[tuple[Cut, ...], Fault | None]:
    """Return the ways to cut a message, the one to the letter first, and what is in doubt.

    A message with a separator comes from a reader that sends them. Of a reader of which nothing is
    known, another way counts only if a date or a check digit in it proves that this is no chance.
    When nothing can be cut to the letter and just one way is left, it is that; of several, those
    that prove most come first, and of a reader that sends separators none counts.
    """
    try:
        first = cut(text)
    except UnreadableError as unreadable:
        ways, complete = _ways(text, bool)
        if complete and len(ways) == 1:
            return tuple(ways), None
        if separators == "sent" or not ways:
            return (), unreadable.fault
        return tuple(ways), Fault(SEPARATOR_MISSING)
    if separators == "sent" or FNC1 in text:
        return (first,), None
    others, complete = _ways(
        text,
        lambda way: way != first and (separators == "dropped" or _proofs(way, first) > 0),
    )
    is_clear = complete and not others
    return (first, *others), None if is_clear else Fault(SEPARATOR_MISSING)


def _ways(text: str, counts: Callable[[Cut], bool]) -> tuple[list[Cut], bool]:
    """Return ways to cut text whose separators may be missing, and whether these are all."""
    search = _Search(text)
    ways = sorted(filter(counts, search.walk(0, ())), key=_proofs, reverse=True)
    return ways[:WAYS_MAX], search.steps_left > 0 and len(ways) <= WAYS_MAX


class _Search:
    """Walks through all ways to cut a text, up to a number of steps."""

    def __init__(self, text: str) -> None:
        """Begin with the whole text."""
        self.text = text
        self.steps_left = _STEPS_MAX

    def walk(self, at: int, said: Cut) -> Iterator[Cut]:
        """Give the ways to cut what begins at a place; each field comes once and is right."""
        text = self.text
        while text.startswith(FNC1, at):
            at += 1
        if at == len(text):
            yield said
            return
        identifier, form, start = _at(text, at)
        if form is None or self.steps_left == 0 or any(identifier == told for told, _ in said):
            return
        if not form.is_open:
            self.steps_left -= 1
            found = form.value.match(text, start)
            if found and _is_right(identifier, found.group()):
                yield from self.walk(found.end(), (*said, (identifier, found.group())))
            return
        for end in self._ends(start):
            if self.steps_left == 0:
                return
            self.steps_left -= 1
            if form.value.fullmatch(text, start, end) and _is_right(identifier, text[start:end]):
                yield from self.walk(end, (*said, (identifier, text[start:end])))

    def _ends(self, start: int) -> Iterator[int]:
        text = self.text
        stop = text.find(FNC1, start)
        stop = len(text) if stop < 0 else stop
        yield stop
        for end in range(min(stop - 1, start + VALUE_CHARACTERS_MAX), start, -1):
            if text[end : end + 2] in _STEM_LENGTHS:
                yield end


def _at(text: str, at: int) -> tuple[str, _Form | None, int]:
    """Return the identifier at a place, its form if there is one, and where its value starts."""
    length = _STEM_LENGTHS.get(text[at : at + 2])
    if length is None:
        return text[at : at + 2], None, at
    identifier = text[at : at + length]
    return identifier, _form(identifier), at + length


@lru_cache(maxsize=4_096)
def _form(identifier: str) -> _Form | None:
    if _STEM_LENGTHS.get(identifier[:2]) != len(identifier):
        return None
    try:
        known = GS1ApplicationIdentifier.extract(identifier)
    except ParseError:
        return None
    if identifier in DATES:
        # A date that does not exist must not cost the whole scan; it is found later.
        return _Form(re.compile(r"\d{6}", re.ASCII), is_open=False)
    pattern = known.pattern.removeprefix(f"^{identifier}").removesuffix("$")
    return _Form(re.compile(pattern, re.ASCII), known.separator_required)


def _is_right(identifier: str, value: str) -> bool:
    if identifier in DATES:
        return is_date(value)
    return has_right_digits(identifier, value)


def _proofs(way: Cut, first: Cut = ()) -> int:
    """Count the dates and check digits in a way that are not in the first."""
    return sum(
        identifier in DATES or has_right_digits(identifier, value, needed=True)
        for identifier, value in set(way).difference(first)
    )
