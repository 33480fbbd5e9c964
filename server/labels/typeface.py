"""The letters of labels: how wide a text is, where it is cut, what a font cannot show.

Labels are set in DejaVu Sans Mono (a free font), which python-barcode brings along: Latin, Greek,
Cyrillic and Arabic letters are in it, Chinese, Japanese and Korean ones are not. A deployment that
needs those names a font file of its own. A letter that a font lacks is printed as a box in PNG and
PDF; in SVG every letter stays as it is, and the viewer's fonts draw it.
"""

import unicodedata
from functools import lru_cache
from importlib.resources import as_file, files
from io import BytesIO
from pathlib import Path

from fontTools.ttLib import TTFont, TTLibError  # type: ignore[import-untyped]
from PIL import ImageFont

from server.labels.faults import LabelError

ELLIPSIS = "…"
_MEASURED_SIZE = 100
_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_NOT_TEXT = frozenset({"Cc", "Cn", "Co", "Cs"})


def visible(text: str) -> str:
    """Return the text composed, with a space for every character that is no text."""
    return "".join(
        " " if unicodedata.category(letter) in _NOT_TEXT or letter in _BIDI_CONTROLS else letter
        for letter in unicodedata.normalize("NFC", text)
    )


def clean(text: str) -> str:
    """Return the visible text on one line, without spaces at its ends or in rows."""
    return " ".join(visible(text).split())


class Typeface:
    """One font file, measured."""

    def __init__(self, font: bytes) -> None:
        """Read the font; LabelError when it is none."""
        try:
            letters = TTFont(BytesIO(font), fontNumber=0, lazy=True).getBestCmap()
            self._measured = ImageFont.truetype(BytesIO(font), _MEASURED_SIZE)
        except (TTLibError, OSError) as error:
            msg = "The label font cannot be read: give a TrueType or OpenType file."
            raise LabelError(msg) from error
        self._font = font
        self._letters = frozenset(letters or ())
        self._box = "□" if ord("□") in self._letters else "?"

    def missing(self, text: str) -> str:
        """Return the letters of the text that this font cannot draw, each once, in order."""
        return "".join(dict.fromkeys(letter for letter in clean(text) if not self._draws(letter)))

    def drawable(self, text: str) -> str:
        """Return the text with a box for every letter that this font lacks."""
        return "".join(letter if self._draws(letter) else self._box for letter in text)

    def width(self, text: str, size: int) -> int:
        """Return how wide the text is at this size, in the size's unit.

        A letter that the font lacks counts as a whole square, so that it fits in the SVG too.
        """
        return round(self._ems(text) * size)

    def fit(self, text: str, size: int, room: int) -> str:
        """Return the text, cut with an ellipsis where it would be wider than the room."""
        if self.width(text, size) <= room:
            return text
        # The width of a font grows with the length, so the cut is found by halving.
        fits, too_long = 0, len(text)
        while too_long - fits > 1:
            middle = (fits + too_long) // 2
            if self.width(text[:middle].rstrip() + ELLIPSIS, size) <= room:
                fits = middle
            else:
                too_long = middle
        return text[:fits].rstrip() + ELLIPSIS

    def size_within(self, text: str, size: int, room: int) -> int:
        """Return the size, or the smaller one at which the whole text fits."""
        ems = self._ems(text)
        while size > 1 and round(ems * size) > room:
            size -= 1
        return size

    def at(self, size: int) -> ImageFont.FreeTypeFont:
        """Return the font at a size for drawing."""
        return ImageFont.truetype(BytesIO(self._font), size)

    def _ems(self, text: str) -> float:
        """The width at size 1."""
        drawn = "".join(letter for letter in text if self._draws(letter))
        return self._measured.getlength(drawn) / _MEASURED_SIZE + len(text) - len(drawn)

    def _draws(self, letter: str) -> bool:
        return ord(letter) in self._letters


@lru_cache(maxsize=4)
def load(font: Path | None = None) -> Typeface:
    """Return the typeface of a font file, or the one that labels are set in when none is named."""
    if font is not None:
        try:
            return Typeface(font.read_bytes())
        except OSError as error:
            msg = f"The label font {font} cannot be opened: name a file that is there."
            raise LabelError(msg) from error
    with as_file(files("barcode") / "fonts" / "DejaVuSansMono.ttf") as path:
        return Typeface(path.read_bytes())
