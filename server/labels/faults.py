"""The one error of labels."""

from server.errors import InvalidError

DETAIL_MAX = 500
"""A value may be 10 kB long; who gave it knows it."""


class LabelError(InvalidError):
    """A value cannot stand on a label; the text says why, and what to do."""

    code = "labels.invalid"
    title = "This cannot be printed as asked"

    def __init__(self, detail: str) -> None:
        """Say it, without all of a value that has no end."""
        super().__init__(detail if len(detail) <= DETAIL_MAX else f"{detail[:DETAIL_MAX]}…")
