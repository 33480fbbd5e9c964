"""What ops call at their desks: supervisors and admins, by session or API key."""

from litestar import Router
from litestar.types import ControllerRouterHandler

from server.api.guards import require_staff
from server.api.ops.accuracy import ACCURACY_HANDLERS
from server.api.ops.attachments import ATTACHMENT_HANDLERS
from server.api.ops.collections import COLLECTION_HANDLERS
from server.api.ops.counts import COUNT_HANDLERS
from server.api.ops.devices import DEVICE_DESK_HANDLERS
from server.api.ops.exceptions import EXCEPTION_HANDLERS
from server.api.ops.flags import FLAG_HANDLERS
from server.api.ops.fleet import FLEET_HANDLERS
from server.api.ops.floor import FLOOR_HANDLERS
from server.api.ops.imports import IMPORT_HANDLERS
from server.api.ops.kits import KIT_HANDLERS
from server.api.ops.labels import LABEL_HANDLERS
from server.api.ops.links import LINK_HANDLERS
from server.api.ops.orders import ORDER_HANDLERS
from server.api.ops.packing import PACKING_HANDLERS
from server.api.ops.people import PEOPLE_HANDLERS, sign_in
from server.api.ops.planning import PLANNING_HANDLERS
from server.api.ops.printing import PRINTING_HANDLERS
from server.api.ops.privacy import PRIVACY_HANDLERS
from server.api.ops.receipts import RECEIPT_HANDLERS
from server.api.ops.remittances import REMITTANCE_HANDLERS
from server.api.ops.reports import REPORT_HANDLERS
from server.api.ops.returnables import RETURNABLE_HANDLERS
from server.api.ops.returns import RETURN_HANDLERS
from server.api.ops.sites import SITE_HANDLERS
from server.api.ops.storage import STORAGE_HANDLERS
from server.api.ops.substitutes import SUBSTITUTE_HANDLERS
from server.api.ops.trace import TRACE_HANDLERS
from server.api.ops.transfers import TRANSFER_HANDLERS
from server.api.ops.work import WORK_HANDLERS
from server.api.ops.workflows import WORKFLOW_HANDLERS

OPS_HANDLERS: tuple[ControllerRouterHandler, ...] = (
    Router(path="/ops/v1", route_handlers=[sign_in], tags=["ops"]),
    Router(
        path="/ops/v1",
        route_handlers=[
            *SITE_HANDLERS,
            *IMPORT_HANDLERS,
            *PEOPLE_HANDLERS,
            *DEVICE_DESK_HANDLERS,
            *FLEET_HANDLERS,
            *FLOOR_HANDLERS,
            *ORDER_HANDLERS,
            *LINK_HANDLERS,
            *RECEIPT_HANDLERS,
            *RETURN_HANDLERS,
            *RETURNABLE_HANDLERS,
            *KIT_HANDLERS,
            *TRANSFER_HANDLERS,
            *WORK_HANDLERS,
            *PLANNING_HANDLERS,
            *PACKING_HANDLERS,
            *SUBSTITUTE_HANDLERS,
            *COLLECTION_HANDLERS,
            *COUNT_HANDLERS,
            *ACCURACY_HANDLERS,
            *EXCEPTION_HANDLERS,
            *FLAG_HANDLERS,
            *REMITTANCE_HANDLERS,
            *REPORT_HANDLERS,
            *STORAGE_HANDLERS,
            *TRACE_HANDLERS,
            *ATTACHMENT_HANDLERS,
            *PRIVACY_HANDLERS,
            *LABEL_HANDLERS,
            *PRINTING_HANDLERS,
            *WORKFLOW_HANDLERS,
        ],
        guards=[require_staff],
        security=[{"session": []}],
        tags=["ops"],
    ),
)
