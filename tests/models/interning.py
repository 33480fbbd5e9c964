"""Numbers for values, so that the states of a search are small and quick to compare."""

from collections.abc import Hashable
from typing import Generic, TypeVar

V = TypeVar("V", bound=Hashable)


class Interned(Generic[V]):
    """Gives each distinct value a number, and the value back for it."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self.values: list[V] = []
        self._numbers: dict[V, int] = {}

    def number(self, value: V) -> int:
        """The number of a value, the same whenever it is equal."""
        found = self._numbers.get(value)
        if found is None:
            found = self._numbers[value] = len(self.values)
            self.values.append(value)
        return found

    def __getitem__(self, number: int) -> V:
        """The value of a number."""
        return self.values[number]
