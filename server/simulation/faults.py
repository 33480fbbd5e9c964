"""Throws the dice for faults, and counts those that happened."""

import random
from collections import Counter
from collections.abc import Callable

from server.simulation.rates import CALM, Rates


class Faults:
    """The dice of one seed."""

    def __init__(
        self,
        rates: Rates,
        chance: random.Random,
        tell: Callable[[str], None] = lambda _fault: None,
    ) -> None:
        """Begin with nothing having happened; `tell` hears of each fault."""
        self.rates = rates
        self._tell = tell
        self.chance = chance
        self.happened: Counter[str] = Counter()

    def hits(self, fault: str) -> bool:
        """Whether a fault happens now; it is counted if it does."""
        likely = self.rates.of(fault)
        if likely and self.chance.random() < likely:
            self.note(fault)
            return True
        return False

    def note(self, fault: str) -> None:
        """Count a fault that was made to happen."""
        self.happened[fault] += 1
        self._tell(fault)

    def heal(self) -> None:
        """From now on nothing goes wrong."""
        self.rates = CALM
