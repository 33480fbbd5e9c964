"""The mapping file: what a merchant's order files call things, and what their codes mean.

It is TOML, one per kind of file; `fixtures/mappings/retail.toml` is a whole one to copy.
"""

import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from server.errors import InvalidError

Kind = Literal["carriage", "discount", "fee", "manual", "sample", "voucher"]
GOODS: Literal["goods"] = "goods"


class MappingError(InvalidError):
    """A mapping file cannot be used; the text names it and says why."""

    code = "integrations.mapping"
    title = "This mapping cannot be used"


class Columns(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The names in the header; `currency` only where each line names its own.

    `carrier` is the carrier or service that an order is to go by, where files say it; `cash_due`
    what is to be collected at its door, written like prices.
    """

    order_number: str
    item_code: str
    description: str
    quantity: str
    placed_at: str
    unit_price: str
    customer: str
    country: str
    currency: str | None = None
    carrier: str | None = None
    cash_due: str | None = None


class Formats(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How values are written: the time as for strptime, a suffix that no customer's number has."""

    placed_at: str
    customer_suffix: str = ""


class NotGoods(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Codes of one kind that are nothing to pick: whole codes, or patterns for whole codes."""

    kind: Kind
    codes: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()


class Mapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one kind of order file is read; codes and patterns hold in any case.

    `adjustments` says which lines without the cancellation prefix correct stock: those with a
    negative quantity at price 0, all with a negative quantity, or none. A negative quantity that is
    no adjustment is an error.
    """

    owner: str
    channel: str
    time_zone: str
    columns: Columns
    formats: Formats
    goods_patterns: tuple[str, ...]
    not_goods: tuple[NotGoods, ...] = ()
    currency: str | None = None
    currency_decimals: int = 2
    cancellation_prefix: str | None = None
    item_code_case: Literal["upper", "lower", "keep"] = "upper"
    adjustments: Literal["negative_and_free", "negative", "never"] = "never"

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which the file's times are written."""
        return ZoneInfo(self.time_zone)

    def fold(self, item_code: str) -> str:
        """Return an item code in the case in which it is stored."""
        if self.item_code_case == "upper":
            return item_code.upper()
        return item_code.lower() if self.item_code_case == "lower" else item_code

    def kind_of(self, item_code: str) -> Kind | Literal["goods"] | None:
        """Return what a code stands for, or None when the mapping does not say."""
        for group in self.not_goods:
            if item_code.casefold() in {code.casefold() for code in group.codes}:
                return group.kind
        for group in self.not_goods:
            if _matches(group.patterns, item_code):
                return group.kind
        return GOODS if _matches(self.goods_patterns, item_code) else None

    def cancels(self, number: str) -> bool:
        """Tell whether a document of this number takes earlier orders back."""
        return bool(self.cancellation_prefix) and number.startswith(self.cancellation_prefix or "")


def read_mapping(path: Path) -> Mapping:
    """Return the mapping in a file, or raise MappingError saying what to correct."""
    try:
        mapping = msgspec.convert(tomllib.loads(path.read_text("utf-8")), Mapping)
    except OSError as error:
        raise MappingError(f"{path} cannot be opened: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MappingError(f"{path} is no TOML: {error}.") from error
    except msgspec.ValidationError as error:
        raise MappingError(f"{path}: {error}.") from error
    fault = _fault(mapping)
    if fault is not None:
        raise MappingError(f"{path}: {fault}.")
    return mapping


def _matches(patterns: tuple[str, ...], item_code: str) -> bool:
    return any(re.fullmatch(pattern, item_code, re.IGNORECASE) for pattern in patterns)


def _fault(mapping: Mapping) -> str | None:
    """Return what is wrong with values of the right type."""
    if (mapping.currency is None) == (mapping.columns.currency is None):
        return "give either `currency` or `columns.currency`"
    if not 0 <= mapping.currency_decimals <= 4:  # noqa: PLR2004 - ISO 4217 knows no more.
        return "`currency_decimals` is from 0 to 4"
    if not mapping.goods_patterns:
        return "`goods_patterns` is empty, so nothing could ever be shipped"
    try:
        _ = mapping.zone
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return f"there is no time zone '{mapping.time_zone}'"
    for pattern in (*mapping.goods_patterns, *(p for g in mapping.not_goods for p in g.patterns)):
        try:
            re.compile(pattern)
        except (re.error, OverflowError, RecursionError) as error:
            return f"the pattern '{pattern}' cannot be read: {error}"
    return _time_format_fault(mapping.formats.placed_at)


def _time_format_fault(time_format: str) -> str | None:
    sample = datetime(2011, 12, 13, 14, 15, tzinfo=UTC)
    try:
        read = datetime.strptime(sample.strftime(time_format), time_format).replace(tzinfo=UTC)
    except re.error:
        # It is made into a pattern, in which no group may be named twice.
        return f"the time format '{time_format}' names a part twice"
    except ValueError as error:
        return f"the time format '{time_format}' cannot be read: {error}"
    if read.date() != sample.date():
        return f"the time format '{time_format}' does not hold a whole date"
    return None
