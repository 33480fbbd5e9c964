"""Pictures that consumers send: looked at by their content, made anew, kept as attachments.

What is kept is never what came: the picture is painted again as JPEG, so nothing hides behind it,
and place and phone that cameras write into their files are gone.
"""

import asyncio
import io
import warnings
from typing import Any

import msgspec
import sqlalchemy as sa
from litestar import Request, post
from PIL import Image, ImageOps

from device_protocol.personal import hash_of
from device_protocol.version import LIMITS
from server.api.consumer.callers import Visitor, VisitorHere
from server.api.examples import shown
from server.api.handles import CoreHere
from server.api.problem import TooManyError
from server.core import Core
from server.errors import InvalidError
from server.identity.personal import DAY_MS
from server.lane.activity import NETWORK
from server.sync.attachment_content import PIXELS_MAX
from server.sync.attachments import Declared
from server.sync.models import ATTACHMENT

BYTES_MAX = 8 << 20
SIDE_PIXELS_MAX = 2_048
QUALITY = 80
A_DAY_MAX = 20
"""So many pictures are taken from the page of an order in 24 hours."""
FORMATS = ("JPEG", "PNG", "WEBP")


class EnoughError(TooManyError):
    """The page of an order sent as many pictures as it may in a day."""

    code = "consumer.enough"
    title = "Enough pictures for today"
    retry_after_s = 3_600


class Kept(msgspec.Struct, frozen=True):
    """How a complaint names a picture."""

    picture: str


@post(
    "/pictures",
    status_code=200,
    summary="Send a picture for a complaint",
    description="The body is a JPEG, PNG or WebP of at most 8 MiB. It is made anew, without what "
    "cameras write into it. The same picture again has the same name.",
    request_max_body_size=BYTES_MAX,
    responses=shown(Kept),
)
async def take_picture(
    request: Request[Any, Any, Any], core: CoreHere, visitor: VisitorHere
) -> Kept:
    """Keep a picture and answer its name."""
    body = await request.body()
    return Kept(await asyncio.to_thread(kept_picture, core, visitor, body))


def kept_picture(core: Core, visitor: Visitor, body: bytes) -> str:
    """Keep a picture as an attachment and answer its hash."""
    page = -visitor.order.id
    salt = core.links.salt(visitor.order.id, body)
    if sent_today(core, page) >= A_DAY_MAX:
        raise EnoughError("That is enough for today; describe the rest in words.")
    content = painted_again(body)
    declared = Declared(hash_of(salt, content), salt, len(content), "image/jpeg")
    for offset in range(0, len(content), LIMITS.chunk_bytes):
        piece = content[offset : offset + LIMITS.chunk_bytes]
        # Devices have numbers above zero; an order's page is told by minus the order's.
        core.attachments.take(page, declared, offset, piece)
    return declared.hash


def painted_again(body: bytes) -> bytes:
    """The picture in a body as a JPEG of its own; InvalidError where there is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(body), formats=FORMATS) as opened:
                seen = _seen(opened)
    except InvalidError:
        raise
    except Exception as error:
        # Whatever a decoder trips over, it is no picture.
        raise InvalidError("The body is no picture that can be read.") from error
    written = io.BytesIO()
    seen.save(written, "JPEG", quality=QUALITY, optimize=True)
    return written.getvalue()


def _seen(opened: Image.Image) -> Image.Image:
    """What a picture shows: upright, not larger than needed, on white paper."""
    if opened.width * opened.height > PIXELS_MAX:
        raise InvalidError("The picture has too many pixels.")
    opened.draft("RGB", (SIDE_PIXELS_MAX, SIDE_PIXELS_MAX))
    upright = ImageOps.exif_transpose(opened)
    upright.thumbnail((SIDE_PIXELS_MAX, SIDE_PIXELS_MAX))
    # A fresh sheet has none of what stands beside the picture: comments, places, profiles.
    paper = Image.new("RGB", upright.size, "white")
    if upright.has_transparency_data:
        seen = upright.convert("RGBA")
        paper.paste(seen, mask=seen)
    else:
        paper.paste(upright.convert("RGB"))
    return paper


def sent_today(core: Core, page: int) -> int:
    """How many pictures the page of an order sent in the last 24 hours."""
    of_page = sa.select(sa.func.count()).where(
        ATTACHMENT.c.site == NETWORK,
        ATTACHMENT.c.device == page,
        ATTACHMENT.c.began_at > core.clock.now() - DAY_MS,
    )
    with core.database.reading() as connection:
        return int(connection.scalar(of_page) or 0)


def came_from(connection: sa.Connection, page: int, names: tuple[str, ...]) -> set[str]:
    """Which of these pictures came whole from the page of an order."""
    asked = sa.select(ATTACHMENT.c.hash).where(
        ATTACHMENT.c.site == NETWORK,
        ATTACHMENT.c.device == page,
        ATTACHMENT.c.completed_at.is_not(None),
        ATTACHMENT.c.hash.in_(names),
    )
    return set(connection.scalars(asked))
