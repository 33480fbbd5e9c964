"""Inventory accuracy at desks: figures, a picture, every line, and what explains differences."""

from collections.abc import Iterator
from typing import Annotated, Literal

from litestar import Response, get
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import QueryParameter
from litestar.response import Stream

from server.api.desk import found, known_site, owner_of
from server.api.examples import FAULTS, shown
from server.api.exports import as_read
from server.api.handles import CoreHere
from server.api.ops.reports import CSV, exported, lines_of
from server.api.parameters import After, CodeAsked, Id, Limit, SiteNumber, TimeAsked, window
from server.core import Core
from server.reports.accuracy import Accuracy, CountedLine, accuracy, all_lines
from server.reports.accuracy_picture import picture
from server.reports.explained import Explained, explained
from server.reports.reading import LIMIT, Page

SVG = "image/svg+xml"
WINDOW_MS = 30 * 24 * 3_600_000
KindAsked = Annotated[
    str | None, QueryParameter(max_length=64, description="Only of this kind, such as negative.")
]
StatusAsked = Annotated[
    Literal["open", "closed"] | None, QueryParameter(description="Only open or closed ones.")
]


def read_accuracy(
    core: Core, site: int, since: str | None, until: str | None, owner: str | None
) -> Accuracy:
    """The figures of a window."""
    begins, ends = window(core.clock.now(), since, until, WINDOW_MS)
    with core.database.reading() as connection:
        known_site(connection, site)
        owner_of(connection, owner)
        return accuracy(connection, site, begins, ends, owner=owner)


@get(
    "/sites/{site:int}/accuracy",
    summary="Inventory accuracy",
    sync_to_thread=True,
    responses=shown(Accuracy),
)
def show_accuracy(
    core: CoreHere,
    site: SiteNumber,
    since: TimeAsked = None,
    until: TimeAsked = None,
    owner: CodeAsked = None,
) -> Accuracy:
    """Tell how often counts found what the book had, by occasion, attempt, owner, class and day."""
    return read_accuracy(core, site, since, until, owner)


@get(
    "/sites/{site:int}/accuracy.svg",
    summary="Inventory accuracy as a picture",
    sync_to_thread=True,
    media_type=SVG,
    responses={
        200: ResponseSpec(str, description="Day by day.", media_type=SVG, generate_examples=False)
    }
    | FAULTS,
)
def draw_accuracy(
    core: CoreHere,
    site: SiteNumber,
    since: TimeAsked = None,
    until: TimeAsked = None,
    owner: CodeAsked = None,
) -> Response[str]:
    """Draw the share of lines that were right, day by day: planned counts beside all counts."""
    told = read_accuracy(core, site, since, until, owner)
    return Response(picture(told), media_type=SVG, headers={"Cache-Control": "private, no-store"})


@get(
    "/sites/{site:int}/accuracy.csv",
    summary="Every counted line",
    sync_to_thread=True,
    media_type=CSV,
    responses=exported(",".join(CountedLine.__struct_fields__)),
)
def export_counted(
    core: CoreHere, site: SiteNumber, since: TimeAsked = None, until: TimeAsked = None
) -> Stream:
    """Export every counted line with what the book had, from one snapshot, sent as it is read."""
    begins, ends = window(core.clock.now(), since, until, WINDOW_MS)
    with core.database.reading() as connection:
        known_site(connection, site)

    def portions() -> Iterator[list[CountedLine]]:
        with core.database.reading() as connection:
            yield from all_lines(connection, site, begins, ends)

    return Stream(as_read(core, lines_of(CountedLine, portions())), media_type=CSV)


@get(
    "/sites/{site:int}/discrepancies",
    summary="Discrepancies and what explains them",
    sync_to_thread=True,
    responses=shown(Page[Explained]),
)
def list_discrepancies(  # noqa: PLR0917 - each is a filter of its own.
    core: CoreHere,
    site: SiteNumber,
    status: StatusAsked = None,
    kind: KindAsked = None,
    after: After = None,
    limit: Limit = LIMIT,
) -> Page[Explained]:
    """List where book and floor differed, and the operation that explains it, if one does."""
    is_open = None if status is None else status == "open"
    with core.database.reading() as connection:
        known_site(connection, site)
        return explained(connection, site, is_open=is_open, kind=kind, after=after, limit=limit)


@get(
    "/sites/{site:int}/discrepancies/{discrepancy:int}",
    summary="One discrepancy and what explains it",
    sync_to_thread=True,
    responses=shown(Explained),
)
def show_discrepancy(core: CoreHere, site: SiteNumber, discrepancy: Id) -> Explained:
    """Tell where book and floor differed, and the operation that explains it, if one does."""
    with core.database.reading() as connection:
        known_site(connection, site)
        rows = explained(connection, site, number=discrepancy).rows
        return found(rows[0] if rows else None, "discrepancy")


ACCURACY_HANDLERS = (
    show_accuracy,
    draw_accuracy,
    export_counted,
    list_discrepancies,
    show_discrepancy,
)
