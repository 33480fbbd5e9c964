"""The reference client passes every scenario, and clients with a mistake are found out."""

import shlex
import sys
from pathlib import Path

import pytest

from server.conformance.clients import run_client_scripts
from server.conformance.front import FAULTS
from server.conformance.scripts import Script, read_scripts

REFERENCE = shlex.join([sys.executable, "-m", "device_protocol.driver"])
WRONG = shlex.join([sys.executable, "-m", "tests.conformance.wrong_client"])
SCRIPTS = {script.name: script for script in read_scripts("client")}


# The bad roads are driven by the JavaScript client, and by this one in simulated days.
@pytest.mark.parametrize("name", [name for name in SCRIPTS if not name.startswith("road_")])
def test_the_reference_client_passes(name: str) -> None:
    [result], met = run_client_scripts([SCRIPTS[name]], REFERENCE)
    assert (result.verdict, result.why) == ("passed", "")
    planned = {fault for step in SCRIPTS[name].steps for _, fault in step.get("faults", [])}
    assert set(met) == planned


def test_every_fault_of_the_road_is_met_by_a_scenario() -> None:
    planned = {
        fault
        for script in SCRIPTS.values()
        for step in script.steps
        for _, fault in step.get("faults", [])
    }
    assert planned == set(FAULTS)


@pytest.mark.parametrize(
    ("mistake", "name", "why"),
    [
        ("forgets", "offline_first", "enrol the device first"),
        ("hides_origins", "restored_device", "took effect 2 times"),
        ("believes_checkpoints", "drift", "alarms is 0, less than 1"),
        ("writes_any_quantity", "impossible_quantity", "not impossible_quantity"),
        ("makes_attempts_anew", "epoch_lost", "epoch is "),
        ("numbers_anew", "road_lose_answer", "took effect 2 times"),
    ],
)
def test_mistake_is_found(mistake: str, name: str, why: str) -> None:
    [result], _ = run_client_scripts([SCRIPTS[name]], f"{WRONG} {mistake}")
    assert result.verdict == "failed"
    assert why in result.why


def test_client_that_hashes_otherwise_does_not_come_through() -> None:
    script = a_script({"do": "enrol"}, {"do": "record"}, {"do": "sync", "tries": 1})
    [result], _ = run_client_scripts([script], f"{WRONG} hashes_otherwise")
    assert "step 3 (sync): it does not come through" in result.why


def a_script(*steps: dict[str, object]) -> Script:
    return Script("a", "", (), steps)


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("raise SystemExit", "the client ended at enrol"),
        ("print('hello', flush=True); input(); input()", "is no JSON"),
        ("print('[]', flush=True); input(); input()", "has no ok"),
        (
            "import sys; print('{\"ok\":false}\\n' * 99, flush=True); sys.stdin.read()",
            "enrol: None",
        ),
    ],
)
def test_client_that_speaks_otherwise_is_told(code: str, why: str) -> None:
    command = shlex.join([sys.executable, "-c", code])
    [result], _ = run_client_scripts([a_script({"do": "enrol"})], command)
    assert result.verdict == "failed"
    assert why in result.why


def test_command_that_is_not_there_is_told(tmp_path: Path) -> None:
    command = str(tmp_path / "nothing")
    [result], _ = run_client_scripts([a_script({"do": "enrol"})], command)
    assert "can't be started" in result.why
