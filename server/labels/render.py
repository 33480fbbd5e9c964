"""Labels as files: SVG for screens, PNG and PDF for printers.

PNG and PDF hold the text as drawn letters, because the fonts built into PDF know Latin-1 only; the
bars of a PDF are shapes, so a printer of any resolution draws them sharp.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Literal
from xml.sax.saxutils import escape

from PIL import Image, ImageDraw

from server.labels.documents import Label
from server.labels.faults import LabelError
from server.labels.layouts import lay_out
from server.labels.sheet import DOTS_PER_INCH, MM_PER_DOT, Sheet
from server.labels.typeface import load

Format = Literal["svg", "png", "pdf"]
CONTENT_TYPES: dict[Format, str] = {
    "svg": "image/svg+xml",
    "png": "image/png",
    "pdf": "application/pdf",
}
_PILLOW_ANCHORS = {"start": "ls", "middle": "ms"}
# A label printed again is the same file, so its PDF carries no time of its own.
_PDF_DATE = datetime(2000, 1, 1, tzinfo=UTC)


def render(label: Label, fmt: Format, font: Path | None = None) -> bytes:
    """Return a label as a file, or raise LabelError saying what cannot be printed and why.

    Text too long for its line ends in an ellipsis; codes are never cut. `font` names a font file
    for letters that the built-in one lacks, see `missing_letters`.
    """
    draw = _DRAWN.get(fmt)
    if draw is None:
        msg = f"There is no label format '{fmt}': ask for svg, png or pdf."
        raise LabelError(msg)
    return draw(lay_out(label, load(font)))


def missing_letters(label: Label, font: Path | None = None) -> str:
    """Return the letters that PNG and PDF of this label will show as boxes, each once."""
    typeface = load(font)
    return typeface.missing("".join(words.text for words in lay_out(label, typeface).words))


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


def _pdf(sheet: Sheet) -> bytes:
    # Read only here: it takes a fifth of a second, and most servers start without printing.
    from fpdf import FPDF  # noqa: PLC0415

    # Greyscale, because one bit a pixel goes into PDF as a fax picture that viewers may invert.
    letters = Image.new("L", (sheet.width, sheet.height), 255)
    _write(sheet, ImageDraw.Draw(letters))
    pdf = FPDF(unit="mm", format=(sheet.width_mm, sheet.height_mm))
    pdf.set_creation_date(_PDF_DATE)
    pdf.set_auto_page_break(auto=False)
    pdf.add_page()
    pdf.image(letters, x=0, y=0, w=sheet.width * MM_PER_DOT, h=sheet.height * MM_PER_DOT)
    pdf.set_fill_color(0)
    for box in sheet.ink():
        x, y, width, height = (
            length * MM_PER_DOT for length in (box.x, box.y, box.width, box.height)
        )
        pdf.rect(x, y, width, height, style="F")
    for shape in sheet.shapes:
        pdf.polygon([(x * MM_PER_DOT, y * MM_PER_DOT) for x, y in shape.points], style="F")
    return bytes(pdf.output())


_DRAWN: dict[str, Callable[[Sheet], bytes]] = {"svg": _svg, "png": _png, "pdf": _pdf}
