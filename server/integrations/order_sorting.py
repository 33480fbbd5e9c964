"""The lines of one document, each put under what it is."""

from dataclasses import dataclass, field

from server.integrations.mapping import GOODS, Kind, Mapping
from server.integrations.order_documents import (
    Adjustment,
    ChargeLine,
    LineError,
    Order,
    OrderLine,
    Return,
    UnknownCode,
)
from server.integrations.order_values import Values


@dataclass
class Sorting:
    """A document while its lines are read; every line ends in exactly one of the lists."""

    mapping: Mapping
    file: str
    number: str
    line: int
    placed_at: int = 0
    first: Values | None = None
    lines: list[OrderLine] = field(default_factory=list)
    charges: list[ChargeLine] = field(default_factory=list)
    adjustments: list[Adjustment] = field(default_factory=list)
    unknown_codes: list[UnknownCode] = field(default_factory=list)
    errors: list[LineError] = field(default_factory=list)

    @property
    def cancels(self) -> bool:
        """Whether the document takes earlier orders back."""
        return self.mapping.cancels(self.number)

    @property
    def is_readable(self) -> bool:
        """Whether each line is known for what it is."""
        return not self.unknown_codes and not self.errors

    def take(self, position: int, line: int, values: Values | str) -> None:
        """Put a line, read or not, under what it is."""
        fault = values if isinstance(values, str) else self._sort(position, values)
        if fault is not None:
            self.errors.append(LineError(self.file, line, fault))

    def order(self, content_hash: str) -> Order | Return | None:
        """Return the document as an order or a return; None when no line of it could be read."""
        if self.first is None:
            return None
        return (Return if self.cancels else Order)(
            owner=self.mapping.owner,
            channel=self.mapping.channel,
            number=self.number,
            placed_at=self.placed_at,
            customer=self.first.customer,
            country=self.first.country,
            currency=self.first.currency,
            lines=tuple(self.lines),
            charges=tuple(self.charges),
            content_hash=content_hash,
            file=self.file,
            line=self.line,
            carrier=self.first.carrier,
            cash_due=self.first.cash_due,
        )

    def _sort(self, position: int, values: Values) -> str | None:
        """Put a read line under what it is, or return why it cannot be part of the document."""
        fault = self._disagreement(values)
        if fault is not None:
            return fault
        if values.kind is None:
            self._take_unknown_code(position, values)
        elif values.kind != GOODS:
            self._take_charge(position, values.kind, values)
        else:
            fault = self._sort_goods(position, values)
        if fault is None:
            self.placed_at = (
                min(self.placed_at, values.placed_at) if self.first else values.placed_at
            )
            self.first = self.first or values
        return fault

    def _disagreement(self, values: Values) -> str | None:
        """Return what one line says otherwise than the first line of its document."""
        if self.first is None:
            return None
        for (what, found), (_, first) in zip(values.heading(), self.first.heading(), strict=True):
            if found != first:
                return (
                    f"the {what} '{found or ''}' is not the '{first or ''}' "
                    f"of line {self.first.line} of the same order"
                )
        return None

    def _sort_goods(self, position: int, values: Values) -> str | None:
        if self.cancels:
            if values.quantity > 0:
                return f"a cancellation takes back a negative quantity, not {values.quantity}"
            self._take_goods(position, values)
        elif values.quantity > 0:
            self._take_goods(position, values)
        elif self._adjusts(values):
            self._take_adjustment(position, values)
        else:
            return f"the quantity {values.quantity} is negative, and this is no cancellation"
        return None

    def _adjusts(self, values: Values) -> bool:
        rule = self.mapping.adjustments
        return rule == "negative" or (rule == "negative_and_free" and values.unit_price_minor == 0)

    def _take_goods(self, position: int, values: Values) -> None:
        self.lines.append(
            OrderLine(
                position=position,
                item_code=values.item_code,
                description=values.description,
                quantity=abs(values.quantity),
                unit_price_minor=values.unit_price_minor,
            )
        )

    def _take_charge(self, position: int, kind: Kind, values: Values) -> None:
        self.charges.append(
            ChargeLine(
                position=position,
                kind=kind,
                code=values.item_code,
                description=values.description,
                quantity=values.quantity,
                unit_price_minor=values.unit_price_minor,
            )
        )

    def _take_adjustment(self, position: int, values: Values) -> None:
        self.adjustments.append(
            Adjustment(
                number=self.number,
                position=position,
                item_code=values.item_code,
                remark=values.description,
                quantity=values.quantity,
                recorded_at=values.placed_at,
                file=self.file,
                line=values.line,
            )
        )

    def _take_unknown_code(self, position: int, values: Values) -> None:
        self.unknown_codes.append(
            UnknownCode(
                number=self.number,
                position=position,
                code=values.item_code,
                description=values.description,
                quantity=values.quantity,
                file=self.file,
                line=values.line,
            )
        )
