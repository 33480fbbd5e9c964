"""What merchants call: their own stock and orders; another's rows do not exist for them."""

from litestar import Router
from litestar.types import ControllerRouterHandler

from server.api.guards import require_merchant
from server.api.merchant.orders import ORDER_HANDLERS
from server.api.merchant.proof import PROOF_HANDLERS
from server.api.merchant.receipts import RECEIPT_HANDLERS
from server.api.merchant.stock import STOCK_HANDLERS
from server.api.merchant.trace import TRACE_HANDLERS

MERCHANT_HANDLERS: tuple[ControllerRouterHandler, ...] = (
    Router(
        path="/merchant/v1",
        route_handlers=[
            *STOCK_HANDLERS,
            *ORDER_HANDLERS,
            *RECEIPT_HANDLERS,
            *PROOF_HANDLERS,
            *TRACE_HANDLERS,
        ],
        guards=[require_merchant],
        security=[{"session": []}],
        tags=["merchant"],
    ),
)
