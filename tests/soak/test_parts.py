"""`make soak`: each part is a command that exists, and all of them end in one table."""

import sys
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from tests.soak import __main__ as soak
from tests.soak.parts import PARTS, PYTHON, Command, Part

ROOT = Path(__file__).parents[2]
USED = "tests.soak.__main__.PARTS"


@pytest.mark.parametrize("name", PARTS)
def test_part_runs_what_there_is_and_tells_it_its_count(name: str) -> None:
    words, told = PARTS[name].command(1_234, 5_678)

    assert words[: len(PYTHON)] == PYTHON
    paths = [ROOT / word for word in words if word.startswith("tests/")]
    modules = [ROOT / word.replace(".", "/") for word in words if word.startswith(("tests.", "se"))]
    assert all(path.exists() for path in paths)
    assert all(each.with_suffix(".py").exists() or each.is_dir() for each in modules)
    files = [file for path in paths for file in ([path] if path.is_file() else path.glob("*.py"))]
    read = "".join(file.read_text() for file in files)
    assert all(variable in read for variable in told if variable.startswith("TOTEBOOK"))
    assert PARTS[name].nightly == 1 or any(
        number in " ".join((*words, *told.values())) for number in ("1234", "617", "309")
    )


def said(code: str) -> Part:
    """A part that is done at once."""
    return Part(
        "a short one", "times", 3, lambda _count, _first: Command((sys.executable, "-c", code))
    )


def test_all_parts_end_in_one_table_and_one_that_fails_is_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bad = said("print('seed 17 differs'); print('1 failed'); raise SystemExit(3)")
    monkeypatch.setattr(USED, {"good": said("print('\\x1b[32m4 passed\\x1b[0m')"), "bad": bad})
    told = StringIO()

    status = soak.main([], Console(file=told, width=200), tmp_path)

    lines = told.getvalue().splitlines()
    assert status == 1
    assert "seed 17 differs" in lines
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in lines if "│" in line]
    assert [(row[0], row[2], row[4], row[5]) for row in rows] == [
        ("good", "3 times", "passed", "4 passed"),
        ("bad", "3 times", "FAILED", "1 failed"),
    ]
    assert (tmp_path / "bad.log").read_text().startswith("seed 17")


def test_what_is_stopped_ends_with_what_was_run_until_then(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stops = "import os, signal, time; os.kill(os.getppid(), signal.SIGINT); time.sleep(0.3)"
    monkeypatch.setattr(USED, {"good": said(""), "cut": said(stops), "late": said("")})
    told = StringIO()

    status = soak.main([], Console(file=told, width=200), tmp_path)

    rows = [line.split("│") for line in told.getvalue().splitlines() if "│" in line]
    assert status == 1
    assert [(row[1].strip(), row[5].strip()) for row in rows] == [
        ("good", "passed"),
        ("cut", "stopped"),
    ]


def test_one_part_is_run_in_a_count_of_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    counts: list[tuple[int, int]] = []

    def command(count: int, first: int) -> Command:
        counts.append((count, first))
        return Command((sys.executable, "-c", ""))

    monkeypatch.setattr(USED, {"kills": Part("", "kills", 2_000, command)})

    assert soak.main(["kills=20", "--first", "9"], Console(file=StringIO()), tmp_path) == 0
    assert counts == [(20, 9)]


@pytest.mark.parametrize("word", ["kils", "kills=many", "=3"])
def test_what_is_no_part_is_told_with_those_there_are(
    word: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        soak.main([word], Console(file=StringIO()), tmp_path)

    assert "there are arrivals, days, kills" in " ".join(capsys.readouterr().err.split())
