"""The structure of EPCIS 2.0 documents, after GS1's JSON schema, as far as Totebook writes them.

The official files are not part of this repository. What they ask is stated here anew: which fields
an event may and must have, the form of each, and the words of CBV 2.0. Reading a document by these
types refuses whatever else it has.
"""

from typing import Annotated, Literal

import msgspec

Uri = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9+.-]*:[!#-;=?-Z_a-z~\[\]%]+$")]
Moment = Annotated[
    str, msgspec.Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|[+-]\d\d:\d\d)$")
]
Offset = Annotated[str, msgspec.Meta(pattern=r"^([+]|[-])((0[0-9]|1[0-3]):([0-5][0-9])|14:00)$")]
Uom = Annotated[str, msgspec.Meta(pattern=r"^[A-Z0-9]{2,3}$")]
Action = Literal["OBSERVE", "ADD", "DELETE"]
BizStep = Literal[
    "accepting",
    "assembling",
    "collecting",
    "commissioning",
    "decommissioning",
    "destroying",
    "disassembling",
    "inspecting",
    "loading",
    "other",
    "packing",
    "picking",
    "receiving",
    "shipping",
    "stock_taking",
    "storing",
    "unloading",
    "unpacking",
]
Disposition = Literal[
    "active",
    "damaged",
    "destroyed",
    "disposed",
    "inactive",
    "in_progress",
    "in_transit",
    "retail_sold",
    "returned",
    "unknown",
]


class Strict(msgspec.Struct, forbid_unknown_fields=True):
    """An object without fields that the schema does not know."""


class Quantity(Strict):
    """So much of a class."""

    epcClass: Uri  # noqa: N815 - the schema's own names.
    quantity: Annotated[int, msgspec.Meta(gt=0)]
    uom: Uom = "EA"


class Place(Strict):
    """Where."""

    id: Uri


class Transaction(Strict):
    """What it belongs to."""

    bizTransaction: Uri  # noqa: N815
    type: Literal["po", "desadv", "rma"]


class ErrorDeclaration(Strict):
    """That an event of the same name was an error."""

    declarationTime: Moment  # noqa: N815
    reason: Literal["did_not_occur", "incorrect_data"]
    correctiveEventIDs: list[Uri]  # noqa: N815


class Happening(Strict, kw_only=True):
    """What every event has."""

    eventID: Annotated[str, msgspec.Meta(pattern=r"^ni:///sha-256;[A-Za-z0-9_-]{43}$")]  # noqa: N815
    eventTime: Moment  # noqa: N815
    eventTimeZoneOffset: Offset  # noqa: N815
    recordTime: Moment  # noqa: N815
    bizStep: BizStep  # noqa: N815
    disposition: Disposition
    readPoint: Place  # noqa: N815
    bizLocation: Place | None = None  # noqa: N815
    bizTransactionList: list[Transaction] = []  # noqa: N815
    errorDeclaration: ErrorDeclaration | None = None  # noqa: N815
    operation: str = msgspec.field(name="totebook:operation")
    uncertainty_ms: int = msgspec.field(name="totebook:uncertainty_ms")


class Common(Happening, kw_only=True):
    """What every event about one side has."""

    action: Action


class ObjectEvent(Common, tag_field="type", tag="ObjectEvent", kw_only=True):
    """Objects were seen, came into being, or ended."""

    epcList: list[Uri] | None = None  # noqa: N815
    quantityList: Annotated[list[Quantity], msgspec.Meta(min_length=1)] | None = None  # noqa: N815

    def __post_init__(self) -> None:
        """Ask for one of the lists, as the schema's `anyOf` does."""
        if self.epcList is None and self.quantityList is None:
            raise ValueError("neither epcList nor quantityList")


class AggregationEvent(Common, tag_field="type", tag="AggregationEvent", kw_only=True):
    """Objects were put into another, or taken out."""

    parentID: Uri  # noqa: N815
    childEPCs: list[Uri] | None = None  # noqa: N815
    childQuantityList: list[Quantity] | None = None  # noqa: N815

    def __post_init__(self) -> None:
        """Ask for children, as the schema's `anyOf` does for what is no DELETE."""
        if not self.childEPCs and not self.childQuantityList:
            raise ValueError("neither childEPCs nor childQuantityList")


class TransformationEvent(Happening, tag_field="type", tag="TransformationEvent", kw_only=True):
    """Objects were made of others; events with one name belong together."""

    transformationID: Uri  # noqa: N815
    inputEPCList: list[Uri] | None = None  # noqa: N815
    inputQuantityList: list[Quantity] | None = None  # noqa: N815
    outputEPCList: list[Uri] | None = None  # noqa: N815
    outputQuantityList: list[Quantity] | None = None  # noqa: N815

    def __post_init__(self) -> None:
        """Ask for something that went in or came out, as the schema's `anyOf` does."""
        went_in = self.inputEPCList or self.inputQuantityList
        if not (went_in or self.outputEPCList or self.outputQuantityList):
            raise ValueError("neither inputs nor outputs")


EpcisEvent = ObjectEvent | AggregationEvent
AnyEvent = EpcisEvent | TransformationEvent


class Body(Strict):
    """The events."""

    eventList: list[AnyEvent]  # noqa: N815


class Document(Strict, tag_field="type", tag="EPCISDocument", kw_only=True):
    """A document."""

    context: list[Uri | dict[str, Uri]] = msgspec.field(name="@context")
    schemaVersion: Literal["2.0"]  # noqa: N815
    creationDate: Moment  # noqa: N815
    epcisBody: Body  # noqa: N815


def read_document(text: bytes) -> list[AnyEvent]:
    """The events of a document; a ValidationError if it is not one."""
    return msgspec.json.decode(text, type=Document).epcisBody.eventList
