"""An attachment as it is answered to people: to be kept as a file, never run as a page."""

from litestar import Response

from server.core import Core
from server.errors import NotFoundError

SUFFIXES = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "application/pdf": "pdf",
}


def attachment_answer(core: Core, name: str) -> Response[bytes]:
    """The bytes of an attachment; NotFoundError if they have not come or were erased."""
    found = core.attachments.content(name)
    if found is None:
        raise NotFoundError("There is no such attachment: it has not come, or it was erased.")
    row, content = found
    return Response(
        content,
        media_type=row.media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name[:12]}.{SUFFIXES[row.media_type]}"',
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "private, no-store",
        },
    )
