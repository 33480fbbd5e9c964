"""The apps' scripts, without a browser: the golden vectors, the golden stories, and SPEC.md."""

import json
import shlex
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from device_protocol.money import DECIMALS, amount_text
from server.cli import totebook
from server.web.knowledge import knowledge
from tests.javascript.test_client import FIXTURES, SCENARIOS, node

HERE = Path(__file__).parent
STATIC = HERE.parents[1] / "server" / "web" / "static"
# The others are shown by the client that was written from SPEC.md alone.
PLAYED = [
    *("drift", "first_day", "killed_in_pull", "killed_in_push", "restored_device"),
    *("restored_server_without_the_epoch", "road_portal", "told_to_rotate"),
]


def run(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a script over what apps know and the golden vectors."""
    known = folder / "knowledge.json"
    known.write_bytes(knowledge())
    words = [node(), str(HERE / script), str(known), str(FIXTURES.parent)]
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)


def test_scans_are_read_as_the_vectors_say(tmp_path: Path) -> None:
    told = run("vectors_scans.mjs", tmp_path)
    assert (told.returncode, told.stderr) == (0, "")
    assert "scans, " in told.stdout


def test_stories_are_played_as_the_vectors_say(tmp_path: Path) -> None:
    told = run("stories.mjs", tmp_path)
    assert (told.returncode, told.stderr) == (0, "")
    assert "stories, " in told.stdout


def test_codes_of_one_label_are_one_input(tmp_path: Path) -> None:
    told = run("labels.mjs", tmp_path)
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.endswith(" checks\n")


def test_money_is_written_as_the_interpreter_writes_it() -> None:
    asked = [
        (minor, currency)
        for currency in (*DECIMALS, "EUR", "XXX")
        for minor in (0, 5, -5, 4_990, -123_456)
    ]
    script = (
        f"import {{ amountText }} from {json.dumps((STATIC / 'money.js').as_uri())};"
        f"console.log(JSON.stringify({json.dumps(asked)}.map((each) => amountText(...each))));"
    )
    words = [node(), "--input-type=module", "-e", script]
    told = subprocess.run(words, capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(told.stdout) == [amount_text(*each) for each in asked]


def test_money_is_read_as_people_type_it() -> None:
    asked = {
        ("49.90", "EUR"): 4_990,
        (" 49,9 ", "EUR"): 4_990,
        ("49", "EUR"): 4_900,
        ("49.", "EUR"): 4_900,
        ("1200", "JPY"): 1_200,
        ("1.234", "KWD"): 1_234,
        **{(text, "EUR"): None for text in ("", "-1", "1.234", "1e3", "49 EUR", "1" * 13)},
        ("1.5", "JPY"): None,
    }
    script = (
        f"import {{ minorOf }} from {json.dumps((STATIC / 'money.js').as_uri())};"
        f"console.log(JSON.stringify({json.dumps([*asked])}.map((each) => minorOf(...each))));"
    )
    words = [node(), "--input-type=module", "-e", script]
    told = subprocess.run(words, capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(told.stdout) == [*asked.values()]


@pytest.mark.parametrize("check", ["purge", "lock", "leases"])
def test_device_keeps(check: str, tmp_path: Path) -> None:
    words = [node(), str(HERE / "device.mjs"), str(tmp_path / "device"), check]
    told = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.endswith(" checks\n")


@pytest.mark.parametrize("name", [name for name in SCENARIOS if name in PLAYED])
def test_device_passes(name: str) -> None:
    command = shlex.join([node(), str(HERE / "driver.mjs")])
    told = CliRunner().invoke(
        totebook, ["conformance", "--client", command, "--json", "--only", name]
    )
    [result] = json.loads(told.stdout)
    assert (result["name"], result["verdict"], result.get("why", "")) == (name, "passed", "")
    assert told.exit_code == 0
