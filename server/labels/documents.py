"""What stands on each kind of label, as frozen values of plain text and numbers."""

from typing import Literal

import msgspec

Arrow = Literal["up", "down", "left", "right"]
Media = Literal["100x150", "148x210"]


class ShippingLabel(msgspec.Struct, frozen=True, tag_field="kind", tag="shipping"):
    """A GS1 logistic label of one parcel; `parcel_of` reads like "1/3"."""

    sscc: str
    shipment_number: str
    sender: str
    recipient_lines: tuple[str, ...]
    destination: str
    service: str
    weight_g: int | None
    parcel_of: str


class PackingLine(msgspec.Struct, frozen=True):
    """So many units of an item in a parcel."""

    sku: str
    description: str
    quantity: int


class PackingList(msgspec.Struct, frozen=True, tag_field="kind", tag="packing_list"):
    """What is in a parcel, to lie in it; it has as many pages as it needs."""

    shipment_number: str
    sender: str
    recipient_lines: tuple[str, ...]
    parcel_of: str
    lines: tuple[PackingLine, ...]


class ManifestLine(msgspec.Struct, frozen=True):
    """A parcel in a van; the destination is a region or country, never an address."""

    sscc: str
    number: str
    destination: str


class ManifestList(msgspec.Struct, frozen=True, tag_field="kind", tag="manifest"):
    """What a van carries on a round, in the order of the doors; as many pages as it needs."""

    round: str
    date: str
    van: str
    state: str
    lines: tuple[ManifestLine, ...]


class PalletLabel(
    msgspec.Struct, frozen=True, tag_field="kind", tag="pallet", forbid_unknown_fields=True
):
    """A GS1 logistic label of a pallet, with what is on it if that is all of one kind.

    Dates are ISO dates; `gtin` is of the trade items contained, `count` how many of them.
    """

    sscc: str
    sender: str = ""
    receiver: str = ""
    description: str = ""
    gtin: str = ""
    count: int = 0
    lot: str = ""
    best_before: str = ""
    expires: str = ""
    produced: str = ""
    packed: str = ""
    gross_weight_g: int | None = None
    media: Media = "148x210"
    """Width and height, mm."""


class LocationLabel(
    msgspec.Struct, frozen=True, tag_field="kind", tag="location", forbid_unknown_fields=True
):
    """A bin's code, what a person calls it, and an arrow to where it is when that helps."""

    code: str
    text: str
    arrow: Arrow | None = None


class ToteLabel(
    msgspec.Struct, frozen=True, tag_field="kind", tag="tote", forbid_unknown_fields=True
):
    """A tote's code."""

    code: str


class ItemLabel(
    msgspec.Struct, frozen=True, tag_field="kind", tag="item", forbid_unknown_fields=True
):
    """An item, with either a GTIN of 8, 12, 13 or 14 digits or the owner's own code.

    With a lot, an expiry (ISO date) or a serial the GTIN is printed as GS1 DataMatrix.
    """

    sku: str
    description: str
    gtin: str | None = None
    code: str | None = None
    lot: str = ""
    expires: str = ""
    serial: str = ""


class EnrolmentLabel(msgspec.Struct, frozen=True, tag_field="kind", tag="enrolment"):
    """How a device enrols: by scanning the address, or by typing the code until it expires.

    `expires` is shown as given: the time in the site's own clock.
    """

    url: str
    code: str
    expires: str


Label = (
    ShippingLabel
    | PackingList
    | ManifestList
    | PalletLabel
    | LocationLabel
    | ToteLabel
    | ItemLabel
    | EnrolmentLabel
)
