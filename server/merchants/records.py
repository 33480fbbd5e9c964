"""Rows of the network about merchants."""

from typing import ClassVar

from server.record import Index, Record


class Merchant(Record, frozen=True):
    """An owner of goods."""

    TABLE = "merchant"
    KEY = ("site", "id")
    INDEXES: ClassVar[dict[str, Index]] = {"by_code": Index(("site", "code"))}

    site: int
    id: int
    code: str
    name: str
    company_prefix: str = ""
    """GS1 company prefix, digits."""
    state: str = "open"
