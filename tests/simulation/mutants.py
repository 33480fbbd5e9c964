"""The wrong designs that are planted, and how each must be caught."""

from collections.abc import Callable
from typing import NamedTuple

import pytest

from tests.simulation import wrong_devices, wrong_servers


class Mutant(NamedTuple):
    """A wrong design, and how it must be caught."""

    plant: Callable[[pytest.MonkeyPatch], None]
    caught_as: str
    """The invariant whose breach is characteristic of it."""
    seeds_max: int
    """It must be caught in one of so many seeds."""
    shows: str = ""
    """What the breach says, where others of this invariant would prove nothing."""

    @property
    def name(self) -> str:
        """How it is called in a table."""
        return self.plant.__name__


MUTANTS = (
    Mutant(wrong_servers.key_per_batch, "I1", 20),
    Mutant(wrong_servers.position_on_the_client, "I1", 20),
    Mutant(wrong_devices.numbers_without_hashes, "I2", 40),
    Mutant(wrong_devices.sums_by_exclusive_or, "I10", 80, "differs in"),
    Mutant(wrong_devices.sums_of_ids, "I10", 40, "differs in"),
    Mutant(wrong_servers.numbered_before_the_lock, "I9", 40),
    Mutant(wrong_devices.pushes_after_doubt, "P4", 20),
    Mutant(wrong_devices.sent_is_done, "I2", 20),
    Mutant(wrong_devices.settled_is_forgotten, "I2", 40),
    Mutant(wrong_devices.origin_not_named, "I1", 40),
    Mutant(wrong_devices.server_wins, "I2", 40),
    Mutant(wrong_devices.beep_before_the_disk, "I2", 20),
    Mutant(wrong_servers.answered_before_the_commit, "I2", 40),
    Mutant(wrong_servers.no_tombstones, "I10", 20),
    Mutant(wrong_servers.outcome_recomputed, "I5", 20),
    Mutant(wrong_servers.undone_twice, "I14", 40),
    Mutant(wrong_servers.generation_kept, "I9", 40),
    Mutant(wrong_servers.inbox_missing, "I1", 40),
    Mutant(wrong_servers.refused_below_zero, "I7", 20),
    Mutant(wrong_servers.batch_all_or_nothing, "I2", 20, "not drained"),
    Mutant(wrong_servers.count_sets_the_balance, "I14", 20),
)
"""Those that the protocol names first, then others."""
