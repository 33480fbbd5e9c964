"""What merchants read: from a standby where there is one near enough, saying how fresh it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from litestar.connection import Request
from litestar.datastructures import MutableScopeHeaders
from litestar.di import NamedDependency
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from server.api.handles import CoreHere
from server.clock import to_rfc3339
from server.core import Core

AS_OF_HEADER = "Totebook-As-Of"
"""The time up to which surely everything that was recorded is in the answer."""


class Reads:
    """The reads of one call."""

    def __init__(self, core: Core) -> None:
        """Nothing was read yet."""
        self.core = core
        self.as_of: int | None = None

    @contextmanager
    def snapshot(self) -> Iterator[sa.Connection]:
        """Give one snapshot, and note how fresh it is."""
        with self.core.replica.reading() as (connection, as_of):
            self.as_of = as_of
            yield connection


ReadsHere = NamedDependency[Reads]


def provide_reads(request: Request[Any, Any, Any], core: CoreHere) -> Reads:
    """The reads of this call, where its answer finds them."""
    reads: Reads = request.scope["state"].setdefault("reads", Reads(core))
    return reads


def tell_freshness(app: ASGIApp) -> ASGIApp:
    """Say with each answer that was read so how fresh it is."""

    async def told(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_told(message: Message) -> None:
            reads = scope["state"].get("reads")
            if message["type"] == "http.response.start" and reads and reads.as_of is not None:
                headers = MutableScopeHeaders.from_message(message)
                headers[AS_OF_HEADER] = to_rfc3339(reads.as_of)
            await send(message)

        await app(scope, receive, send_told)

    return told
