"""`make fuzz`: every decoder under atheris, led by coverage, a million runs each.

    python -m tests.fuzz.nightly [--runs 1000000] [target …]

Each target runs in a process of its own, because atheris ends the process. What made a target fail
is left in a temporary file that the output names; `--again FILE` with one target runs it once more.
"""

import argparse
import importlib
import importlib.util
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

RUNS = 1_000_000
LENGTH_BYTES_MAX = 16_384
DECODERS = "tests.fuzz.decoders"
MISSING = (
    "atheris is not installed here. It comes with `pip install -e '.[fuzz]'` on Linux on x86-64 "
    "with Python up to 3.12; elsewhere TOTEBOOK_FUZZ_CASES=1000000 pytest tests/fuzz does without."
)


def fuzz_one(name: str, runs: int, corpus: Path) -> None:
    """Run one target in this process, which ends with it."""
    atheris: Any = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["device_protocol", "server"]):
        decoders: Any = importlib.import_module(DECODERS)
    target = decoders.TARGETS[name]
    for number, seed in enumerate(target.seeds()):
        (corpus / str(number)).write_bytes(seed)
    options = [
        f"-runs={runs}",
        f"-max_len={LENGTH_BYTES_MAX}",
        "-timeout=20",
        f"-artifact_prefix={tempfile.gettempdir()}/totebook-fuzz-{name}-",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], target.check)
    atheris.Fuzz()


def fuzz(name: str, runs: int) -> bool:
    """Run one target in a process of its own; tell whether nothing was found."""
    began = time.monotonic()
    command = [sys.executable, "-m", "tests.fuzz.nightly", "--one", "--runs", str(runs), name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    taken = time.monotonic() - began
    found = done.returncode != 0
    print(f"{name:12} {runs:>9,} runs {taken:7.1f} s  {'FAILED' if found else 'nothing found'}")  # noqa: T201
    if found:
        print((done.stdout + done.stderr)[-4_000:])  # noqa: T201
    return not found


def main(arguments: list[str]) -> int:
    """Run the targets that are named, or all."""
    parser = argparse.ArgumentParser(description="Fuzz the decoders.")
    parser.add_argument("targets", nargs="*")
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--one", action="store_true", help="run the target in this process")
    parser.add_argument("--again", type=Path, help="run one target on this file alone")
    asked = parser.parse_args(arguments)
    if asked.again:
        again: Any = importlib.import_module(DECODERS)
        again.TARGETS[asked.targets[0]].check(asked.again.read_bytes())
        return 0
    if importlib.util.find_spec("atheris") is None:
        print(MISSING)  # noqa: T201
        return 2
    if asked.one:
        with tempfile.TemporaryDirectory() as corpus:
            fuzz_one(asked.targets[0], asked.runs, Path(corpus))
        return 0
    known: Any = importlib.import_module(DECODERS)
    names = asked.targets or list(known.TARGETS)
    nothing_found = [fuzz(name, asked.runs) for name in names]
    return 0 if all(nothing_found) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
