"""DataMatrix ECC 200 (ISO/IEC 16022): squares up to 48 x 48, of one error-correcting block.

Text is coded as ASCII, two digits a codeword. That is all that GS1 element strings of a label need.
"""

import string
from collections.abc import Iterator, Sequence

import msgspec

from server.labels.elements import FNC1
from server.labels.faults import LabelError

_FNC1_CODEWORD = 232
_PAD_CODEWORD = 129
_DIGIT_PAIRS = 130
_FIELD = 256
_PRIMITIVE = 0x12D
"""x^8 + x^5 + x^3 + x^2 + 1, by which the codewords' field is made."""


class _Size(msgspec.Struct, frozen=True):
    """One size of symbol (ISO/IEC 16022, table 7); `regions` on each side."""

    side: int
    regions: int
    codewords: int
    correcting: int


_SIZES = (
    _Size(10, 1, 3, 5),
    _Size(12, 1, 5, 7),
    _Size(14, 1, 8, 10),
    _Size(16, 1, 12, 12),
    _Size(18, 1, 18, 14),
    _Size(20, 1, 22, 18),
    _Size(22, 1, 30, 20),
    _Size(24, 1, 36, 24),
    _Size(26, 1, 44, 28),
    _Size(32, 2, 62, 36),
    _Size(36, 2, 86, 42),
    _Size(40, 2, 114, 48),
    _Size(44, 2, 144, 56),
    _Size(48, 2, 174, 68),
)
CODEWORDS_MAX = _SIZES[-1].codewords


def rows_of(text: str) -> tuple[str, ...]:
    """The squares of a text of ASCII and FNC1, "1" is dark; LabelError if it is too long."""
    words = _codewords(text)
    size = next((each for each in _SIZES if each.codewords >= len(words)), None)
    if size is None:
        msg = (
            f"A DataMatrix takes at most {CODEWORDS_MAX} codewords, this value has {len(words)}: "
            "print less in one code."
        )
        raise LabelError(msg)
    padded = _padded(words, size.codewords)
    return _drawn(size, padded + _correction(padded, size.correcting))


def _codewords(text: str) -> list[int]:
    words: list[int] = []
    place = 0
    while place < len(text):
        pair = text[place : place + 2]
        if len(pair) == len("00") and set(pair) <= set(string.digits):
            words.append(_DIGIT_PAIRS + int(pair))
            place += 2
            continue
        letter = text[place]
        words.append(_FNC1_CODEWORD if letter == FNC1 else ord(letter) + 1)
        place += 1
    return words


def _padded(words: list[int], length: int) -> list[int]:
    """Fill up; all pads but the first are scattered by the 253-state rule."""
    padded = list(words)
    if len(padded) < length:
        padded.append(_PAD_CODEWORD)
    while len(padded) < length:
        word = _PAD_CODEWORD + (149 * (len(padded) + 1)) % 253 + 1
        padded.append(word if word < _FIELD - 1 else word - 254)
    return padded


def _powers() -> tuple[list[int], list[int]]:
    powers, logarithms = [1], [0] * _FIELD
    for exponent in range(1, _FIELD - 1):
        value = powers[-1] << 1
        powers.append(value ^ _PRIMITIVE if value >= _FIELD else value)
        logarithms[powers[-1]] = exponent
    return powers, logarithms


_POWERS, _LOGARITHMS = _powers()


def _times(one: int, other: int) -> int:
    if not one or not other:
        return 0
    return _POWERS[(_LOGARITHMS[one] + _LOGARITHMS[other]) % (_FIELD - 1)]


def _correction(words: Sequence[int], count: int) -> list[int]:
    """The Reed-Solomon codewords: the rest after division by the polynomial of these roots."""
    generator = [1]
    for root in range(1, count + 1):
        shifted = [*generator, 0]
        for place, factor in enumerate(generator):
            shifted[place + 1] ^= _times(factor, _POWERS[root])
        generator = shifted
    rest = [0] * count
    for word in words:
        lead = word ^ rest[0]
        rest = [*rest[1:], 0]
        for place in range(count):
            rest[place] ^= _times(generator[place + 1], lead)
    return rest


def _drawn(size: _Size, words: Sequence[int]) -> tuple[str, ...]:
    block = size.side // size.regions
    inner = block - 2
    dark = _placed(inner * size.regions, words)

    def module(row: int, column: int) -> bool:
        down, across = row % block, column % block
        if across == 0 or down == block - 1:
            return True
        if down == 0:
            return across % 2 == 0
        if across == block - 1:
            return down % 2 == 1
        return dark[row // block * inner + down - 1, column // block * inner + across - 1]

    side = range(size.side)
    return tuple("".join("1" if module(row, column) else "0" for column in side) for row in side)


def _placed(side: int, words: Sequence[int]) -> dict[tuple[int, int], bool]:
    """Where each bit stands (ISO/IEC 16022, annex F.3); unfilled corners are drawn as it says."""
    dark: dict[tuple[int, int], bool] = {}
    for word, places in zip(words, _walk(side, dark), strict=True):
        for bit, place in enumerate(places):
            dark[place] = bool(word >> (7 - bit) & 1)
    for place in ((side - 1, side - 1), (side - 2, side - 2)):
        dark.setdefault(place, True)
    for place in ((side - 1, side - 2), (side - 2, side - 1)):
        dark.setdefault(place, False)
    return dark


def _walk(side: int, taken: dict[tuple[int, int], bool]) -> Iterator[list[tuple[int, int]]]:
    """The places of one codeword after the other, up and down the diagonals."""
    row, column = 4, 0
    while row < side or column < side:
        corner = _corner(side, row, column)
        if corner:
            yield corner
        while True:
            if row < side and column >= 0 and (row, column) not in taken:
                yield _utah(side, row, column)
            row, column = row - 2, column + 2
            if row < 0 or column >= side:
                break
        row, column = row + 1, column + 3
        while True:
            if row >= 0 and column < side and (row, column) not in taken:
                yield _utah(side, row, column)
            row, column = row + 2, column - 2
            if row >= side or column < 0:
                break
        row, column = row + 3, column + 1


def _utah(side: int, row: int, column: int) -> list[tuple[int, int]]:
    """The eight places of a codeword whose last bit stands here; what sticks out wraps round."""
    shape = ((-2, -2), (-2, -1), (-1, -2), (-1, -1), (-1, 0), (0, -2), (0, -1), (0, 0))
    return [_wrapped(side, row + down, column + across) for down, across in shape]


def _wrapped(side: int, row: int, column: int) -> tuple[int, int]:
    if row < 0:
        row, column = row + side, column + 4 - (side + 4) % 8
    if column < 0:
        row, column = row + 4 - (side + 4) % 8, column + side
    return row, column


def _corner(side: int, row: int, column: int) -> list[tuple[int, int]] | None:
    """The places of the codeword that is split over the corners, if it is its turn.

    Of the standard's four cases a square symbol knows two.
    """
    last = side - 1
    if (row, column) == (side, 0):
        places = ((last, 0), (last, 1), (last, 2), (0, -2), (0, -1), (1, -1), (2, -1), (3, -1))
    elif (row, column) == (side - 2, 0) and side % 4:
        places = ((-3, 0), (-2, 0), (-1, 0), (0, -4), (0, -3), (0, -2), (0, -1), (1, -1))
    else:
        return None
    return [(down % side, across % side) for down, across in places]
