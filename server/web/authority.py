"""The certificate of the house's own authority, for phones that are to trust `serve --tls`."""

import asyncio
from pathlib import Path

from litestar import Response, get
from litestar.exceptions import NotFoundException
from sqlalchemy.engine import make_url

from server.api.handles import CoreHere
from server.config import Settings

AUTHORITY = "ca.crt"


def certificates_folder(settings: Settings) -> Path:
    """Answer where certificates are kept: beside the book, else in the folder of the process."""
    url = make_url(settings.database)
    if url.get_backend_name() == "sqlite" and url.database is not None:
        return Path(f"{url.database}.tls")
    return Path("totebook.tls")


@get(f"/app/{AUTHORITY}", include_in_schema=False)
async def authority(core: CoreHere) -> Response[bytes]:
    """Send the authority's certificate, which is no secret, to whoever is to trust it."""
    path = certificates_folder(core.settings) / AUTHORITY
    if not await asyncio.to_thread(path.exists):
        raise NotFoundException("This server has no certificate authority of its own.")
    body = await asyncio.to_thread(path.read_bytes)
    return Response(body, media_type="application/x-x509-ca-cert")
