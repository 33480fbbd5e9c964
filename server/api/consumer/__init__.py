"""What the page of an order calls: whoever has its signed link, and nothing but that order."""

from litestar import Router
from litestar.di import Provide
from litestar.types import ControllerRouterHandler

from server.api.consumer.callers import provide_visitor, require_link
from server.api.consumer.order import show_order
from server.api.consumer.pictures import take_picture
from server.api.consumer.words import WORD_HANDLERS

CONSUMER_HANDLERS: tuple[ControllerRouterHandler, ...] = (
    Router(
        path="/consumer/v1",
        route_handlers=[show_order, take_picture, *WORD_HANDLERS],
        guards=[require_link],
        dependencies={"visitor": Provide(provide_visitor, sync_to_thread=False)},
        response_headers={"Cache-Control": "no-store"},
        security=[{"link": []}],
        tags=["consumer"],
    ),
)
