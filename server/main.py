"""The HTTP server: wiring only."""

import asyncio
import re
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

from litestar import Litestar
from litestar.datastructures import Headers, MutableScopeHeaders, State
from litestar.di import Provide
from litestar.enums import ScopeType
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.types import ASGIApp, ControllerRouterHandler, Message, Receive, Scope, Send

from server.api.consumer import CONSUMER_HANDLERS
from server.api.consumer.callers import page_buckets
from server.api.device import DEVICE_HANDLERS
from server.api.floods import Floods
from server.api.guards import provide_principal
from server.api.health import HEALTH_HANDLERS, must_go_on
from server.api.limits import Lockout
from server.api.merchant import MERCHANT_HANDLERS
from server.api.metrics import METRICS_HANDLERS, observed_requests
from server.api.ops import OPS_HANDLERS
from server.api.packing import PACKING
from server.api.problem import ON_ERROR
from server.config import Settings, program_version
from server.core import Core
from server.ids import random_token
from server.logs import configure_logs, request_bound
from server.web.pages import WEB_HANDLERS

HANDLERS: tuple[ControllerRouterHandler, ...] = (
    *HEALTH_HANDLERS,
    *METRICS_HANDLERS,
    *DEVICE_HANDLERS,
    *OPS_HANDLERS,
    *MERCHANT_HANDLERS,
    *CONSUMER_HANDLERS,
    *WEB_HANDLERS,
)
"""Every address, by audience."""

REQUEST_ID_HEADER = "X-Request-Id"
_made: dict[int, Litestar] = {}
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


def create_app(core: Core, now_s: Callable[[], float] = time.monotonic) -> Litestar:
    """Serve a core; the end of the server closes it.

    Floods are measured by `now_s`, a clock that never jumps.
    """
    app = Litestar(
        route_handlers=HANDLERS,
        dependencies={
            "core": Provide(provide_core, sync_to_thread=False),
            "principal": Provide(provide_principal, sync_to_thread=False),
        },
        exception_handlers=ON_ERROR,
        middleware=[named_requests, observed_requests],
        # Logs are ours: one stream, one shape.
        logging_config=None,
        compression_config=PACKING,
        request_max_body_size=core.settings.push_bytes_max,
        on_shutdown=[close_core],
        openapi_config=OpenAPIConfig(
            title="Totebook",
            version=program_version(),
            summary="The mobile backend of third-party e-commerce logistics.",
            description="Errors are problems (RFC 9457) with codes that docs/errors.md lists.",
            path="/schema",
            render_plugins=[JsonRenderPlugin(path=["/", "/openapi.json"])],
            create_examples=False,
            use_handler_docstrings=True,
            components=Components(
                security_schemes={
                    "session": SecurityScheme(
                        type="http", scheme="bearer", description="A session or an API key."
                    ),
                    "link": SecurityScheme(
                        type="http", scheme="bearer", description="The token of an order's link."
                    ),
                    "device": SecurityScheme(
                        type="apiKey",
                        name="Totebook-Signature",
                        security_scheme_in="header",
                        description="device:signature over method, path and body (Ed25519).",
                    ),
                }
            ),
        ),
    )
    put_core(app, core, now_s)
    return app


def app_over(core: Core) -> Litestar:
    """Serve a core by an application whose former core is closed, if there is one.

    For many short lives in one process: making an application takes longer than most of them.
    """
    limit = core.settings.push_bytes_max
    app = _made.get(limit)
    if app is None or not provide_core(app.state).closed:
        app = _made[limit] = create_app(core)
    else:
        put_core(app, core)
    return app


def put_core(app: Litestar, core: Core, now_s: Callable[[], float] = time.monotonic) -> None:
    """Have an application serve this core, with nobody locked out and nobody flooding."""
    app.state.core = core
    app.state.lockout = Lockout(core.database, core.clock)
    app.state.floods = Floods(core.settings, now_s, lambda: core.presence.living)
    app.state.pages = page_buckets(now_s, lambda: core.presence.living)


def provide_core(state: State) -> Core:
    """The core that is served."""
    core: Core = state.core
    return core


def close_core(app: Litestar) -> None:
    """Finish what waits, at the end of the server."""
    provide_core(app.state).close()


def named_requests(app: ASGIApp) -> ASGIApp:
    """Give each request an id: the caller's own if it is a plain word, else a random one."""

    async def named(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        must_go_on(provide_core(scope["litestar_app"].state), scope["path"])
        given = Headers.from_scope(scope).get(REQUEST_ID_HEADER, "")
        randomness = provide_core(scope["litestar_app"].state).randomness
        name = given if _REQUEST_ID.fullmatch(given) else random_token(randomness, 12)

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableScopeHeaders.from_message(message)[REQUEST_ID_HEADER] = name
            await send(message)

        with request_bound(name):
            await app(scope, receive, send_named)

    return named


def ends_streams(core: Core) -> Callable[[], None]:
    """Have open streams end when the process is told to stop, as the server starts.

    The server waits for every open answer before it closes the application, and theirs never end.
    """

    def install() -> None:
        if threading.current_thread() is not threading.main_thread():
            # Signals are heard by the main thread alone; who serves in another ends it by hand.
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            before = signal.getsignal(number)

            def heard(told: int, frame: FrameType | None, before: Any = before) -> None:  # noqa: ANN401 - whatever handled it.
                # A handler interrupts whatever holds a lock: the loop does the rest.
                loop.call_soon_threadsafe(core.live.end)
                if callable(before):
                    before(told, frame)

            signal.signal(number, heard)

    return install


def drains(core: Core) -> Callable[[], None]:
    """Have SIGTERM say first that the server stops, as it starts, and end it a while later.

    Until then it answers as ever, and /ready says 503. Then nothing new is taken, what is under way
    is finished, the lanes are emptied and the duties given back.
    """

    def install() -> None:
        loop = asyncio.get_running_loop()

        def begin() -> None:
            if core.draining.is_set():
                return
            core.draining.set()
            core.live.end()
            # Granian hears this one, and ends as at Ctrl-C.
            loop.call_later(core.settings.drain_seconds, signal.raise_signal, signal.SIGINT)

        loop.add_signal_handler(signal.SIGTERM, begin)

    return install


def app_from_environment() -> Litestar:
    """Open the core that the settings name and serve it."""
    settings = Settings.from_environment()
    configure_logs(settings.log_level, settings.log_format)
    core = Core.open(settings, observed=True)
    app = create_app(core)
    app.on_startup += [ends_streams(core), drains(core)]
    return app
