"""`GET /metrics`, and what counts the calls."""

import hmac
import ipaddress
import time

from litestar import Litestar, Response, get
from litestar.enums import ScopeType
from litestar.types import ASGIApp, ControllerRouterHandler, Message, Receive, Scope, Send
from prometheus_client import CONTENT_TYPE_LATEST

from server.api.guards import bearer
from server.api.handles import CoreHere
from server.api.limits import AnyRequest
from server.api.problem import translated
from server.config import variable
from server.core import Core
from server.errors import ForbiddenError, UnauthorizedError

FORWARDED = ("forwarded", "x-forwarded-for")


@get(
    "/metrics",
    sync_to_thread=True,
    summary="Figures for Prometheus",
    tags=["server"],
    media_type="text/plain",
)
def show_metrics(request: AnyRequest, core: CoreHere) -> Response[bytes]:
    """Answer what the server counts and measures of itself.

    Without a token it is for callers on the server's own machine, which nobody forwarded.
    """
    check_may_read(request, core)
    headers = {"Content-Type": CONTENT_TYPE_LATEST}
    return Response(core.observing.exposed(), status_code=200, headers=headers)


def check_may_read(request: AnyRequest, core: Core) -> None:
    """Raise unless the token is right, or none is needed here."""
    token = core.settings.metrics_token
    if token:
        if not hmac.compare_digest(bearer(request).encode(), token.encode()):
            raise UnauthorizedError("This is not the token of the metrics.")
        return
    forwarded = any(name in request.headers for name in FORWARDED)
    host = request.client.host if request.client else ""
    if forwarded or not is_loopback(host):
        raise ForbiddenError(
            f"Metrics are told to this machine alone, unless {variable('metrics_token')} is set."
        )


def is_loopback(host: str) -> bool:
    """Whether an address is of the machine itself.

    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("192.0.2.7"), is_loopback("")
    (True, True, False, False)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def observed_requests(app: ASGIApp) -> ASGIApp:
    """Count and time every call that has an address, and trace it where that is asked for."""

    async def observed(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        core: Core = Litestar.from_scope(scope).state.core
        method, route = str(scope["method"]), str(scope.get("path_template", ""))
        began = time.perf_counter()
        told = False

        def answered(status: int) -> None:
            nonlocal told
            if not told:
                told = True
                core.observing.answered(method, route, status, time.perf_counter() - began)

        async def send_observed(message: Message) -> None:
            if message["type"] == "http.response.start":
                answered(message["status"])
            await send(message)

        with core.observing.traces.call(f"{method} {route}"):
            try:
                await app(scope, receive, send_observed)
            except Exception as error:
                answered(translated(error).status)
                raise

    return observed


METRICS_HANDLERS: tuple[ControllerRouterHandler, ...] = (show_metrics,)
