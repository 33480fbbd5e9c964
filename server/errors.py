"""What can go wrong and is somebody's to know; docs/errors.md lists the codes."""

from collections.abc import Iterable
from typing import ClassVar


class TotebookError(Exception):
    """An error that a caller can be told about; the API turns it into a problem (RFC 9457).

    `code` is stable and machine-readable (`orders.conflict`), `title` says in general what it
    means, `detail` what happened this time, `pointers` which fields are to blame as pairs of a
    JSON pointer and a sentence.
    """

    code: str = "internal"
    title: str = "A fault of ours"
    status: ClassVar[int] = 500

    def __init__(
        self,
        detail: str,
        *,
        code: str | None = None,
        title: str | None = None,
        pointers: Iterable[tuple[str, str]] = (),
    ) -> None:
        """Say what happened; code and title default to those of the class."""
        super().__init__(detail)
        self.detail = detail
        self.code = code or type(self).code
        self.title = title or type(self).title
        self.pointers = tuple(pointers)


class MalformedError(TotebookError):
    """What was sent can't be read, or has the wrong shape."""

    code = "malformed"
    title = "This can't be read"
    status = 400


class UnauthorizedError(TotebookError):
    """Nobody is signed in, or the key or signature is not valid."""

    code = "unauthorized"
    title = "Sign in first"
    status = 401


class ForbiddenError(TotebookError):
    """Whoever asks is known and may not do this."""

    code = "forbidden"
    title = "This is not yours to do"
    status = 403


class NotFoundError(TotebookError):
    """There is no such thing, or it is another merchant's."""

    code = "not_found"
    title = "There is no such thing"
    status = 404


class ConflictError(TotebookError):
    """The request is understood, and contradicts the state of the book."""

    code = "conflict"
    title = "The book says otherwise"
    status = 409


class TooLargeError(TotebookError):
    """More was sent than is taken at once."""

    code = "too_large"
    title = "This is too much at once"
    status = 413


class InvalidError(TotebookError):
    """What was sent can be read, and can't be so."""

    code = "invalid"
    title = "This can't be so"
    status = 422


class UnavailableError(TotebookError):
    """Totebook or its database can't work just now; trying again later is right."""

    code = "unavailable"
    title = "Not available just now"
    status = 503
