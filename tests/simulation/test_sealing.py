"""Stand-ins for signatures notice what real ones notice, and are gone after the day."""

from contextlib import AbstractContextManager

import pytest

from device_protocol import keys
from server.simulation import sealing, seeds
from server.simulation.seeds import DEEP_EVERY, run_seed

PRIVATE, OTHER = bytes(32), bytes([1]) * 32
PUBLIC = keys.public_key(PRIVATE)


def test_stand_in_is_as_long_as_a_signature_and_fits_its_key_and_text_alone() -> None:
    sealed = sealing.sign(PRIVATE, b"said")

    assert len(sealed) == keys.SIGNATURE_BYTES
    assert sealing.verify(PUBLIC, b"said", sealed)
    assert not sealing.verify(PUBLIC, b"other", sealed)
    assert not sealing.verify(PUBLIC, b"said", sealing.sign(OTHER, b"said"))
    assert not sealing.verify(keys.public_key(OTHER), b"said", sealed)
    assert not sealing.verify(PUBLIC, b"said", b"")


def test_stand_ins_are_gone_after_the_day() -> None:
    real = (keys.sign, keys.verify)

    with sealing.cheap_signatures():
        sealed = keys.sign(PRIVATE, b"said")
        assert keys.verify(PUBLIC, b"said", sealed)

    assert (keys.sign, keys.verify) == real
    assert not keys.verify(PUBLIC, b"said", sealed)


def test_one_day_in_forty_is_signed_in_earnest(monkeypatch: pytest.MonkeyPatch) -> None:
    used: list[int] = []
    cheap = sealing.cheap_signatures

    for seed in (1, DEEP_EVERY):

        def noted(seed: int = seed) -> AbstractContextManager[None]:
            used.append(seed)
            return cheap()

        monkeypatch.setattr(seeds, "cheap_signatures", noted)
        assert run_seed(seed, deep=False).breaches == []

    assert used == [1]
