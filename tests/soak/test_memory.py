"""What the soak makes of samples of memory."""

import socket

import pytest

from device_protocol import keys
from tests.bench.world import Handheld
from tests.soak.memory import EVERY_S, HOUR_S, Load, averaged, slope

SAMPLES = 600


@pytest.mark.parametrize("mb_per_hour", [0.0, 3.0, -3.0])
def test_growth_is_found_under_what_comes_and_goes(mb_per_hour: float) -> None:
    held = [
        100 + mb_per_hour * EVERY_S * number / HOUR_S + 0.1 * (number % 7) / 7
        for number in range(SAMPLES)
    ]

    growth, error = slope(*averaged(held))

    assert growth * HOUR_S == pytest.approx(mb_per_hour, abs=0.1)
    assert error * HOUR_S < 0.1


def test_steps_make_the_line_less_sure() -> None:
    even = [100 + number / SAMPLES for number in range(SAMPLES)]
    steps = [100.0 + round(number / SAMPLES) for number in range(SAMPLES)]

    assert slope(*averaged(even))[1] == pytest.approx(0, abs=1e-9)
    assert slope(*averaged(steps))[1] * HOUR_S > 1


def test_a_server_that_is_gone_ends_the_load() -> None:
    with socket.socket() as nobody:
        # Bound, and nobody listens.
        nobody.bind(("127.0.0.1", 0))
        private = keys.generate(lambda size: b"k" * size)
        load = Load(nobody.getsockname()[1], [Handheld(1_000_001, private, bytes(32))])

        with pytest.raises(RuntimeError, match="no answer: ConnectionRefusedError"):
            load.run(30, None)

    assert load.sent == 0
