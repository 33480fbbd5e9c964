"""Where browsers get the apps, with headers that keep everybody else's scripts out."""

import asyncio
from urllib.parse import quote

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from server.api.limits import AnyRequest
from server.api.packing import PACKS
from server.web.assets import Asset, assets
from server.web.authority import authority
from server.web.decoding import decode
from server.web.rounds import doors
from server.web.session import close_session, open_session, read_session

_DIRECTIVES = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "media-src 'self' blob:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types totebook",
)
CONTENT_POLICY = "; ".join(_DIRECTIVES)
"""Nothing from elsewhere, no script in a page, and no text that becomes markup."""

HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
    "Vary": "Accept-Encoding",
}


@get("/", sync_to_thread=False, include_in_schema=False)
def front() -> Redirect:
    """Lead who types the server's address alone to the app."""
    return Redirect("/app/")


@get("/enrol", sync_to_thread=False, include_in_schema=False)
def enrolment(request: AnyRequest) -> Redirect:
    """Lead who scanned the picture of an invitation to the app; its code travels no further."""
    code = str(request.query_params.get("code", ""))[:64]
    return Redirect(f"/app/#enrol?code={quote(code, safe='')}")


@get(["/app", "/app/{path:path}"], include_in_schema=False, opt={PACKS: True})
async def app_file(request: AnyRequest) -> Response[bytes]:
    """Send a file of the apps."""
    name = str(request.path_params.get("path", "")).lstrip("/") or "index.html"
    files = await asyncio.to_thread(assets)
    found = files.get(name)
    if found is None:
        raise NotFoundException(f"There is no {name[:60]!r} in the app.")
    return sent(request, found)


@get("/parcel", include_in_schema=False, opt={PACKS: True})
async def parcel_page(request: AnyRequest) -> Response[bytes]:
    """Send the page of an order; which one stands behind the mark of the address, for it alone."""
    files = await asyncio.to_thread(assets)
    return sent(request, files["parcel.html"])


def sent(request: AnyRequest, asset: Asset) -> Response[bytes]:
    """Answer with a file, packed if that is understood; nothing but its name if it is known."""
    headers = HEADERS | {"ETag": asset.etag}
    if asset.etag in request.headers.get("If-None-Match", ""):
        return Response(b"", status_code=304, headers=headers)
    takes_packed = "gzip" in request.headers.get("Accept-Encoding", "")
    if asset.packed and takes_packed:
        headers["Content-Encoding"] = "gzip"
        return Response(asset.packed, media_type=asset.type, headers=headers)
    return Response(asset.body, media_type=asset.type, headers=headers)


WEB_HANDLERS: tuple[ControllerRouterHandler, ...] = (
    front,
    enrolment,
    authority,
    app_file,
    parcel_page,
    decode,
    doors,
    open_session,
    close_session,
    read_session,
)
"""The apps, and what only they call."""
