"""Parameters that many addresses share, each with its bounds.

What comes in is checked here once.
"""

from typing import Annotated

import msgspec
from litestar.openapi.spec import Example
from litestar.params import PathParameter, QueryParameter

from server.clock import from_rfc3339
from server.errors import InvalidError
from server.reports.reading import LIMIT_MAX

ID_MAX = (1 << 53) - 1
"""Larger numbers are not whole in every JSON reader."""
SITE_MAX = 99_999
CODE_CHARACTERS_MAX = 64
NOTE_CHARACTERS_MAX = 200
PLAIN = r"^[^\x00-\x1f\x7f]*$"

SiteNumber = Annotated[
    int,
    PathParameter(
        ge=1, le=SITE_MAX, description="Number of the site.", examples=[Example(value=1)]
    ),
]
Id = Annotated[
    int, PathParameter(ge=1, le=ID_MAX, description="Its id.", examples=[Example(value=1_000_042)])
]
Limit = Annotated[
    int,
    QueryParameter(ge=1, le=LIMIT_MAX, description="Rows at most.", examples=[Example(value=100)]),
]
After = Annotated[
    str | None,
    QueryParameter(
        max_length=500,
        description="Where the page before ended: its `next`.",
        examples=[Example(value="WzEsMTAwMDEwMSw0Ml0")],
    ),
]
SiteAsked = Annotated[
    int | None,
    QueryParameter(ge=0, le=SITE_MAX, description="Only this site.", examples=[Example(value=1)]),
]
CodeAsked = Annotated[
    str | None,
    QueryParameter(
        max_length=CODE_CHARACTERS_MAX,
        description="Only this code.",
        examples=[Example(value="A-01-03")],
    ),
]
TimeAsked = Annotated[
    str | None,
    QueryParameter(
        max_length=40,
        description="A time, RFC 3339 with its offset.",
        examples=[Example(value="2010-12-01T08:26:00Z")],
    ),
]

Code = Annotated[str, msgspec.Meta(min_length=1, max_length=CODE_CHARACTERS_MAX, pattern=PLAIN)]
Text = Annotated[str, msgspec.Meta(max_length=NOTE_CHARACTERS_MAX, pattern=PLAIN)]
Note = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=NOTE_CHARACTERS_MAX,
        pattern=PLAIN,
        description="What was found; no names of people.",
    ),
]
Number = Annotated[int, msgspec.Meta(ge=1, le=ID_MAX)]
Quantity = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]


def window(now: int, since: str | None, until: str | None, lasting_ms: int) -> tuple[int, int]:
    """The window that was asked for, in ms; what is not said ends now, and lasts so long."""
    ends = moment(until, "until")
    ends = now if ends is None else ends
    begins = moment(since, "since")
    begins = ends - lasting_ms if begins is None else begins
    must_follow(begins, ends)
    return begins, ends


def must_follow(begins: int, ends: int) -> None:
    """Raise InvalidError unless a window ends after it begins."""
    if begins >= ends:
        raise InvalidError(
            "The window ends before it begins.", pointers=[("/until", "must be after since")]
        )


def moment(text: str | None, name: str) -> int | None:
    """A time that was given as RFC 3339, in ms; an InvalidError points at its field."""
    if text is None:
        return None
    # In an address a plus sign stands for a blank unless it is escaped, which is easily forgotten.
    try:
        ms = from_rfc3339(text.replace(" ", "+"))
    except ValueError as error:
        raise InvalidError(f"{name}: {error}.", pointers=[(f"/{name}", str(error))]) from error
    if ms < 0:
        # A window that ends in the first year would begin before there are any.
        told = f"{text!r} is before 1970"
        raise InvalidError(f"{name}: {told}.", pointers=[(f"/{name}", told)])
    return ms
