"""A book that was restored from a backup.

1. Its generation rises, so that devices start their scopes again and offer every line that the book
   lacks. It is the time, in seconds: whoever restores the same backup twice gets another one.
2. Numbers that were given out since the backup are not known any more: every range skips ahead,
   and so do the site's ids, which lines that are offered again may name.
"""

from msgspec.structs import replace

from server.lane.activity import Activity, Context
from server.lane.message import Message
from server.lane.picture import Picture
from server.lane.records import Lane
from server.lane.want import Want
from server.planning.records import NumberRange

SKIPPED = 100_000
"""More numbers than a site gives out between two backups."""


class Restored(Message, frozen=True, kw_only=True, tag="restored"):
    """To every lane: the book is a restored one."""


def needs(_message: Restored, want: Want, context: Context) -> None:
    """The site's ranges of numbers."""
    want.listing(NumberRange, "by_site", (context.site,))


def decide(_message: Restored, picture: Picture, context: Context) -> None:
    """Raise the generation, skip numbers."""
    lane = picture.need(Lane, (context.site,))
    skipped = lane.last_id + SKIPPED
    generation = max(lane.generation + 1, context.now // 1_000)
    picture.put(replace(lane, generation=generation, last_id=skipped))
    for kept in picture.listing(NumberRange, "by_site", (context.site,)):
        picture.put(replace(kept, next=kept.next + SKIPPED))


RESTORED = Activity(Restored, needs, decide)
