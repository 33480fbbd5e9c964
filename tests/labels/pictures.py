"""Reading printed labels back: the pictures of each format, and the codes on them.

SVG and PDF are drawn here from what the files hold, so a code that is read was drawn so.
"""

import re
import struct
import zlib
from io import BytesIO
from xml.etree import ElementTree as ET

import zxingcpp
from PIL import Image, ImageDraw

SVG = "{http://www.w3.org/2000/svg}"
POINTS_PER_DOT = 72 / 300
_STREAM = re.compile(rb"\nstream\n(.*?)\nendstream", re.DOTALL)
_RECTANGLE = re.compile(r"(-?[\d.]+) (-?[\d.]+) (-?[\d.]+) (-?[\d.]+) re f")
_MEDIA_BOX = re.compile(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]")
_IMAGE_SIZE = re.compile(rb"/Height (\d+).*?/Width (\d+)", re.DOTALL)


def codes(picture: Image.Image) -> list[tuple[str, str]]:
    """Return the kind (with "GS1" where FNC1 leads) and the content of every code on a picture."""
    return [
        (_kind(code), code.bytes.decode().replace("\x1d", "<GS>"))
        for code in zxingcpp.read_barcodes(picture)
    ]


def _kind(code: zxingcpp.Barcode) -> str:
    leads = ("Code128", "DataMatrix")
    gs1 = code.content_type == zxingcpp.ContentType.GS1 and code.format.name in leads
    return f"{code.format.name} GS1" if gs1 else str(code.format.name)


def png_picture(file: bytes) -> Image.Image:
    """Return a PNG file as a picture."""
    with Image.open(BytesIO(file)) as picture:
        return picture.convert("L")


def svg_picture(file: bytes) -> Image.Image:
    """Return the rectangles of an SVG file as a picture."""
    root = ET.fromstring(file)  # noqa: S314 - The file is of our own making.
    width, height = (int(length) for length in root.attrib["viewBox"].split()[2:])
    picture = Image.new("L", (width, height), 255)
    for box in root.iter(f"{SVG}rect"):
        x, y, across, down = (int(box.attrib[name]) for name in ("x", "y", "width", "height"))
        _blacken(picture, x, y, across, down)
    return picture


def svg_texts(file: bytes) -> list[str]:
    """Return the lines of text of an SVG file."""
    root = ET.fromstring(file)  # noqa: S314 - The file is of our own making.
    return [text.text or "" for text in root.iter(f"{SVG}text")]


def pdf_page_mm(file: bytes) -> tuple[float, float]:
    """Return width and height of a PDF file's page."""
    sizes = _MEDIA_BOX.findall(file)
    assert len(sizes) == 1
    width, height = (round(float(points) * 25.4 / 72, 1) for points in sizes[0])
    return width, height


def pdf_picture(file: bytes) -> Image.Image:
    """Return a PDF file's one page as a picture: its image, and its rectangles above it."""
    (size,) = _IMAGE_SIZE.findall(file)
    drawing, image = _STREAM.findall(file)
    height, width = (int(number) for number in size)
    picture = _grey_image(image, width, height)
    page_height = round(float(_MEDIA_BOX.findall(file)[0][1]) / POINTS_PER_DOT)
    for match in _RECTANGLE.findall(zlib.decompress(drawing).decode("latin-1")):
        x, y, across, down = (round(float(number) / POINTS_PER_DOT) for number in match)
        # A PDF counts from the bottom of the page upward.
        top = page_height - max(y, y + down)
        _blacken(picture, x, top, across, abs(down))
    return picture


def _grey_image(stream: bytes, width: int, height: int) -> Image.Image:
    """Open a PDF's deflated grey image, whose rows are those of a PNG (predictor 15)."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        checksum = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", stream) + chunk(b"IEND", b"")
    return png_picture(b"\x89PNG\r\n\x1a\n" + parts)


def _blacken(picture: Image.Image, x: int, y: int, across: int, down: int) -> None:
    ImageDraw.Draw(picture).rectangle((x, y, x + across - 1, y + down - 1), fill=0)
