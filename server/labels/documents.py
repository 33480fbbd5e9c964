"""What stands on each kind of label, as frozen values of plain text and numbers."""

from typing import Literal

import msgspec

Arrow = Literal["up", "down", "left", "right"]


class ShippingLabel(msgspec.Struct, frozen=True):
    """A GS1 logistic label of one parcel; `parcel_of` reads like "1/3"."""

    sscc: str
    shipment_number: str
    sender: str
    recipient_lines: tuple[str, ...]
    destination: str
    service: str
    weight_g: int | None
    parcel_of: str


class LocationLabel(msgspec.Struct, frozen=True):
    """A bin's code, what a person calls it, and an arrow to where it is when that helps."""

    code: str
    text: str
    arrow: Arrow | None = None


class ToteLabel(msgspec.Struct, frozen=True):
    """A tote's code."""

    code: str


class ItemLabel(msgspec.Struct, frozen=True):
    """An item, with either a GTIN of 8, 12, 13 or 14 digits or the owner's own code."""

    sku: str
    description: str
    gtin: str | None = None
    code: str | None = None


class EnrolmentLabel(msgspec.Struct, frozen=True):
    """How a device enrols: by scanning the address, or by typing the code until it expires.

    `expires` is shown as given: the time in the site's own clock.
    """

    url: str
    code: str
    expires: str


Label = ShippingLabel | LocationLabel | ToteLabel | ItemLabel | EnrolmentLabel
