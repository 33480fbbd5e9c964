"""What a scan means when it may mean several things: asked, never guessed.

A number may belong to items of two owners or to two pack levels, and a text may be read in several
ways. Task and place narrow the candidates in this order; the book may be wrong about either, so one
that fits none of the candidates narrows nothing.
"""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import msgspec

Meaning = TypeVar("Meaning")


class Choice(msgspec.Struct, Generic[Meaning], frozen=True):
    """What is left of the candidates, and what narrowed them last."""

    candidates: tuple[Meaning, ...]
    by: str = ""
    """`task`, `place`, or empty if neither was needed or helped."""

    @property
    def chosen(self) -> Meaning | None:
        """The one that is meant; None if a person must be asked, or if nothing is known."""
        return self.candidates[0] if len(self.candidates) == 1 else None


def choose(
    candidates: Sequence[Meaning],
    in_task: Callable[[Meaning], bool],
    at_place: Callable[[Meaning], bool],
) -> Choice[Meaning]:
    """Narrow candidates by the task, then by what the place holds, as far as needed.

    A single candidate is chosen whether it fits or not: that the wrong thing was scanned is for the
    task to say.

    >>> choose(["ours", "theirs"], lambda owner: owner == "ours", lambda owner: True)
    Choice(candidates=('ours',), by='task')
    """
    left, by = tuple(dict.fromkeys(candidates)), ""
    for name, fits in (("task", in_task), ("place", at_place)):
        if len(left) > 1:
            fitting = tuple(meaning for meaning in left if fits(meaning))
            if 0 < len(fitting) < len(left):
                left, by = fitting, name
    return Choice(left, by)
