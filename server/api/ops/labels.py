"""Labels as files: of parcels, and of whatever says all it needs by itself."""

import asyncio
from typing import Annotated, Literal

import msgspec
from litestar import Response, get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example
from litestar.params import Body, PathParameter, QueryParameter

from server.api.examples import FAULTS
from server.api.handles import CoreHere
from server.api.limits import AnyRequest
from server.api.parameters import Id, SiteNumber
from server.core import Core
from server.labels.formats import CONTENT_TYPES, LABELS_MAX, Format, file_of, page_of
from server.printing.asked import (
    Asked,
    AskedManifest,
    AskedPackingList,
    AskedParcel,
    Plain,
    label_of,
)

Sscc = Annotated[
    str,
    PathParameter(
        pattern=r"^\d{18}$",
        description="The parcel's SSCC.",
        examples=[Example(value="340063810000000017")],
    ),
]
DotsAsked = Annotated[
    Literal[203, 300],
    QueryParameter(
        description="Dots per inch of the printer; for ZPL alone.", examples=[Example(value=203)]
    ),
]
PAGE_EXAMPLE = {
    "labels": [
        {"kind": "location", "code": "A-01-03", "text": "A-01-03", "arrow": "up"},
        {"kind": "tote", "code": "T-7"},
    ]
}


class PageBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Labels to be printed on paper and cut."""

    labels: Annotated[tuple[Plain, ...], msgspec.Meta(min_length=1, max_length=LABELS_MAX)]


def drawings(description: str, media_type: str) -> dict[int, ResponseSpec]:
    """The answer that is a file."""
    return {
        200: ResponseSpec(
            bytes, description=description, media_type=media_type, generate_examples=False
        )
    } | FAULTS


@get(
    [f"/parcels/{{sscc:str}}/label.{fmt}" for fmt in CONTENT_TYPES],
    summary="Label of a parcel",
    responses=drawings("The label as SVG, PNG, PDF or ZPL.", "image/svg+xml"),
)
async def show_label(
    request: AnyRequest, core: CoreHere, sscc: Sscc, dots_per_inch: DotsAsked = 203
) -> Response[bytes]:
    """Draw the shipping label of a parcel; where the address was deleted, without it."""
    return await asyncio.to_thread(drawn, core, request, AskedParcel(sscc), dots_per_inch)


@get(
    [f"/parcels/{{sscc:str}}/packing_list.{fmt}" for fmt in CONTENT_TYPES],
    summary="Packing list of a parcel",
    responses=drawings("The list as SVG or PNG if it has one page, PDF or ZPL.", "application/pdf"),
)
async def show_packing_list(
    request: AnyRequest, core: CoreHere, sscc: Sscc, dots_per_inch: DotsAsked = 203
) -> Response[bytes]:
    """Draw what is in a parcel, as the book has it."""
    return await asyncio.to_thread(drawn, core, request, AskedPackingList(sscc), dots_per_inch)


@get(
    [f"/sites/{{site:int}}/rounds/{{round_:int}}/manifest.{fmt}" for fmt in CONTENT_TYPES],
    summary="Manifest of a round",
    responses=drawings("The list as SVG or PNG if it has one page, PDF or ZPL.", "application/pdf"),
)
async def show_manifest(
    request: AnyRequest,
    core: CoreHere,
    site: SiteNumber,
    round_: Id,
    dots_per_inch: DotsAsked = 203,
) -> Response[bytes]:
    """Draw what the vans of a round carry, by the loads that have come in."""
    asked = AskedManifest(site, round_)
    return await asyncio.to_thread(drawn, core, request, asked, dots_per_inch)


@post(
    "/labels/page.pdf",
    summary="Labels on paper",
    status_code=200,
    responses=drawings("A4 pages of labels, to be cut.", "application/pdf"),
)
async def draw_page(
    data: Annotated[PageBody, Body(examples=[Example(summary="Two", value=PAGE_EXAMPLE)])],
) -> Response[bytes]:
    """Draw many labels in rows on A4 pages: for bins and totes where no label printer is."""
    page = await asyncio.to_thread(page_of, data.labels)
    return file_answer(page, "pdf")


def drawn(
    core: Core, request: AnyRequest, asked: Asked, dots_per_inch: Literal[203, 300]
) -> Response[bytes]:
    """What the book says of a parcel or round, in the format that the address ends with."""
    fmt = next(each for each in CONTENT_TYPES if request.url.path.endswith(f".{each}"))
    with core.database.reading() as connection:
        label = label_of(connection, asked)
    return file_answer(file_of(label, fmt, dots_per_inch=dots_per_inch), fmt)


def file_answer(content: bytes, fmt: Format) -> Response[bytes]:
    """A file, which no cache keeps."""
    return Response(
        content,
        media_type=CONTENT_TYPES[fmt],
        headers={"Cache-Control": "private, no-store"},
    )


LABEL_HANDLERS = (show_label, show_packing_list, show_manifest, draw_page)
