"""A merchant's own proofs: who took a parcel, where, and the pictures of it."""

from litestar import Response, get

from server.api.attachments import attachment_answer
from server.api.desk import found
from server.api.examples import FAULTS, shown
from server.api.handles import CoreHere, PrincipalHere
from server.api.merchant.reads import own
from server.api.ops.attachments import AttachmentNamed
from server.api.parameters import Id
from server.errors import NotFoundError
from server.reports import orders
from server.reports.evidence import ProofRow, proof_of_order, proves_for


@get(
    "/orders/{order:int}/proof",
    summary="What proves what happened to one of your orders",
    sync_to_thread=True,
    responses=shown(list[ProofRow], "By parcel and time."),
)
def show_proof(core: CoreHere, principal: PrincipalHere, order: Id) -> list[ProofRow]:
    """List names, positions, notes, pictures and signatures of the parcels of an order."""
    with core.database.reading() as connection:
        found(orders.order_story(connection, order, own(principal)), "order")
        return proof_of_order(connection, order)


@get(
    "/attachments/{attachment:str}",
    summary="A picture or signature of one of your parcels",
    sync_to_thread=True,
    responses=FAULTS,
)
def show_attachment(
    core: CoreHere, principal: PrincipalHere, attachment: AttachmentNamed
) -> Response[bytes]:
    """Read an attachment that an operation on one of your parcels names."""
    with core.database.reading() as connection:
        if not proves_for(connection, own(principal), attachment):
            raise NotFoundError("There is no such attachment: it has not come, or it was erased.")
    return attachment_answer(core, attachment)


PROOF_HANDLERS = (show_proof, show_attachment)
