"""Labels as files: SVG for screens, PNG and PDF for printers, ZPL for label printers.

PNG and PDF hold the text as drawn letters, because the fonts built into PDF know Latin-1 only; the
bars of a PDF are shapes, so a printer of any resolution draws them sharp.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from PIL import Image, ImageDraw

from server.labels.documents import Label
from server.labels.faults import LabelError
from server.labels.formats import CONTENT_TYPES, LABELS_MAX, DotsPerInch, Format
from server.labels.layouts import lay_out
from server.labels.sheet import DOTS_PER_INCH, MM_PER_DOT, Sheet
from server.labels.typeface import load
from server.labels.zpl import zpl

if TYPE_CHECKING:
    from fpdf import FPDF

PAGE_MM = (210, 297)
PAGE_MARGIN_MM = 5
"""Around an A4 page; every label is narrower than what is left."""
_PILLOW_ANCHORS = {"start": "ls", "middle": "ms"}
# A label printed again is the same file, so its PDF carries no time of its own.
_PDF_DATE = datetime(2000, 1, 1, tzinfo=UTC)


def render(
    label: Label,
    fmt: Format,
    font: Path | None = None,
    *,
    copy: bool = False,
    copies: int = 1,
    dots_per_inch: DotsPerInch = 203,
) -> bytes:
    """Return a label as a file, or raise LabelError saying what cannot be printed and why.

    Text too long for its line ends in an ellipsis; codes are never cut. `font` names a font file
    for letters that the built-in one lacks, see `missing_letters`. `copy` marks what may have been
    printed before. `copies` and `dots_per_inch` are ZPL's alone.
    """
    if fmt not in CONTENT_TYPES:
        msg = f"There is no label format '{fmt}': ask for {', '.join(CONTENT_TYPES)}."
        raise LabelError(msg)
    sheets = lay_out(label, load(font), copy=copy)
    if fmt == "zpl":
        return zpl(sheets, dots_per_inch, copies)
    if fmt == "pdf":
        return _pdf(sheets)
    if len(sheets) > 1:
        msg = f"This takes {len(sheets)} pages, and {fmt} has one: ask for pdf or zpl."
        raise LabelError(msg)
    return _DRAWN[fmt](sheets[0])


def render_page(labels: Sequence[Label], font: Path | None = None) -> bytes:
    """Return labels as a PDF of A4 pages, in rows as they fit, to be printed and cut."""
    if not 0 < len(labels) <= LABELS_MAX:
        msg = f"A sheet takes 1 to {LABELS_MAX} labels, not {len(labels)}: ask for several."
        raise LabelError(msg)
    typeface = load(font)
    pdf = _new_pdf(PAGE_MM)
    x = y = row = PAGE_MARGIN_MM
    right, bottom = (side - PAGE_MARGIN_MM for side in PAGE_MM)
    pdf.add_page()
    for sheet in (sheet for label in labels for sheet in lay_out(label, typeface)):
        if x + sheet.width_mm > right:
            x, y = PAGE_MARGIN_MM, row
        if y + sheet.height_mm > bottom:
            pdf.add_page()
            x = y = row = PAGE_MARGIN_MM
        _place(pdf, sheet, x, y)
        x, row = x + sheet.width_mm, max(row, y + sheet.height_mm)
    return bytes(pdf.output())


def missing_letters(label: Label, font: Path | None = None) -> str:
    """Return the letters that PNG and PDF of this label will show as boxes, each once."""
    typeface = load(font)
    sheets = lay_out(label, typeface)
    return typeface.missing("".join(words.text for sheet in sheets for words in sheet.words))


def _svg(sheet: Sheet) -> bytes:
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{sheet.width_mm}mm" '
            f'height="{sheet.height_mm}mm" viewBox="0 0 {sheet.width} {sheet.height}" '
            'font-family="DejaVu Sans Mono, monospace">'
        ),
        f'<path fill="#fff" d="M0 0h{sheet.width}v{sheet.height}H0z"/>',
        '<g shape-rendering="crispEdges">',
    ]
    parts += (
        f'<rect x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}"/>'
        for box in sheet.ink()
    )
    parts.append("</g>")
    for shape in sheet.shapes:
        points = " ".join(f"{x},{y}" for x, y in shape.points)
        parts.append(f'<polygon points="{points}"/>')
    parts += (
        f'<text x="{words.x}" y="{words.y}" font-size="{words.size}" '
        f'text-anchor="{words.anchor}" xml:space="preserve">{escape(words.text)}</text>'
        for words in sheet.words
    )
    parts.append("</svg>\n")
    return "\n".join(parts).encode()


def _write(sheet: Sheet, draw: ImageDraw.ImageDraw) -> None:
    draw.fontmode = "1"
    for words in sheet.words:
        draw.text(
            (words.x, words.y),
            sheet.typeface.drawable(words.text),
            fill=0,
            font=sheet.typeface.at(words.size),
            anchor=_PILLOW_ANCHORS[words.anchor],
        )


def _png(sheet: Sheet) -> bytes:
    image = Image.new("1", (sheet.width, sheet.height), 1)
    draw = ImageDraw.Draw(image)
    for box in sheet.ink():
        draw.rectangle((box.x, box.y, box.x + box.width - 1, box.y + box.height - 1), fill=0)
    for shape in sheet.shapes:
        draw.polygon(shape.points, fill=0)
    _write(sheet, draw)
    file = BytesIO()
    image.save(file, "PNG", dpi=(DOTS_PER_INCH, DOTS_PER_INCH))
    return file.getvalue()


def _pdf(sheets: Sequence[Sheet]) -> bytes:
    pdf = _new_pdf((sheets[0].width_mm, sheets[0].height_mm))
    for sheet in sheets:
        pdf.add_page()
        _place(pdf, sheet, 0, 0)
    return bytes(pdf.output())


def _new_pdf(size_mm: tuple[int, int]) -> "FPDF":
    # Read only here: it takes a fifth of a second, and most servers start without printing.
    from fpdf import FPDF  # noqa: PLC0415

    pdf = FPDF(unit="mm", format=size_mm)
    pdf.set_creation_date(_PDF_DATE)
    pdf.set_auto_page_break(auto=False)
    pdf.set_fill_color(0)
    return pdf


def _place(pdf: "FPDF", sheet: Sheet, left_mm: int, top_mm: int) -> None:
    """Draw a sheet on the page, its corner here."""
    # Greyscale, because one bit a pixel goes into PDF as a fax picture that viewers may invert.
    letters = Image.new("L", (sheet.width, sheet.height), 255)
    _write(sheet, ImageDraw.Draw(letters))
    width, height = sheet.width * MM_PER_DOT, sheet.height * MM_PER_DOT
    pdf.image(letters, x=left_mm, y=top_mm, w=width, h=height)
    for box in sheet.ink():
        x, y, width, height = (
            length * MM_PER_DOT for length in (box.x, box.y, box.width, box.height)
        )
        pdf.rect(left_mm + x, top_mm + y, width, height, style="F")
    for shape in sheet.shapes:
        points = [(left_mm + x * MM_PER_DOT, top_mm + y * MM_PER_DOT) for x, y in shape.points]
        pdf.polygon(points, style="F")


_DRAWN: dict[str, Callable[[Sheet], bytes]] = {"svg": _svg, "png": _png}
