"""The values of one line of an order file, checked one by one."""

import re
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, Overflow
from functools import lru_cache
from typing import Literal

import msgspec

from server.integrations.mapping import GOODS, Kind, Mapping

QUANTITY_MAX = 1_000_000
PRICE_MINOR_MAX = 10**12
_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]+")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class RawLine(msgspec.Struct, frozen=True):
    """The mapped fields of a line, still as text; `currency` is the mapping's where it has one."""

    line: int
    number: str
    item_code: str
    description: str
    quantity: str
    placed_at: str
    unit_price: str
    customer: str
    country: str
    currency: str
    carrier: str = ""
    cash_due: str = ""

    def content(self) -> tuple[str, ...]:
        """Return what makes two lines the same, wherever they stand."""
        # A line without a carrier, or cash, is the same text as before these were read.
        later = {name for name in ("carrier", "cash_due") if not getattr(self, name)}
        apart = {"line", "number"} | later
        return tuple(getattr(self, name) for name in self.__struct_fields__ if name not in apart)


class Values(msgspec.Struct, frozen=True):
    """The fields of a line as what they mean; `kind` is None where the mapping knows none."""

    line: int
    item_code: str
    kind: Kind | Literal["goods"] | None
    description: str
    quantity: int
    placed_at: int
    unit_price_minor: int
    customer: str | None
    country: str
    currency: str
    carrier: str = ""
    cash_due: int = 0

    def heading(self) -> tuple[tuple[str, str | None], ...]:
        """Return what all lines of one document must agree on, with names."""
        return (
            ("customer", self.customer),
            ("country", self.country),
            ("currency", self.currency),
            ("carrier", self.carrier),
            ("cash on delivery", str(self.cash_due)),
        )


class ValueReader:
    """Reads lines by a mapping; it remembers codes and times, which come again and again."""

    def __init__(self, mapping: Mapping) -> None:
        """Read by this mapping."""
        self._mapping = mapping
        self._zone = mapping.zone
        self._kind_of = lru_cache(maxsize=None)(mapping.kind_of)
        self._time = lru_cache(maxsize=4096)(self._read_time)

    def read(self, raw: RawLine) -> Values | str:
        """Return the values of a line, or all that is wrong with it."""
        code = self._mapping.fold(raw.item_code)
        kind = self._kind_of(code) if code else None
        quantity = _quantity(raw.quantity)
        placed_at = self._time(raw.placed_at)
        price = self._price(raw.unit_price, may_be_negative=kind != GOODS)
        cash = self._price(raw.cash_due or "0", may_be_negative=False, name="cash on delivery")
        faults = [fault for fault in (quantity, placed_at, price, cash) if isinstance(fault, str)]
        faults += (
            f"the {what} is missing"
            for what, text in (
                ("item code", code),
                ("country", raw.country),
                ("currency", raw.currency),
            )
            if not text
        )
        if (
            faults
            or isinstance(quantity, str)
            or isinstance(placed_at, str)
            or isinstance(price, str)
            or isinstance(cash, str)
        ):
            return "; ".join(faults)
        return Values(
            line=raw.line,
            item_code=code,
            kind=kind,
            description=raw.description,
            quantity=quantity,
            placed_at=placed_at,
            unit_price_minor=price,
            customer=raw.customer.removesuffix(self._mapping.formats.customer_suffix) or None,
            country=raw.country,
            currency=raw.currency,
            carrier=raw.carrier,
            cash_due=cash,
        )

    def _read_time(self, text: str) -> int | str:
        """Return a local time as milliseconds since 1970 UTC, or what is wrong with it."""
        time_format = self._mapping.formats.placed_at
        try:
            local = datetime.strptime(text, time_format)  # noqa: DTZ007 - The zone comes next.
            zoned = local if local.tzinfo else local.replace(tzinfo=self._zone)
            since = zoned - _EPOCH
        except (ValueError, OverflowError):
            return f"the time '{text}' does not read as {time_format}"
        return (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000

    def _price(self, text: str, *, may_be_negative: bool, name: str = "unit price") -> int | str:
        """Return a price in the smallest unit, rounded half up, or what is wrong with it."""
        try:
            price = Decimal(text).scaleb(self._mapping.currency_decimals)
        except InvalidOperation:
            return f"the {name} '{text}' is no number"
        except Overflow:
            return f"the {name} {text} is too large"
        if not price.is_finite():
            return f"the {name} '{text}' is no number"
        if abs(price) > PRICE_MINOR_MAX:
            return f"the {name} {text} is too large"
        if price < 0 and not may_be_negative:
            return f"the {name} {text} is negative"
        return int(price.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _quantity(text: str) -> int | str:
    """Return a quantity, or what is wrong with it."""
    if not _WHOLE_NUMBER.fullmatch(text):
        return f"the quantity '{text}' is no whole number"
    # A number of more digits is over the limit, and slow to read.
    if len(text) > 20 or abs(int(text)) > QUANTITY_MAX:  # noqa: PLR2004
        return f"the quantity {text[:20]} is over {QUANTITY_MAX:,}"
    if int(text) == 0:
        return "the quantity is zero"
    return int(text)
