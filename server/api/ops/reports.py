"""Stock, figures and exports at desks."""

import asyncio
import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from litestar import get
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example
from litestar.response import Stream

from server.api.desk import known_site, owner_of
from server.api.examples import FAULTS, shown
from server.api.exports import as_read
from server.api.handles import CoreHere
from server.api.parameters import (
    After,
    CodeAsked,
    Limit,
    SiteAsked,
    SiteNumber,
    TimeAsked,
    window,
)
from server.core import Core
from server.reports import stock
from server.reports.exceptions import ExceptionRow, all_exceptions
from server.reports.figures import Figures, figures
from server.reports.reading import LIMIT, Page
from server.reports.stock import StockFilter, StockRow

CSV = "text/csv"
DAY_MS = 24 * 3_600_000


@get("/stock", summary="Stock", sync_to_thread=True, responses=shown(Page[StockRow]))
def list_stock(  # noqa: PLR0917 - each is a filter of its own.
    core: CoreHere,
    site: SiteAsked = None,
    owner: CodeAsked = None,
    item: CodeAsked = None,
    place: CodeAsked = None,
    condition: CodeAsked = None,
    after: After = None,
    limit: Limit = LIMIT,
) -> Page[StockRow]:
    """List all goods on the floor by place, in totes and parcels too, as the book has them."""
    with core.database.reporting() as connection:
        number = owner_of(connection, owner)
        asked = StockFilter(site=site, owner=number, item=item, place=place, condition=condition)
        return stock.site_stock(connection, asked, after=after, limit=limit)


@get(
    "/sites/{site:int}/figures",
    summary="Figures about time and quality",
    sync_to_thread=True,
    responses=shown(Figures),
)
def show_figures(
    core: CoreHere, site: SiteNumber, since: TimeAsked = None, until: TimeAsked = None
) -> Figures:
    """Tell the figures of a window of time; without one, of the last 24 hours."""
    begins, ends = window(core.clock.now(), since, until, DAY_MS)
    with core.database.reporting() as connection:
        known_site(connection, site)
        return figures(connection, site, begins, ends)


def exported(example: str) -> dict[int, ResponseSpec]:
    """The answer of an export."""
    return {
        200: ResponseSpec(
            str,
            description="UTF-8 with a header line.",
            media_type="text/csv",
            examples=[Example(summary="The header", value=example)],
            generate_examples=False,
        )
    } | FAULTS


@get(
    "/export/stock.csv",
    summary="Export stock",
    media_type=CSV,
    responses=exported(",".join(StockRow.__struct_fields__)),
)
async def export_stock(core: CoreHere, site: SiteAsked = None, owner: CodeAsked = None) -> Stream:
    """Export all stock on the floor as CSV, from one snapshot, sent as it is read."""
    number = await asyncio.to_thread(owner_number, core, owner)

    def portions() -> Iterator[list[StockRow]]:
        with core.database.reporting() as connection:
            yield from stock.all_stock(connection, StockFilter(site=site, owner=number))

    return Stream(as_read(core, lines_of(StockRow, portions())), media_type=CSV)


@get(
    "/export/exceptions.csv",
    summary="Export exceptions",
    media_type=CSV,
    responses=exported(",".join(ExceptionRow.__struct_fields__)),
)
async def export_exceptions(core: CoreHere, site: SiteAsked = None) -> Stream:
    """Export everything that waits for a person as CSV."""

    def portions() -> Iterator[list[ExceptionRow]]:
        with core.database.reporting() as connection:
            yield from all_exceptions(connection, core.clock.now(), site)

    return Stream(as_read(core, lines_of(ExceptionRow, portions())), media_type=CSV)


def owner_number(core: Core, code: str | None) -> int | None:
    """The id of the merchant with a code."""
    with core.database.reporting() as connection:
        return owner_of(connection, code)


def lines_of(kind: type[msgspec.Struct], portions: Iterable[list[Any]]) -> Iterator[bytes]:
    """Rows as lines of CSV, in portions; a text that a spreadsheet would run is quoted."""
    names = kind.__struct_fields__
    yield csv_bytes([list(names)])
    for portion in portions:
        if portion:
            yield csv_bytes([[cell(getattr(row, name)) for name in names] for row in portion])


def cell(value: object) -> object:
    """A value as a cell; texts that spreadsheets take for formulas are quoted (OWASP)."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return "" if value is None else value


def csv_bytes(rows: list[list[Any]]) -> bytes:
    """Some lines of CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


REPORT_HANDLERS = (list_stock, show_figures, export_stock, export_exceptions)
