"""A desk for tests: says messages to the lanes of the test floor and reads their outcomes."""

from typing import Any

import msgspec

from server.lane.activity import DESK, NETWORK
from server.lane.message import Message
from server.lane.records import OutboxHead, Outgoing
from server.lane.store import MemoryStore
from server.record import Record
from server.sites.messages import PutSite
from server.sync.batches import Batch
from tests.floor import SITE, Floor
from tests.strict import StrictStore


class Desk:
    """Somebody with every right."""

    def __init__(self, floor: Floor | None = None) -> None:
        """Sit at a floor whose site is known by name."""
        self.floor = floor or Floor()
        self.tell(
            NETWORK, PutSite(code="BER", name="Berlin", time_zone="Europe/Berlin", number=SITE)
        )

    def tell(self, site: int, *messages: Message) -> list[dict[str, Any]]:
        """Say messages in one batch; answer their outcomes."""
        lines = tuple(msgspec.json.encode(message) for message in messages)
        answer = self.floor.run(Batch(site=site, stream=DESK, epoch=1, lines=lines))
        return [msgspec.json.decode(outcome) for outcome in answer.outcomes]

    def ask(self, site: int, message: Message) -> dict[str, Any]:
        """Say one message; answer its outcome."""
        return self.tell(site, message)[0]

    def code(self, site: int, message: Message) -> str:
        """Say one message that is refused; answer the code."""
        outcome = self.ask(site, message)
        assert outcome["outcome"] == "refused", outcome
        return str(outcome["code"])

    def all(self, kind: type[Record]) -> list[Any]:
        """Every record of a kind."""
        assert isinstance(self.floor.store, MemoryStore | StrictStore)
        return list(self.floor.store.picture.all(kind))

    def sent(self, site: int, target: int) -> list[dict[str, Any]]:
        """What a site has put into its outbox for another."""
        assert all(head.last > 0 for head in self.all(OutboxHead))
        return [
            msgspec.json.decode(each.line)
            for each in self.all(Outgoing)
            if (each.site, each.target) == (site, target)
        ]
