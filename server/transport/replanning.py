"""Collections that join a round, or are taken off it, while it has not left.

1. Ops choose returns that wait to be collected; each becomes a stop behind the last one.
2. One that stands on a round already is taken off that first: two vans at a door are one too many.
3. Taken off, its task waits again, and no courier is sent there.
4. Once the van is closed, or somebody was at a door, the round stays as it is: its device may be
   out of reach all day.
"""

from msgspec.structs import replace

from server.lane.activity import Activity, Context
from server.lane.picture import Picture
from server.lane.want import Want
from server.transport.messages import AddCollections, DropCollection
from server.transport.parcels import COLLECT, with_state
from server.transport.records import Round, Stop
from server.transport.rounds import add_collection, found_collections, want_collections

AT_HOME = frozenset({"planned", "loading"})
"""States of a round that has not left."""


def add_needs(message: AddCollections, want: Want, context: Context) -> None:
    """The round with its stops, and the tasks."""
    want.row(Round, (context.site, message.round))
    want.listing(Stop, "by_round", (context.site, message.round))
    want_collections(want, context.site, message.collections)


def add_decide(message: AddCollections, picture: Picture, context: Context) -> None:
    """Make a stop for each return, behind the last one."""
    round_ = round_at_home(context, message.round)
    collections = found_collections(context, message.collections) if round_ else None
    if round_ is None or collections is None:
        return
    stops = picture.listing(Stop, "by_round", (context.site, round_.id))
    last = max((stop.sequence for stop in stops), default=0)
    for sequence, task in enumerate(collections, last + 1):
        add_collection(context, round_.id, sequence, task)
    put_stops(picture, round_, len(collections))


def drop_needs(message: DropCollection, want: Want, context: Context) -> None:
    """The round and the stop."""
    want.row(Round, (context.site, message.round))
    want.row(Stop, (context.site, message.stop))


def drop_decide(message: DropCollection, picture: Picture, context: Context) -> None:
    """Drop the stop; its task waits for another round."""
    round_ = round_at_home(context, message.round)
    if round_ is None:
        return
    stop = picture.get(Stop, (context.site, message.stop))
    found = stop is not None and (stop.round, stop.kind) == (round_.id, COLLECT)
    if stop is None or not found or stop.state != "planned":
        context.refuse("not_found", "a return to be collected", message.stop, "look at the round")
        return
    picture.put(replace(stop, state="dropped", done_at=context.now))
    put_stops(picture, round_, -1)


def round_at_home(context: Context, number: int) -> Round | None:
    """The round, if it may still be changed; else the desk hears why not."""
    round_ = context.picture.get(Round, (context.site, number))
    if round_ is None:
        context.refuse("not_found", "a round of this site", number, "look at the rounds")
        return None
    if round_.state not in AT_HOME:
        context.refuse("round_left", "a round that has not left", round_.state, "plan another one")
        return None
    return round_


def put_stops(picture: Picture, round_: Round, more: int) -> None:
    """Count stops that a round has more, or fewer."""
    changed = replace(round_, stops=round_.stops + more, stops_open=round_.stops_open + more)
    picture.put(with_state(changed))


ADD_COLLECTIONS = Activity(AddCollections, add_needs, add_decide)
DROP_COLLECTION = Activity(DropCollection, drop_needs, drop_decide)
