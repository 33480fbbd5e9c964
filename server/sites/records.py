"""Rows about sites: the network keeps the sites, a site its zones."""

from typing import ClassVar

from server.record import Index, Record


class Site(Record, frozen=True):
    """A warehouse, store or delivery depot; its number is the site of all its own rows."""

    TABLE = "site"
    KEY = ("site", "id")
    INDEXES: ClassVar[dict[str, Index]] = {
        "by_code": Index(("site", "code")),
        "all": Index(("site",)),
    }

    site: int
    id: int
    code: str
    name: str
    time_zone: str
    """By its name in the tz database, like Europe/Berlin."""
    company_prefix: str = ""
    """GS1 company prefix, digits, of the SSCCs that are printed here."""
    state: str = "open"


class Zone(Record, frozen=True):
    """A part of a site whose work is handed out together."""

    TABLE = "zone"
    KEY = ("site", "id")
    INDEXES: ClassVar[dict[str, Index]] = {
        "by_code": Index(("site", "code")),
        "all": Index(("site",)),
    }

    site: int
    id: int
    code: str
    name: str


class Workflow(Record, frozen=True):
    """A workflow of a site: what this program brings, with what the site wants otherwise."""

    TABLE = "workflow"
    KEY = ("site", "name")
    INDEXES: ClassVar[dict[str, Index]] = {"all": Index(("site",))}

    site: int
    name: str
    version: int
    """What devices write as `seen_workflow`."""
    builtin: int
    """Version of the definition that the adjustment was merged over."""
    definition: bytes
    """The whole of it as JSON, ready to be run."""
    adjusted: int = 0
    """How often the site has changed it."""
    adjustment: bytes = b""
    """What the site wants otherwise, as JSON; empty is nothing."""
    changed_at: int = 0
