"""Scenarios: what is done step by step, and what must come of it, as JSON anybody can read."""

import json
from pathlib import Path
from typing import Any, Literal

import msgspec

FOLDER = Path(__file__).parents[2] / "fixtures" / "protocol" / "v2" / "scenarios"

Step = dict[str, Any]


class Script(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One scenario; `shows` names the MUSTs of SPEC.md that it stands for."""

    name: str
    about: str
    shows: tuple[str, ...]
    steps: tuple[Step, ...]
    needs: tuple[Literal["person", "live", "attachments"], ...] = ()


def read_scripts(side: Literal["server", "client"], folder: Path = FOLDER) -> list[Script]:
    """Return the scenarios of one side, by name."""
    paths = sorted((folder / side).glob("*.json"))
    return [msgspec.convert(json.loads(path.read_text("utf-8")), Script) for path in paths]
