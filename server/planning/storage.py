"""Rows of putting away and replenishing: rules, guides, closed places, what was put where."""

from typing import ClassVar

from server.record import Index, Record


class PutawayRule(Record, frozen=True):
    """Where some goods are to go: filters that are empty match everything, all must match."""

    TABLE = "putaway_rule"
    KEY = ("site", "name")
    INDEXES: ClassVar[dict[str, Index]] = {"by_site": Index(("site",))}

    site: int
    name: str
    priority: int
    """Rules are tried in this order, small numbers first."""
    owner: int = 0
    item: int = 0
    velocity: str = ""
    condition: str = ""
    hazard: str = ""
    zone: int = 0
    use: str = ""
    size: str = ""
    place: int = 0
    """The one place of a fixed rule; 0 is the item's pick faces."""
    strategy: str = "empty"
    """same_item, empty, room, fixed."""


class Guide(Record, frozen=True):
    """Where the goods of an open task are to go; it is gone when the task is done."""

    TABLE = "guide"
    KEY = ("site", "task")
    INDEXES: ClassVar[dict[str, Index]] = {
        "by_source": Index(("site", "source")),
        "by_target": Index(("site", "target")),
        "by_waiting": Index(("site", "waits")),
    }

    site: int
    task: int
    kind: str
    """putaway, replenish, put_back."""
    source: int
    stock: int
    """The stock key without a serial: pieces that differ in nothing else go together."""
    goods: str
    """The sign of that key."""
    quantity: int
    since: int
    """Point of the floor order at which the first of them came, ms."""
    target: int | None = None
    """The place that is suggested, for which the units are promised; None where there is none."""
    next: str = ""
    """Ids of the next best places, the best first, with blanks between."""
    waits: int | None = None
    """1 while no place is found."""
    sought_at: int = 0
    """When none was found last, ms."""


class BroughtBack(Record, frozen=True):
    """Units that one move took off a task of putting back; gone once the move is undone."""

    TABLE = "brought_back"
    KEY = ("site", "stream", "epoch", "seq", "task")
    INDEXES: ClassVar[dict[str, Index]] = {
        "by_operation": Index(("site", "stream", "epoch", "seq")),
    }

    site: int
    stream: int
    epoch: int
    seq: int
    task: int
    quantity: int
    target: int | None = None
    """Place to which the task led."""


class FullPlace(Record, frozen=True):
    """A place that somebody found full: not suggested until it is empty, or opened at a desk."""

    TABLE = "full_place"
    KEY = ("site", "place")
    INDEXES: ClassVar[dict[str, Index]] = {"by_site": Index(("site",))}

    site: int
    place: int
    closed_at: int
    closed_by: str
    """Operation as stream/epoch/seq."""
    task: int | None = None
    """The count that was asked for, where the book said that the place is empty."""


class Stowed(Record, frozen=True):
    """That goods were put away by one operation: where to was suggested, where they went."""

    TABLE = "stowed"
    KEY = ("site", "stream", "epoch", "seq")
    APPEND_ONLY = True
    INDEXES: ClassVar[dict[str, Index]] = {"by_time": Index(("site",), at_least="done_at")}

    site: int
    stream: int
    epoch: int
    seq: int
    source: int
    stock: int
    quantity: int
    used: int
    done_at: int
    """Point of the floor order, ms."""
    suggested: int | None = None
    """By the device where it says so, else by the open task; None where nothing was."""
    since: int | None = None
    """When the first of them came, ms; None where the receipt was not known yet."""
    reason: str = ""


class PickFace(Record, frozen=True):
    """A place from which an item is picked, to be filled up to a maximum below a minimum."""

    TABLE = "pick_face"
    KEY = ("site", "place", "item")
    INDEXES: ClassVar[dict[str, Index]] = {
        "by_site": Index(("site",)),
        "by_item": Index(("site", "owner", "item")),
    }

    site: int
    place: int
    item: int
    owner: int
    minimum: int
    maximum: int


class Replenished(Record, frozen=True):
    """When the pick faces of a site were last looked at."""

    TABLE = "replenished"
    KEY = ("site",)

    site: int
    at: int
