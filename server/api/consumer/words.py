"""What consumers say of an order: each thing once, by the name that their page gave it."""

import asyncio
import datetime as dt
from typing import Annotated, Literal

import msgspec
from litestar import post
from litestar.params import Body

from server.api.answers import said
from server.api.consumer.callers import Visitor, VisitorHere
from server.api.consumer.pictures import came_from
from server.api.desk import Done, done
from server.api.examples import examples_of, shown
from server.api.handles import CoreHere
from server.api.orders import LINES_MAX, CancelledLine
from server.core import Core
from server.db.bulk import select_records
from server.errors import InvalidError
from server.identity.notes import note_record, reference
from server.identity.personal import forget_personal, keep_personal, kept_ms
from server.identity.records import PersonalRecord
from server.lane.activity import DESK, NETWORK
from server.orders.messages import Units
from server.reports.consumers import first_parcel
from server.service.messages import HearConsumer
from server.service.records import ConsumerWord
from server.service.rules import wish_in_words

WORDS_CHARACTERS_MAX = 500
PICTURES_MAX = 5
DAYS_AHEAD_MAX = 60

Name = Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z_-]{8,64}$")]
"""Made by the page: what it says again under the same name changes nothing."""
Words = Annotated[str, msgspec.Meta(max_length=WORDS_CHARACTERS_MAX, pattern=r"^[^\x00]*$")]
Hash = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]


class WishBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Another day or place, or both."""

    id: Name
    date: Annotated[str, msgspec.Meta(max_length=10)] = ""
    """`YYYY-MM-DD`."""
    handed_to: Literal["", "neighbour", "place", "depot"] = ""
    """depot: it is fetched there."""
    words: Words = ""


class ReceiptBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """It has come; and, if they like, how it was."""

    id: Name
    rating: Annotated[int, msgspec.Meta(ge=1, le=5)] | None = None
    words: Words = ""


class ComplaintBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something is wrong."""

    id: Name
    cause: Literal["damaged", "missing", "wrong", "not_received", "other"]
    words: Words = ""
    pictures: Annotated[tuple[Hash, ...], msgspec.Meta(max_length=PICTURES_MAX)] = ()


class SendBackBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Units that are to go back."""

    id: Name
    lines: Annotated[tuple[CancelledLine, ...], msgspec.Meta(min_length=1, max_length=LINES_MAX)]
    cause: Literal["unwanted", "does_not_fit", "damaged", "wrong", "other"] = "other"
    words: Words = ""


@post("/wishes", summary="Wish for another day or place", status_code=200, responses=shown(Done))
async def wish(
    core: CoreHere,
    visitor: VisitorHere,
    data: Annotated[
        WishBody, Body(examples=[*examples_of(WishBody, id="6f1c2a9e", date="2010-12-03")])
    ],
) -> Done:
    """Wish for another day or place, before the parcel is loaded; a person sees to it."""
    if not (data.date or data.handed_to):
        raise InvalidError("Wish for a day, a place or both.", pointers=[("/date", "missing")])
    must_be_soon(core, data.date)
    message = HearConsumer(
        order=visitor.order.id,
        name=data.id,
        about="wish",
        date=data.date,
        handed_to=data.handed_to,
    )
    context = wish_in_words(data.date, data.handed_to)
    return await hear(core, visitor, message, data.words, context)


@post("/receipts", summary="Confirm receipt, and rate", status_code=200, responses=shown(Done))
async def receive(
    core: CoreHere,
    visitor: VisitorHere,
    data: Annotated[
        ReceiptBody, Body(examples=[*examples_of(ReceiptBody, id="0b8e77d1", rating=5)])
    ],
) -> Done:
    """Say that the order has come, with one to five stars or without."""
    message = HearConsumer(
        order=visitor.order.id, name=data.id, about="receipt", rating=data.rating
    )
    return await hear(core, visitor, message, data.words)


@post("/complaints", summary="Complain", status_code=200, responses=shown(Done))
async def complain(
    core: CoreHere,
    visitor: VisitorHere,
    data: Annotated[
        ComplaintBody, Body(examples=[*examples_of(ComplaintBody, id="c40d5f02", pictures=[])])
    ],
) -> Done:
    """Say what is wrong, with pictures that were sent before; a person sees to it."""

    def proven() -> str:
        with core.database.reading() as connection:
            pictures = came_from(connection, -visitor.order.id, data.pictures)
            if pictures != set(data.pictures):
                detail = "not sent by this page"
                raise InvalidError("Send pictures first.", pointers=[("/pictures", detail)])
            return first_parcel(connection, visitor.order)

    message = HearConsumer(
        order=visitor.order.id,
        name=data.id,
        about="complaint",
        cause=data.cause,
        unit=await asyncio.to_thread(proven),
        attachments=data.pictures,
    )
    return await hear(core, visitor, message, data.words, data.cause)


@post(
    "/returns",
    summary="Ask to send something back",
    status_code=200,
    responses=shown(Done, "The number of the return is in `grant`."),
)
async def send_back(
    core: CoreHere,
    visitor: VisitorHere,
    data: Annotated[SendBackBody, Body(examples=[*examples_of(SendBackBody, id="93ab10ce")])],
) -> Done:
    """Announce a return of units that were ordered and kept; its number goes on the parcel."""
    message = HearConsumer(
        order=visitor.order.id,
        name=data.id,
        about="return",
        cause=data.cause,
        lines=tuple(Units(line.position, line.quantity) for line in data.lines),
    )
    return await hear(core, visitor, message, data.words)


def must_be_soon(core: Core, date: str) -> None:
    """Raise InvalidError unless a day is one on which somebody might come."""
    if not date:
        return
    # It is another day elsewhere: whoever is behind us may still wish for today.
    today = dt.datetime.fromtimestamp(core.clock.now() / 1_000, dt.UTC).date()
    first, last = today - dt.timedelta(days=1), today + dt.timedelta(days=DAYS_AHEAD_MAX)
    try:
        fits = first <= dt.date.fromisoformat(date) <= last and len(date) == len("2010-12-03")
    except ValueError:
        fits = False
    if not fits:
        detail = f"a day until {last}"
        raise InvalidError(f"{date!r} is not {detail}.", pointers=[("/date", detail)])


async def hear(
    core: Core, visitor: Visitor, message: HearConsumer, words: str, context: str = ""
) -> Done:
    """Say it to the network's lane; words stand apart, behind what they are about."""
    text = ": ".join(part for part in (context, words.strip()) if part) if words.strip() else ""
    message = msgspec.structs.replace(message, actor=visitor.actor)
    record = await asyncio.to_thread(kept_words, core, message, text)
    if record is not None:
        message = msgspec.structs.replace(message, words=reference(record))
    [outcome] = await said(core, NETWORK, DESK, message)
    if record is not None and outcome.outcome == "refused":
        # Nothing names it: nobody could find it to erase it.
        await asyncio.to_thread(forget_words, core, record)
    return done(outcome)


def kept_words(core: Core, message: HearConsumer, text: str) -> PersonalRecord | None:
    """Keep words apart; None where there are none, or the page said it before."""
    if not text:
        return None
    key = (NETWORK, message.order, message.name)
    with core.database.reading() as connection:
        if select_records(connection, ConsumerWord, ConsumerWord.KEY, [key]):
            return None
    salt = core.links.salt(message.order, message.name.encode(), text.encode())
    record = note_record(text, salt, core.clock.now(), kept_ms(core.settings, "note"))
    core.lanes.errand(lambda connection: keep_personal(connection, [record]))
    return record


def forget_words(core: Core, record: PersonalRecord) -> None:
    """Delete words that nothing names."""
    core.lanes.errand(lambda connection: forget_personal(connection, [record.hash]))


WORD_HANDLERS = (wish, receive, complain, send_back)
