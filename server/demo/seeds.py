"""Randomness of the demo: one stream per purpose, so that adding one shifts no other."""

import random


def stream(seed: int | str, *names: object) -> random.Random:
    """Return the random numbers of one purpose of a seed.

    >>> stream(1, "orders").random() == stream(1, "orders").random()
    True
    """
    return random.Random("/".join(map(str, (seed, *names))))  # noqa: S311 - meant to repeat.


def chance(probability: float, seed: int | str, *names: object) -> bool:
    """Tell whether something that happens so often happens here."""
    return stream(seed, *names).random() < probability
