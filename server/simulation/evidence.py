"""What the auditor reads: the rows of the book, and nothing that the server concludes from them."""

from dataclasses import dataclass
from typing import Any

import msgspec

from server.catalog.records import Item, ItemCode
from server.lane.records import Commit, Lane, OutboxHead, Outgoing, StoredOperation, Stream
from server.ledger.records import Balance, Discrepancy, Movement, Place, Stock
from server.merchants.records import Merchant
from server.simulation.books import Book
from server.sync.records import Document, Scope

DEVICES = 1_000_000
TAKEN_BEFORE = "taken_before"


class Told:
    """A stored operation of a device, read by the auditor's own eyes."""

    __slots__ = ("code", "line", "outcome", "row")

    def __init__(self, row: StoredOperation) -> None:
        """Read line and outcome as plain JSON."""
        self.row = row
        try:
            line = msgspec.json.decode(row.line)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            line = None
        self.line: dict[str, Any] = line if isinstance(line, dict) else {}
        outcome = msgspec.json.decode(row.outcome)
        self.outcome: str = outcome["outcome"]
        self.code: str = outcome.get("code", "")

    @property
    def act(self) -> str:
        """The name of the act that it stands for, if it stands for one."""
        return str(self.line.get("activity", ""))

    @property
    def took_effect(self) -> bool:
        """Whether it is not a mere repeat of a line that had been taken."""
        return self.code != TAKEN_BEFORE

    @property
    def order(self) -> tuple[int, int, int]:
        """Its point in the floor order."""
        return (self.row.occurred_at, self.row.stream, self.row.epoch)


@dataclass(slots=True)
class Evidence:
    """All rows that matter, each kind by itself."""

    operations: list[StoredOperation]
    told: list[Told]
    """The operations of devices, by site and number."""
    streams: list[Stream]
    commits: list[Commit]
    lanes: list[Lane]
    movements: list[Movement]
    balances: list[Balance]
    discrepancies: list[Discrepancy]
    places: list[Place]
    stocks: list[Stock]
    items: list[Item]
    codes: list[ItemCode]
    merchants: list[Merchant]
    documents: list[Document]
    scopes: list[Scope]
    waiting: list[Outgoing]
    sent: list[OutboxHead]
    """How much each lane sent to each other."""

    @classmethod
    def of(cls, book: Book) -> "Evidence":
        """Read a book."""
        operations = sorted(book.rows(StoredOperation), key=lambda row: (row.site, row.number))
        return cls(
            operations=operations,
            told=[Told(row) for row in operations if row.stream >= DEVICES],
            streams=book.rows(Stream),
            commits=sorted(book.rows(Commit), key=lambda row: (row.site, row.number)),
            lanes=book.rows(Lane),
            movements=sorted(book.rows(Movement), key=lambda row: (row.site, row.number)),
            balances=book.rows(Balance),
            discrepancies=book.rows(Discrepancy),
            places=book.rows(Place),
            stocks=book.rows(Stock),
            items=book.rows(Item),
            codes=book.rows(ItemCode),
            merchants=book.rows(Merchant),
            documents=book.rows(Document),
            scopes=book.rows(Scope),
            waiting=book.rows(Outgoing),
            sent=book.rows(OutboxHead),
        )
