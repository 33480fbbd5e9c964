"""Where goods and units were, what is in what, and the ledger as EPCIS."""

from collections.abc import Iterator
from typing import Annotated, Any

from litestar import get
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example
from litestar.params import PathParameter, QueryParameter
from litestar.response import Stream

from server.api.desk import found, known_site
from server.api.examples import FAULTS, shown
from server.api.exports import as_read
from server.api.handles import CoreHere
from server.api.parameters import (
    CODE_CHARACTERS_MAX,
    After,
    CodeAsked,
    Limit,
    SiteAsked,
    SiteNumber,
    TimeAsked,
    moment,
    must_follow,
)
from server.errors import InvalidError
from server.integrations.epcis import Window, document, exported
from server.reports.reading import LIMIT
from server.reports.trace import Trace, trace
from server.reports.trace_subjects import Asked
from server.reports.units import UnitTree, unit_tree

EPCIS = "application/ld+json"
SCAN_CHARACTERS_MAX = 200

ScanAsked = Annotated[
    str,
    QueryParameter(
        min_length=1,
        max_length=SCAN_CHARACTERS_MAX,
        description="What was scanned: a serial, lot, SSCC, tote, SKU, or a whole GS1 message.",
        examples=[Example(value="340063810000000017")],
    ),
]
KindAsked = Annotated[
    str | None,
    QueryParameter(
        max_length=CODE_CHARACTERS_MAX,
        description="What the code is: unit, serial, lot, item, unidentified.",
        examples=[Example(value="lot")],
    ),
]
UnitCode = Annotated[
    str,
    PathParameter(
        min_length=1,
        max_length=CODE_CHARACTERS_MAX,
        description="Code of the unit, or of a place.",
        examples=[Example(value="T-7")],
    ),
]


@get(
    "/trace",
    summary="Custody of goods or of a unit",
    sync_to_thread=True,
    responses=shown(Trace, "The steps in the floor's order, or what the code may mean."),
)
def show_trace(  # noqa: PLR0917 - each is a filter of its own.
    core: CoreHere,
    code: ScanAsked,
    owner: CodeAsked = None,
    item: CodeAsked = None,
    kind: KindAsked = None,
    site: SiteAsked = None,
    after: After = None,
    limit: Limit = LIMIT,
) -> Trace:
    """Follow a code from receipt to doorstep: its own movements and those of what carried it.

    Where a code may mean several things, `candidates` says which; ask again with their parts.
    """
    asked = Asked(code, owner, item, site, kind)
    with core.database.reading() as connection:
        return found(trace(connection, asked, after=after, limit=limit), "code")


@get(
    "/sites/{site:int}/units/{unit:str}/tree",
    summary="What is in a unit",
    sync_to_thread=True,
    responses=shown(UnitTree, "The unit with all that is in it now."),
)
def show_tree(core: CoreHere, site: SiteNumber, unit: UnitCode) -> UnitTree:
    """Tell what stands in a unit or place now, units in units, and in what it stands itself."""
    if "\x00" in unit:
        raise InvalidError("A code has no such character (NUL).")
    with core.database.reading() as connection:
        known_site(connection, site)
        return found(unit_tree(connection, site, unit), "place")


def as_epcis() -> dict[int, ResponseSpec]:
    """The answer of the export."""
    shape = {
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2010-12-01T08:26:00.000Z",
        "epcisBody": {"eventList": []},
    }
    return {
        200: ResponseSpec(
            dict[str, Any],
            description="An EPCIS 2.0 document, sent as it is read.",
            media_type=EPCIS,
            examples=[Example(summary="Without events", value=shape)],
            generate_examples=False,
        )
    } | FAULTS


@get("/export/epcis", summary="Export EPCIS", media_type=EPCIS, responses=as_epcis())
async def export_epcis(
    core: CoreHere, since: TimeAsked = None, until: TimeAsked = None, site: SiteAsked = None
) -> Stream:
    """Export the movements recorded in a window of time as EPCIS 2.0 events, in JSON-LD.

    Exporting twice gives the same events under the same names; docs/traceability.md has the map.
    """
    window = Window(moment(since, "since"), moment(until, "until"), site)
    if window.since is not None and window.until is not None:
        must_follow(window.since, window.until)
    created_at = core.clock.now()

    def portions() -> Iterator[bytes]:
        with core.database.reading() as connection:
            yield from document(exported(connection, window), created_at)

    return Stream(as_read(core, portions()), media_type=EPCIS)


TRACE_HANDLERS = (show_trace, show_tree, export_epcis)
