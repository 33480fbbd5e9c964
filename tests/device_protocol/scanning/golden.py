"""The golden vectors of scans, as they are in the file."""

import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).parents[3] / "fixtures" / "protocol" / "v2" / "scans.json"
VECTORS: dict[str, list[dict[str, Any]]] = json.loads(FILE.read_text(encoding="utf-8"))


def named(vector: dict[str, Any]) -> str:
    """Name a vector in the list of tests."""
    return str(vector["name"])
