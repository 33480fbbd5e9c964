"""A label's drawing, before it becomes a file: codes, boxes, shapes and lines of text on a sheet.

All lengths are whole dots of 1/300 inch, so every bar is as wide as its module says in each format.
"""

from collections.abc import Iterator
from typing import Literal

import msgspec

from server.labels.faults import LabelError
from server.labels.symbols import SQUARE, Symbol
from server.labels.typeface import Typeface, clean, visible

DOTS_PER_INCH = 300
MM_PER_DOT = 25.4 / DOTS_PER_INCH
MODULE_DOTS_MIN = 2
COPY = "COPY"
COPY_SIZE = 24
Anchor = Literal["start", "middle"]


def dots(length_mm: float) -> int:
    """Return a length in whole dots."""
    return round(length_mm / MM_PER_DOT)


class Box(msgspec.Struct, frozen=True):
    """A black rectangle."""

    x: int
    y: int
    width: int
    height: int


class Shape(msgspec.Struct, frozen=True):
    """A black polygon."""

    points: tuple[tuple[int, int], ...]


class Words(msgspec.Struct, frozen=True):
    """One line of text; `y` is its baseline, `room` how wide it may be."""

    x: int
    y: int
    size: int
    anchor: Anchor
    room: int
    text: str


class Code(msgspec.Struct, frozen=True):
    """A code in the middle of an area, whose quiet zones lie inside; a square one fills a square.

    `module` is the width of one unit of the symbol.
    """

    symbol: Symbol
    area: Box
    module: int

    def boxes(self) -> Iterator[Box]:
        """Its dark parts."""
        symbol, module = self.symbol, self.module
        inset = (self.area.width - symbol.units_across * module) // 2
        left = self.area.x + inset + symbol.quiet_left * module
        if symbol.symbology not in SQUARE:
            yield from _runs(symbol.rows[0], left, self.area.y, module, self.area.height)
            return
        top = self.area.y + inset + symbol.quiet_left * module
        for number, row in enumerate(symbol.rows):
            yield from _runs(row, left, top + number * module, module, module)


class Sheet:
    """A label being laid out; it grows by the methods and is then drawn."""

    def __init__(self, width_mm: int, height_mm: int, typeface: Typeface) -> None:
        """Start with a white sheet."""
        self.width_mm = width_mm
        self.height_mm = height_mm
        self.width = dots(width_mm)
        self.height = dots(height_mm)
        self.typeface = typeface
        self.codes: list[Code] = []
        self.boxes: list[Box] = []
        self.shapes: list[Shape] = []
        self.words: list[Words] = []

    def rule(self, y: int, margin: int) -> None:
        """Draw a line from margin to margin."""
        self.boxes.append(Box(margin, y, self.width - 2 * margin, 4))

    def write(self, text: str, place: tuple[int, int], size: int, room: int) -> None:
        """Write a line whose baseline starts at a place, cut with an ellipsis at the room."""
        fitted = self.typeface.fit(clean(text), size, room)
        self.words.append(Words(place[0], place[1], size, "start", room, fitted))

    def write_whole(self, text: str, middle: tuple[int, int], size: int, room: int) -> None:
        """Write a line about a middle, in smaller letters when the room is short: never cut.

        Codes are written so, because half a code is a wrong code.
        """
        whole = visible(text)
        smaller = self.typeface.size_within(whole, size, room)
        self.words.append(Words(middle[0], middle[1], smaller, "middle", room, whole))

    def write_smaller(self, text: str, place: tuple[int, int], size: int, room: int) -> None:
        """Write a whole line whose baseline starts at a place, in smaller letters if it must be."""
        whole = clean(text)
        smaller = self.typeface.size_within(whole, size, room)
        self.words.append(Words(place[0], place[1], smaller, "start", room, whole))

    def mark_copy(self) -> None:
        """Say at the upper edge that this label may be there already."""
        room = self.typeface.width(COPY, COPY_SIZE)
        place = (self.width - COPY_SIZE - room, COPY_SIZE)
        self.words.append(Words(*place, COPY_SIZE, "start", room, COPY))

    def code(self, symbol: Symbol, area: Box, module_dots_max: int) -> None:
        """Draw a code in the middle of an area, as wide as fits; squares need a square area."""
        self.codes.append(Code(symbol, area, self.module(symbol, area.width, module_dots_max)))

    def module(self, symbol: Symbol, room: int, module_dots_max: int) -> int:
        """The widest module at which a code fits, or LabelError when it does not."""
        module = min(module_dots_max, room // symbol.units_across)
        if module < MODULE_DOTS_MIN:
            msg = (
                f"{symbol.symbology} '{symbol.text}' is too long for a label of "
                f"{self.width_mm} x {self.height_mm} mm: use a shorter value."
            )
            raise LabelError(msg)
        return module

    def ink(self) -> Iterator[Box]:
        """All black boxes: rules, and the dark parts of codes."""
        yield from self.boxes
        for code in self.codes:
            yield from code.boxes()


def _runs(row: str, x: int, y: int, module: int, height: int) -> Iterator[Box]:
    start = 0
    while (start := row.find("1", start)) >= 0:
        end = row.find("0", start)
        end = len(row) if end < 0 else end
        yield Box(x + start * module, y, (end - start) * module, height)
        start = end
