"""What merchants call: their own stock and orders; another's rows do not exist for them."""

from litestar import Router
from litestar.di import Provide
from litestar.types import ControllerRouterHandler

from server.api.guards import require_merchant
from server.api.merchant.conflicts import CONFLICT_HANDLERS
from server.api.merchant.links import LINK_HANDLERS
from server.api.merchant.orders import ORDER_HANDLERS
from server.api.merchant.outlook import OUTLOOK_HANDLERS
from server.api.merchant.proof import PROOF_HANDLERS
from server.api.merchant.reads import provide_reads, tell_freshness
from server.api.merchant.receipts import RECEIPT_HANDLERS
from server.api.merchant.remittances import REMITTANCE_HANDLERS
from server.api.merchant.stock import STOCK_HANDLERS
from server.api.merchant.trace import TRACE_HANDLERS

MERCHANT_HANDLERS: tuple[ControllerRouterHandler, ...] = (
    Router(
        path="/merchant/v1",
        route_handlers=[
            *STOCK_HANDLERS,
            *ORDER_HANDLERS,
            *LINK_HANDLERS,
            *RECEIPT_HANDLERS,
            *REMITTANCE_HANDLERS,
            *PROOF_HANDLERS,
            *TRACE_HANDLERS,
            *OUTLOOK_HANDLERS,
            *CONFLICT_HANDLERS,
        ],
        guards=[require_merchant],
        dependencies={"reads": Provide(provide_reads, sync_to_thread=False)},
        middleware=[tell_freshness],
        security=[{"session": []}],
        tags=["merchant"],
    ),
)
