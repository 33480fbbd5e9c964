"""R9 at every change: 10,000 cases over all decoders, or as many as TOTEBOOK_FUZZ_CASES says."""

import os

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from msgspec.structs import replace

from device_protocol import codec
from device_protocol.codec import Batch
from device_protocol.messages import Limits
from tests.fuzz.decoders import TARGETS
from tests.fuzz.mutations import TOKENS, changed, mutated

CASES = int(os.environ.get("TOTEBOOK_FUZZ_CASES", "10000"))
SLOW = {"orders": 4, "mapping": 4, "attachment": 2}
"""Files are read from a disk; they get that much less of the cases."""
_SHARES = sum(1 / SLOW.get(name, 1) for name in TARGETS)


def share(name: str) -> int:
    """How many of the cases a target gets."""
    return 1 + int(CASES / _SHARES / SLOW.get(name, 1))


def test_all_cases_are_given_out() -> None:
    assert CASES <= sum(share(name) for name in TARGETS) <= CASES + len(TARGETS)


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_escapes_and_nothing_is_lost(name: str) -> None:
    target = TARGETS[name]
    seeds = target.seeds()
    for seed in seeds:
        target.check(seed)

    @settings(
        max_examples=share(name),
        deadline=None,
        database=None,
        derandomize="TOTEBOOK_FUZZ_CASES" not in os.environ,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(mutated(seeds))
    def check(content: bytes) -> None:
        target.check(content)

    check()


def test_decoder_that_lets_an_exception_out_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(_line: bytes, error: Exception) -> None:
        raise error

    monkeypatch.setattr(codec, "_diagnose", careless)

    with pytest.raises(msgspec.MsgspecError):
        test_nothing_escapes_and_nothing_is_lost("line")


def test_decoder_that_loses_a_line_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    split = codec.split_batch

    def tidy(body: bytes, limits: Limits) -> Batch:
        batch = split(body, limits)
        return replace(batch, lines=[line for line in batch.lines if line.strip()])

    monkeypatch.setattr(codec, "split_batch", tidy)

    with pytest.raises(AssertionError):
        test_nothing_escapes_and_nothing_is_lost("batch")


def test_mutations_do_what_they_say() -> None:
    content = b"abcdef"
    middle = 1 << 15
    done = [changed(content, [(what, middle, 5)], [b"XYZ"]) for what in range(8)]

    assert done[0] == done[1] == b"abc" + bytes([ord("d") ^ 6]) + b"ef"
    assert done[2:5] == [b"abc", b"abc", b"abcdef" + b"def"]
    assert done[5] == b"abc" + TOKENS[5] + b"def"
    assert done[6] == b"abc" + TOKENS[5] + b"ef"
    assert done[7] == b"abcXYZ"
    assert changed(b"", [(0, 0, 1)], [b""]) == b""
    relined = [changed(b"a\nb\nc", [(8, middle, value)], [b""]) for value in range(4)]
    assert relined == [b"a\n\nc", b"a\nb\nb\nc", b"a\nc", b"a\nc\nb"]
