"""What lanes tell of their work while they do it."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

Step = Callable[[str], None]
"""Says which step of a group begins; the one before has ended."""


def _unheard(_step: str) -> None:
    """Nobody listens."""


class Observer:
    """Hears how lanes get on, and keeps nothing; who wants figures or traces overrides it.

    It is called in the lane's thread, so it must be quick and must not fail.
    """

    def submitted(self, operations: int) -> Any:  # noqa: ANN401 - each observer's own ticket.
        """A batch begins to wait; what is answered comes back when it has been taken."""

    def taken(self, tickets: Sequence[Any], operations: int) -> None:
        """The batches of these tickets, so many operations together, wait no longer."""

    def group(
        self, tickets: Sequence[Any], sites: Sequence[int], operations: int
    ) -> AbstractContextManager[Step]:
        """A transaction begins, ends with the block, and tells its steps meanwhile."""
        del tickets, sites, operations
        return nullcontext(_unheard)

    def decided(self, jobs: Sequence[Any], answers: Sequence[Any]) -> None:
        """These jobs have been committed with these answers."""


NOBODY = Observer()
