"""What order files hold, as frozen values: orders, returns, adjustments, and what is wrong.

Every line that was read is in exactly one of them; `OrderFile.lines_by_outcome` counts it out.
"""

import msgspec

from server.integrations.mapping import Kind


class OrderLine(msgspec.Struct, frozen=True):
    """Goods of an order or, in a return, goods that come back: the quantity is always positive.

    `position` counts all lines of the document from 1 and is the line's identity; the item code is
    folded in case; the price is in the currency's smallest unit.
    """

    position: int
    item_code: str
    description: str
    quantity: int
    unit_price_minor: int


class ChargeLine(msgspec.Struct, frozen=True):
    """A line that is nothing to pick: carriage, a fee, a discount; quantity as in the file."""

    position: int
    kind: Kind
    code: str
    description: str
    quantity: int
    unit_price_minor: int


class Order(msgspec.Struct, frozen=True):
    """All lines of one number in a whole file, in file order.

    `placed_at` is the earliest time of its lines, in milliseconds since 1970 UTC; `customer` is
    None for a guest; `country` is the destination. Two orders with one `content_hash` are the same
    text in every mapped column, bad lines too.
    """

    owner: str
    channel: str
    number: str
    placed_at: int
    customer: str | None
    country: str
    currency: str
    lines: tuple[OrderLine, ...]
    charges: tuple[ChargeLine, ...]
    content_hash: str
    file: str
    line: int
    carrier: str = ""
    cash_due: int = 0
    """What is to be collected at the door, in the currency's smallest unit."""


class Return(Order, frozen=True):
    """A document that takes goods of earlier orders back, without naming them."""


class Adjustment(msgspec.Struct, frozen=True):
    """A correction of stock, with a negative quantity and a remark."""

    number: str
    position: int
    item_code: str
    remark: str
    quantity: int
    recorded_at: int
    file: str
    line: int


class UnknownCode(msgspec.Struct, frozen=True):
    """A line whose code the mapping knows neither as goods nor as anything else."""

    number: str
    position: int
    code: str
    description: str
    quantity: int
    file: str
    line: int


class LineError(msgspec.Struct, frozen=True):
    """A line that cannot be read, and why; line 0 is the file as a whole."""

    file: str
    line: int
    reason: str


class Duplicate(msgspec.Struct, frozen=True):
    """A document that an earlier file holds with the same content: nothing is done."""

    number: str
    file: str
    line: int
    line_count: int
    first_file: str


class Conflict(msgspec.Struct, frozen=True):
    """A document that an earlier file holds with other content: for a person, never an edit."""

    number: str
    file: str
    line: int
    line_count: int
    first_file: str
    first_line: int


class Unresolved(msgspec.Struct, frozen=True):
    """A document without one readable line of goods, so nobody knows whether it ships."""

    number: str
    charges: tuple[ChargeLine, ...]
    file: str
    line: int


class OrderFile(msgspec.Struct, frozen=True):
    """All that was read from some order files.

    A document is in one of orders, nothing_to_ship, returns, duplicates, conflicts or unresolved,
    or has nothing but adjustments. The good lines of a document are taken though others of it are
    in `errors` or `unknown_codes`.
    """

    orders: tuple[Order, ...]
    nothing_to_ship: tuple[Order, ...]
    returns: tuple[Return, ...]
    adjustments: tuple[Adjustment, ...]
    unknown_codes: tuple[UnknownCode, ...]
    duplicates: tuple[Duplicate, ...]
    conflicts: tuple[Conflict, ...]
    unresolved: tuple[Unresolved, ...]
    errors: tuple[LineError, ...]
    documents_read: int
    lines_read: int

    def lines_by_outcome(self) -> dict[str, int]:
        """Count every line that was read under what became of it; the sum is `lines_read`."""
        documents = (*self.orders, *self.nothing_to_ship, *self.returns)
        unresolved = sum(len(document.charges) for document in self.unresolved)
        return {
            "goods": sum(len(order.lines) for order in self.orders),
            "returned": sum(len(document.lines) for document in self.returns),
            "charges": sum(len(document.charges) for document in documents) + unresolved,
            "adjustments": len(self.adjustments),
            "unknown codes": len(self.unknown_codes),
            "duplicates": sum(duplicate.line_count for duplicate in self.duplicates),
            "conflicts": sum(conflict.line_count for conflict in self.conflicts),
            "errors": sum(error.line > 0 for error in self.errors),
        }

    def documents_by_outcome(self) -> dict[str, int]:
        """Count every document that was read under what became of it; `documents_read` in all."""
        ordered = {order.number for order in (*self.orders, *self.nothing_to_ship)}
        return {
            "orders": len(self.orders),
            "nothing to ship": len(self.nothing_to_ship),
            "returns": len(self.returns),
            "only adjustments": len(
                {adjustment.number for adjustment in self.adjustments}
                - ordered
                - {document.number for document in self.unresolved}
            ),
            "duplicates": len(self.duplicates),
            "conflicts": len(self.conflicts),
            "unresolved": len(self.unresolved),
        }
