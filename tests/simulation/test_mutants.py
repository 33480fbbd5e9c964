"""Each wrong design is caught by the invariant that it breaks, as soon as the docs say."""

from functools import cache
from pathlib import Path

import pytest

from server.simulation.journal import Breach
from server.simulation.opening import opening
from server.simulation.seeds import run_seed
from tests.simulation.mutants import MUTANTS, Mutant

FIRST_SEED = 1
PAGE = Path(__file__).parents[2] / "docs" / "mutants.md"


@cache
def sound(seed: int) -> bool:
    """Whether a seed holds with nothing planted."""
    return not run_seed(seed, deep=False).breaches


def first_caught(mutant: Mutant) -> int | None:
    """How many seeds it took until the characteristic breach was found."""
    # What every world begins with is made before, and by the right design.
    opening()
    with pytest.MonkeyPatch.context() as patch:
        mutant.plant(patch)
        for tried in range(1, mutant.seeds_max + 1):
            found = run_seed(FIRST_SEED + tried - 1, deep=False).breaches
            if any(is_characteristic(mutant, breach) for breach in found):
                return tried
    return None


def is_characteristic(mutant: Mutant, breach: Breach) -> bool:
    """Whether a breach is the harm of this mutant, and not of something beside it."""
    return breach.invariant == mutant.caught_as and mutant.shows in breach.told


def rows(page: str) -> dict[str, str]:
    """The rows of the table by the name in their first cell."""
    lines = [line for line in page.splitlines() if line.startswith("| `")]
    return {line.split("`")[1]: line for line in lines}


def row_of(mutant: Mutant, tried: int) -> str:
    """The row of the table that says what was measured."""
    told = (mutant.plant.__doc__ or "").splitlines()[0].removesuffix(".")
    return f"| `{mutant.name}` | {told} | {mutant.caught_as} | {tried} | {mutant.seeds_max} |"


@pytest.mark.timeout(300)
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_planted_design_is_caught_in_as_many_seeds_as_the_docs_say(mutant: Mutant) -> None:
    tried = first_caught(mutant)

    assert tried is not None, f"not caught in {mutant.seeds_max} seeds"
    assert all(sound(FIRST_SEED + place) for place in range(tried))
    assert rows(PAGE.read_text())[mutant.name] == row_of(mutant, tried)


def test_docs_list_every_planted_design() -> None:
    assert list(rows(PAGE.read_text())) == [mutant.name for mutant in MUTANTS]
