"""What merchants read: from a standby where there is one near enough, saying how fresh it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from litestar.connection import Request
from litestar.datastructures import MutableScopeHeaders
from litestar.di import NamedDependency
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from server.api.guards import Principal, core_of, provide_principal
from server.clock import to_rfc3339
from server.core import Core
from server.errors import ForbiddenError

AS_OF_HEADER = "Totebook-As-Of"
"""The time up to which surely everything that was recorded is in the answer."""


def own(principal: Principal) -> int:
    """The merchant for whom somebody calls; a key or person without one may see nothing."""
    if principal.owner is None:
        raise ForbiddenError("You are bound to no merchant.")
    return principal.owner


class Reads:
    """The reads of one call, and for whom it is made."""

    def __init__(self, core: Core, principal: Principal) -> None:
        """Nothing was read yet."""
        self.core = core
        self.as_of: int | None = None
        self._principal = principal

    @property
    def owner(self) -> int:
        """The merchant for whom somebody calls."""
        return own(self._principal)

    @contextmanager
    def snapshot(self) -> Iterator[sa.Connection]:
        """Give one snapshot, and note how fresh it is."""
        with self.core.replica.reading() as (connection, as_of):
            self.as_of = as_of
            yield connection


ReadsHere = NamedDependency[Reads]


def provide_reads(request: Request[Any, Any, Any]) -> Reads:
    """The reads of this call, where its answer finds them.

    They bring core and principal with them: Litestar starts a task for each where two are named.
    """
    reads = Reads(core_of(request), provide_principal(request))
    request.scope["state"]["reads"] = reads
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
