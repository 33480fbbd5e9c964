"""The formats that a label can be asked for in; what draws it is read when the first one is.

Fonts, pictures and symbols take a twentieth of a second and 13 MB, and a server that starts prints
nothing yet.
"""

from collections.abc import Sequence
from typing import Literal

from server.labels.documents import Label

Format = Literal["svg", "png", "pdf", "zpl"]
CONTENT_TYPES: dict[Format, str] = {
    "svg": "image/svg+xml",
    "png": "image/png",
    "pdf": "application/pdf",
    "zpl": "application/zpl",
}
DotsPerInch = Literal[203, 300]
LABELS_MAX = 200


def file_of(
    label: Label,
    fmt: Format,
    *,
    copy: bool = False,
    copies: int = 1,
    dots_per_inch: DotsPerInch = 203,
) -> bytes:
    """Return a label as a file, as `server.labels.render.render` does."""
    from server.labels import render  # noqa: PLC0415 - see above.

    return render.render(label, fmt, copy=copy, copies=copies, dots_per_inch=dots_per_inch)


def page_of(labels: Sequence[Label]) -> bytes:
    """Return labels as a PDF of A4 pages, as `server.labels.render.render_page` does."""
    from server.labels import render  # noqa: PLC0415 - see above.

    return render.render_page(labels)
