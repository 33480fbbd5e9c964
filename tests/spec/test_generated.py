"""The vectors of protocol 2 are what its generator makes."""

import pytest

from tests.spec.roads import FILE, road_vectors
from tests.spec.vectors import FILES, FOLDER, written


@pytest.mark.parametrize("name", FILES)
def test_file_is_what_the_generator_makes(name: str) -> None:
    # Fails? Protocol 2 is told otherwise: look why, then `python -m tests.spec.vectors`.
    assert (FOLDER / f"{name}.json").read_text(encoding="utf-8") == written(FILES[name]())


def test_what_came_with_protocol_3_is_what_its_generator_makes() -> None:
    # Fails? Look why, then `python -m tests.spec.roads`.
    assert FILE.read_text(encoding="utf-8") == written(road_vectors())
