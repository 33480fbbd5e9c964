"""Codes in a camera's frame, for browsers that can't read them: by a real reader, nothing kept."""

import asyncio
import io
import warnings

import msgspec
import zxingcpp
from litestar import post
from PIL import Image, UnidentifiedImageError

from server.api.guards import bearer, core_of, principal_for
from server.api.limits import AnyRequest
from server.errors import InvalidError, TooLargeError

FRAME_BYTES_MAX = 2 << 20
PIXELS_MAX = 4_096 * 4_096
CODES_MAX = 8
UNREADABLE = (
    *(UnidentifiedImageError, OSError, ValueError, SyntaxError),
    *(Image.DecompressionBombWarning, Image.DecompressionBombError),
)
"""What Pillow raises at bytes that are no picture, half of one, or far too much of one."""


class Code(msgspec.Struct, frozen=True):
    """One code that was seen, as a reader in hand tells it, and what its symbology is called."""

    text: str
    symbology: str


class Codes(msgspec.Struct, frozen=True):
    """The codes of a frame."""

    codes: list[Code]


@post(
    "/app/decode",
    status_code=200,
    summary="Read the codes in a camera's frame",
    description="The body is a JPEG or PNG of at most 2 MiB. Nothing of it is kept.",
    security=[{"session": []}],
    tags=["device"],
    # What is longer is not even read.
    request_max_body_size=FRAME_BYTES_MAX,
)
async def decode(request: AnyRequest) -> Codes:
    """Answer what a reader sees."""
    await asyncio.to_thread(principal_for, core_of(request), bearer(request))
    body = await request.body()
    if len(body) > FRAME_BYTES_MAX:
        raise TooLargeError(f"A frame has at most {FRAME_BYTES_MAX:,} bytes.")
    return Codes(await asyncio.to_thread(codes_in, body))


def codes_in(picture: bytes) -> list[Code]:
    """Return the codes in a picture, none if there are none; InvalidError if it is no picture."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(picture), formats=("JPEG", "PNG", "WEBP")) as opened:
                if opened.width * opened.height > PIXELS_MAX:
                    raise InvalidError("The picture has too many pixels.")
                grey = opened.convert("L")
    except UNREADABLE as error:
        raise InvalidError("The body is no picture that can be read.") from error
    found = zxingcpp.read_barcodes(grey, text_mode=zxingcpp.TextMode.Plain)
    return [Code(told(each), each.format.name) for each in found[:CODES_MAX] if each.text]


def told(seen: zxingcpp.Barcode) -> str:
    """Return a code's text with its separators; GS1's begins with the identifier that says so."""
    if seen.content_type == zxingcpp.ContentType.GS1:
        return f"{seen.symbology_identifier}{seen.text}"
    return str(seen.text)
