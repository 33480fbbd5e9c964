"""Evidence at desks: what proves what happened to an order, and its pictures."""

from typing import Annotated

from litestar import Response, get
from litestar.openapi.spec import Example
from litestar.params import PathParameter

from server.api.attachments import attachment_answer
from server.api.desk import found
from server.api.examples import FAULTS, shown
from server.api.handles import CoreHere
from server.api.parameters import PLAIN, Id
from server.reports import orders
from server.reports.evidence import ProofRow, proof_of_order

AttachmentNamed = Annotated[
    str,
    PathParameter(
        max_length=100,
        pattern=PLAIN,
        description="Its hash, as operations name it.",
        examples=[Example(value="9a0b41c8e2d7f635" * 4)],
    ),
]


@get(
    "/attachments/{attachment:str}",
    summary="A picture or signature",
    sync_to_thread=True,
    responses=FAULTS,
)
def show_attachment(core: CoreHere, attachment: AttachmentNamed) -> Response[bytes]:
    """Read an attachment; what has not come yet or was erased is not found."""
    return attachment_answer(core, attachment)


@get(
    "/orders/{order:int}/proof",
    summary="What proves what happened to an order",
    sync_to_thread=True,
    responses=shown(list[ProofRow], "By parcel and time."),
)
def show_proof(core: CoreHere, order: Id) -> list[ProofRow]:
    """List names, positions, notes, pictures and signatures of the parcels of an order."""
    with core.database.reading() as connection:
        found(orders.order_story(connection, order), "order")
        return proof_of_order(connection, order)


ATTACHMENT_HANDLERS = (show_attachment, show_proof)
