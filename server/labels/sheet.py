"""A label's drawing, before it becomes a file: black boxes, shapes and lines of text on a sheet.

All lengths are whole dots of 1/300 inch, so every bar is as wide as its module says in each format.
"""

from typing import Literal

import msgspec

from server.labels.faults import LabelError
from server.labels.symbols import Symbol
from server.labels.typeface import Typeface, clean, visible

DOTS_PER_INCH = 300
MM_PER_DOT = 25.4 / DOTS_PER_INCH
MODULE_DOTS_MIN = 2
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
    """One line of text; `y` is its baseline."""

    x: int
    y: int
    size: int
    anchor: Anchor
    text: str


class Sheet:
    """A label being laid out; it grows by the methods and is then drawn."""

    def __init__(self, width_mm: int, height_mm: int, typeface: Typeface) -> None:
        """Start with a white sheet."""
        self.width_mm = width_mm
        self.height_mm = height_mm
        self.width = dots(width_mm)
        self.height = dots(height_mm)
        self.typeface = typeface
        self.boxes: list[Box] = []
        self.shapes: list[Shape] = []
        self.words: list[Words] = []

    def rule(self, y: int, margin: int) -> None:
        """Draw a line from margin to margin."""
        self.boxes.append(Box(margin, y, self.width - 2 * margin, 4))

    def write(self, text: str, place: tuple[int, int], size: int, room: int) -> None:
        """Write a line whose baseline starts at a place, cut with an ellipsis at the room."""
        fitted = self.typeface.fit(clean(text), size, room)
        self.words.append(Words(place[0], place[1], size, "start", fitted))

    def write_whole(self, text: str, middle: tuple[int, int], size: int, room: int) -> None:
        """Write a line about a middle, in smaller letters when the room is short: never cut.

        Codes are written so, because half a code is a wrong code.
        """
        whole = visible(text)
        smaller = self.typeface.size_within(whole, size, room)
        self.words.append(Words(middle[0], middle[1], smaller, "middle", whole))

    def bars(self, symbol: Symbol, area: Box, module_dots_max: int) -> None:
        """Draw a linear code in the middle of an area, as wide as fits, with its quiet zones."""
        module = self._module(symbol, area.width, module_dots_max)
        left = area.x + (area.width - symbol.units_across * module) // 2
        self._runs(symbol.rows[0], left + symbol.quiet_left * module, area.y, module, area.height)

    def squares(self, symbol: Symbol, area: Box, module_dots_max: int) -> None:
        """Draw a QR code in the middle of a square area, with its quiet zone."""
        module = self._module(symbol, area.width, module_dots_max)
        inset = (area.width - symbol.units_across * module) // 2 + symbol.quiet_left * module
        for number, row in enumerate(symbol.rows):
            self._runs(row, area.x + inset, area.y + inset + number * module, module, module)

    def _module(self, symbol: Symbol, room: int, module_dots_max: int) -> int:
        module = min(module_dots_max, room // symbol.units_across)
        if module < MODULE_DOTS_MIN:
            msg = (
                f"{symbol.symbology} '{symbol.text}' is too long for a label of "
                f"{self.width_mm} x {self.height_mm} mm: use a shorter value."
            )
            raise LabelError(msg)
        return module

    def _runs(self, row: str, x: int, y: int, module: int, height: int) -> None:
        start = 0
        while (start := row.find("1", start)) >= 0:
            end = row.find("0", start)
            end = len(row) if end < 0 else end
            self.boxes.append(Box(x + start * module, y, (end - start) * module, height))
            start = end
