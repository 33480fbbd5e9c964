"""Plays the server's scenarios against whatever answers at an address."""

from collections.abc import Callable, Iterable

import httpx
import msgspec

from server.conformance.expecting import UnexpectedError
from server.conformance.office import Office, OfficeError
from server.conformance.scripts import Script
from server.conformance.steps import Stage


class Result(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one scenario: passed, failed or skipped, and why."""

    name: str
    verdict: str
    shows: tuple[str, ...]
    why: str = ""


def run_server_scripts(
    scripts: Iterable[Script],
    http: httpx.Client,
    office: Office,
    randomness: Callable[[int], bytes],
    sign_in: tuple[str, str],
) -> list[Result]:
    """Play scenarios one after the other; what a person is needed for is skipped without one."""
    results = []
    for script in scripts:
        if "person" in script.needs and not sign_in[0]:
            results.append(Result(script.name, "skipped", script.shows, "give --person and --pin"))
            continue
        why = _played(script, Stage(http, office, randomness, sign_in))
        results.append(Result(script.name, "failed" if why else "passed", script.shows, why))
    return results


def _played(script: Script, stage: Stage) -> str:
    """Play a scenario; answer why it failed, or nothing."""
    for place, step in enumerate(script.steps, start=1):
        try:
            stage.play(step)
        except (UnexpectedError, OfficeError, httpx.HTTPError, msgspec.MsgspecError) as error:
            return f"step {place} ({step['do']}): {error}"
    return ""
