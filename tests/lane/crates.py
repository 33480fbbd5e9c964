"""A kind of record for tests of the lane."""

from typing import ClassVar

from server.record import Index, Record


class Crate(Record, frozen=True):
    """A row that is listed by colour, and by age from a bound on."""

    TABLE = "crate"
    KEY = ("site", "id")
    INDEXES: ClassVar[dict[str, Index]] = {
        "by_colour": Index(("site", "colour")),
        "by_age": Index(("site",), at_least="age"),
    }

    site: int
    id: int
    colour: str | None = None
    age: int = 0


RED = Crate(1, 1, "red", 10)
BLUE = Crate(1, 2, "blue", 20)
OLD_RED = Crate(1, 3, "red", 30)
