"""What a scan says, as frozen values."""

from typing import Literal

import msgspec

Separators = Literal["unknown", "sent", "dropped"]
"""What is known of the reader: whether it hands on the FNC1 that ends a field."""

SEPARATOR_MISSING = "separator_missing"

FAULTS = {
    "empty": "nothing was scanned",
    "too_long": "the text is longer than any code of the floor",
    "not_ascii": "the text has characters that no GS1 code and none of our codes has",
    "control_character": "the text has control characters",
    "check_digit": "the check digit is wrong: misread, mistyped or misprinted",
    "unknown_identifier": "no GS1 application identifier begins so",
    "bad_value": "the value does not have the format of its application identifier",
    "bad_date": "there is no such date",
    "contradiction": "the code says two different things",
    SEPARATOR_MISSING: "the reader dropped a separator, and the fields can be cut in several ways",
    "add_on": "only the add-on of a barcode was read",
    "bad_own_code": "one of our prefixes, but nothing that we print follows",
    "unknown_command": "no command that this app knows",
}
"""Why a scan says nothing, or less than it should: codes, and in English what they mean."""


class Fault(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is wrong with a scan; a code of `FAULTS` and where it was found."""

    code: str
    identifier: str = ""
    """The application identifier, if it is one field that is wrong."""
    value: str = ""
    """What stands there."""
    expected: str = ""
    """What should stand there, where that is known."""


class ParsedScan(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One way to read a scan; what it does not say is empty or None.

    Numbers in brackets are GS1 application identifiers. Dates are `YYYY-MM-DD`.
    """

    text: str
    """As scanned, without the symbology identifier and surrounding blanks."""
    kind: str = "plain"
    """`gtin`, `sscc`, `gs1` (element strings with neither), `own` or `plain`."""
    gtin: str = ""
    """14 digits, padded with zeros in front; with `sscc` what the unit contains (02)."""
    sscc: str = ""
    """18 digits."""
    lot: str = ""
    serial: str = ""
    expiry: str = ""
    """Use by (17), else best before (15)."""
    count: int | None = None
    """Items contained (37) or variable count (30)."""
    weight_g: int | None = None
    """Net weight (310n), else gross (330n), in grams."""
    own: str = ""
    """What one of our own codes stands for; see `OWN_KINDS`."""
    command: str = ""
    """What a command code asks for; see `COMMANDS`."""
    task: int | None = None
    """The number of a task code."""
    best_before: str = ""
    produced: str = ""
    packed: str = ""
    variant: str = ""
    """Internal variant of an item, two digits (20)."""
    additional_id: str = ""
    """The maker's further number of the item (240)."""
    customer_part: str = ""
    customer_order: str = ""
    """The customer's purchase order (400)."""
    consignment: str = ""
    shipment: str = ""
    route: str = ""
    ship_to: str = ""
    """GLN, 13 digits; so are the next seven (410 to 417)."""
    bill_to: str = ""
    purchased_from: str = ""
    ship_for: str = ""
    location: str = ""
    invoiced_by: str = ""
    produced_at: str = ""
    party: str = ""
    postal_code: str = ""
    country: str = ""
    """ISO 3166 number, three digits (421)."""
    returnable_asset: str = ""
    """GRAI: 13 digits and perhaps a serial (8003)."""
    asset: str = ""
    """GIAI (8004)."""


class Scanned(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A scan with every way in which it can be read."""

    raw: str
    """Exactly as the reader gave it."""
    readings: tuple[ParsedScan, ...]
    """Never empty. The first keeps to the letter of the standard; the others are as possible."""
    fault: Fault | None = None

    @property
    def said(self) -> ParsedScan:
        """The first reading; only to be relied on if nobody must be asked."""
        return self.readings[0]

    @property
    def must_ask(self) -> bool:
        """Whether the text alone does not decide, so task, place or person must."""
        lost = self.fault is not None and self.fault.code == SEPARATOR_MISSING
        return lost or len(self.readings) > 1
