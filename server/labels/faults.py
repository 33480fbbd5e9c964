"""The one error of labels."""

from server.errors import InvalidError


class LabelError(InvalidError):
    """A value cannot stand on a label; the text says why, and what to do."""

    code = "labels.invalid"
    title = "This cannot be printed as asked"
