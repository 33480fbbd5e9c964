"""What people at desks say to a lane of the test floor, and the records that it leaves."""

from typing import Any, TypeVar

import msgspec

from server.lane.activity import DESK
from server.lane.message import Message
from server.lane.store import MemoryStore
from server.record import Record
from server.sync.batches import Batch
from tests.floor import SITE, Floor
from tests.strict import StrictStore

R = TypeVar("R", bound=Record)


def say(floor: Floor, *messages: Message, site: int = SITE) -> list[dict[str, Any]]:
    """Say messages at the desk and answer their outcomes."""
    lines = tuple(msgspec.json.encode(message) for message in messages)
    answer = floor.run(Batch(site=site, stream=DESK, epoch=1, lines=lines))
    return [msgspec.json.decode(outcome) for outcome in answer.outcomes]


def all_of(floor: Floor, kind: type[R]) -> list[R]:
    """Every record of a kind, in a fixed order."""
    assert isinstance(floor.store, MemoryStore | StrictStore)
    return sorted(floor.store.picture.all(kind), key=lambda row: str(msgspec.structs.astuple(row)))


def put(floor: Floor, *records: Record) -> None:
    """Put records straight into the book."""
    with floor.store.session([SITE]) as session:
        for record in records:
            session.picture.add(record)
        session.write()
