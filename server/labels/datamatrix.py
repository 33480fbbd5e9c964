"""GS1 DataMatrix (ECC 200, ISO/IEC 16022): squares up to 48 x 48, drawn by zxing-cpp."""

import re
from collections.abc import Sequence
from itertools import count
from typing import Any

import zxingcpp

from server.labels.elements import FNC1, Element, coded
from server.labels.faults import LabelError

# What squares of 10, 12 … 26, 32, 36, 40, 44 and 48 modules hold (ISO/IEC 16022, table 7).
_CODEWORDS = (3, 5, 8, 12, 18, 22, 30, 36, 44, 62, 86, 114, 144, 174)
CODEWORDS_MAX = _CODEWORDS[-1]
_DIGIT_PAIR = re.compile(r"[0-9]{2}")


def rows_of(elements: Sequence[Element]) -> tuple[str, ...]:
    """The squares of checked elements, "1" is dark; LabelError if they are too much.

    The symbol is the smallest that holds them as plain ASCII, two digits a codeword. The library
    packs capitals closer, but a printer that is told this size for ^BX may not.
    """
    words = len(_DIGIT_PAIR.sub("0", FNC1 + coded(elements)))
    version = next((each for each, room in zip(count(1), _CODEWORDS) if room >= words), None)
    if version is None:
        msg = (
            f"A DataMatrix takes at most {CODEWORDS_MAX} codewords, this value has {words}: "
            "print less in one code."
        )
        raise LabelError(msg)
    # Square brackets, as no element can hold them; round ones are signs like any other.
    written = "".join(f"[{identifier}]{content}" for identifier, content in elements)
    try:
        code = zxingcpp.create_barcode(
            written, zxingcpp.BarcodeFormat.DataMatrix, gs1=True, version=version
        )
    except ValueError as error:
        msg = f"A DataMatrix cannot hold '{written}': use unaccented letters, digits and - . / _."
        raise LabelError(msg) from error
    # The image gives its bytes by the buffer protocol, of which its stubs say nothing.
    image: Any = code.to_image(scale=1, add_quiet_zones=False)
    squares: Any = memoryview(image).tolist()
    return tuple("".join("0" if light else "1" for light in row) for row in squares)
