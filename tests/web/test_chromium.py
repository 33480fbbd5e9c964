"""A browser is found, or installed in the way that the machine offers, or asked for plainly."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.web import chromium
from tests.web.chromium import ABSENT, HELP, VARIABLE, ensure, on_the_system, ways


class Machine:
    """A machine on which some commands work, and after some of them there is a browser."""

    def __init__(self, *, works: Sequence[str] = (), brings: str = "") -> None:
        """Nothing was run yet."""
        self.works, self.brings = works, brings
        self.ran: list[str] = []

    def run(self, command: Sequence[str]) -> bool:
        self.ran.append(" ".join(command[:2]))
        return any(word in self.works for word in command)

    def look(self) -> str | None:
        return "/usr/bin/chromium" if any(self.brings in each for each in self.ran) else None


@pytest.fixture(autouse=True)
def _debian(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have apt-get and no browser, whatever this machine has."""
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(
        shutil, "which", lambda name: "/usr/bin/apt-get" if name == "apt-get" else None
    )


def test_browser_that_is_there_is_used() -> None:
    machine = Machine()

    assert ensure(machine.run, is_root=True, look=lambda: "/opt/chrome") == "/opt/chrome"
    assert machine.ran == []


def test_named_browser_comes_before_the_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    assert on_the_system() == "/usr/bin/chromium"
    monkeypatch.setenv(VARIABLE, "/opt/chrome")
    assert on_the_system() == "/opt/chrome"


def test_root_on_debian_has_it_from_the_distribution() -> None:
    machine = Machine(works=("update", "install"), brings="apt-get install")

    assert ensure(machine.run, is_root=True, look=machine.look) == "/usr/bin/chromium"
    assert machine.ran == ["apt-get update", "apt-get install"]


def test_what_the_distribution_lacks_is_downloaded() -> None:
    machine = Machine(works=("playwright",), brings="-m")

    assert ensure(machine.run, is_root=True, look=machine.look) == "/usr/bin/chromium"
    assert machine.ran[0] == "apt-get update"
    assert machine.ran[-1].endswith("-m")


def test_who_is_not_root_installs_nothing_for_others() -> None:
    assert all("apt-get" not in command for way in ways(is_root=False) for command in way)


def test_machine_without_any_way_is_told_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(chromium, "ensure", lambda *_args, **_given: None)

    assert chromium.main() == 1
    assert HELP in capsys.readouterr().out


def test_doing_without_is_said_loudly(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(VARIABLE, ABSENT)

    assert chromium.main() == 0
    assert "NOBODY LOOKS AT THE PAGES" in capsys.readouterr().out


def test_command_that_fails_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert not chromium.told(["sh", "-c", "echo no such package; exit 100"])
    assert not chromium.told([str(tmp_path / "nobody")])
    assert chromium.told(["sh", "-c", "echo quietly"])
    said = capsys.readouterr().out
    assert "no such package" in said
    assert "\n   quietly" not in said
