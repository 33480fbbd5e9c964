"""What verify answers: differences, each with the row that shows it."""

from typing import NamedTuple


class Finding(NamedTuple):
    """One difference: what kind, at which site, in which row, and what was expected and found."""

    kind: str
    site: int
    row: str
    detail: str
