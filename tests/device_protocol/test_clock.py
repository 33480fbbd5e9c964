"""The machine's clocks."""

from pathlib import Path

from device_protocol.clock import SystemClock


def test_boot_is_named_by_the_machine(tmp_path: Path) -> None:
    (tmp_path / "boot_id").write_text("one\n", encoding="ascii")
    assert SystemClock(tmp_path / "boot_id").boot_id() == "one"


def test_process_counts_as_boot_where_the_machine_does_not_say(tmp_path: Path) -> None:
    first, second = (SystemClock(tmp_path / "absent") for _ in range(2))
    assert first.boot_id().startswith("process ")
    assert first.boot_id() == first.boot_id() != second.boot_id()


def test_clocks_count_milliseconds() -> None:
    clock = SystemClock()
    assert 0 < clock.monotonic_ms() <= clock.monotonic_ms()
    assert clock.wall_ms() > 1_700_000_000_000
