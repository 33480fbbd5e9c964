"""Scans of one label say together what it says; the next label begins by itself."""

from typing import Any

import msgspec
import pytest

from device_protocol import scan
from device_protocol.scanning.label import Label
from tests.device_protocol.scanning.golden import VECTORS, named


@pytest.mark.parametrize("vector", VECTORS["labels"], ids=named)
def test_scans_make_the_labels_of_their_vector(vector: dict[str, Any]) -> None:
    labels: list[Label] = []
    for scanned in vector["scans"]:
        part, at_ms = scan.parse(scanned["raw"]), scanned["at_ms"]
        taken = labels[-1].take(part, at_ms) if labels else Label((part,), at_ms)
        if len(taken.parts) == 1:
            labels.append(taken)
        labels[-1] = taken

    assert [msgspec.to_builtins(label.said) for label in labels] == vector["labels"]


def test_every_part_of_a_label_keeps_its_text() -> None:
    first = scan.parse("5901234123457")
    label = Label((first,), 0).take(scan.parse("]C110L-7"), 500)

    assert [part.text for part in label.parts] == ["5901234123457", "10L-7"]
