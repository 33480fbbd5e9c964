"""Tries a client with the clients' scenarios, each against a server of its own."""

import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from server.conformance.scripts import Script
from server.conformance.servers import Result
from server.conformance.subject import SubjectError
from server.conformance.trials import FailedError, Trial
from server.conformance.world import World


def run_client_scripts(
    scripts: Iterable[Script], command: str
) -> tuple[list[Result], Counter[str]]:
    """Play scenarios one after the other; answer what became of them, and the faults met."""
    results = []
    met: Counter[str] = Counter()
    for script in scripts:
        with tempfile.TemporaryDirectory(prefix="totebook-conformance-") as folder:
            why = _tried(script, command, Path(folder), met)
        results.append(Result(script.name, "failed" if why else "passed", script.shows, why))
    return results, met


def _tried(script: Script, command: str, folder: Path, met: Counter[str]) -> str:
    """Play a scenario; answer why it failed, or nothing."""
    book = folder / "server"
    book.mkdir()
    world = World(book)
    try:
        Trial(world, command, folder).play(script)
    except (FailedError, SubjectError) as error:
        return str(error)
    else:
        return ""
    finally:
        met.update(world.front.met)
        world.close()
