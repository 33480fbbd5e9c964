"""What is read is what the golden vectors say, in this language as in any other."""

from collections import Counter
from typing import Any

import msgspec
import pytest

from device_protocol import scan
from tests.device_protocol.scanning.golden import VECTORS, named


@pytest.mark.parametrize("vector", VECTORS["scans"], ids=named)
def test_scan_says_what_its_vector_says(vector: dict[str, Any]) -> None:
    told = scan.read(vector["raw"], vector["symbology"], vector["separators"])

    assert told.raw == vector["raw"]
    assert msgspec.to_builtins(told.readings) == tuple(vector["readings"])
    assert msgspec.to_builtins(told.fault) == vector["fault"]


@pytest.mark.parametrize("vector", VECTORS["scans"], ids=named)
def test_readings_differ_and_a_doubt_asks(vector: dict[str, Any]) -> None:
    told = scan.read(vector["raw"], vector["symbology"], vector["separators"])

    assert len(set(told.readings)) == len(told.readings) >= 1
    assert told.must_ask == (len(vector["readings"]) > 1)


def test_vectors_show_every_fault_command_and_own_code() -> None:
    faults = {vector["fault"]["code"] for vector in VECTORS["scans"] if vector["fault"]}
    said = [reading for vector in VECTORS["scans"] for reading in vector["readings"]]

    assert faults == scan.FAULTS.keys()
    assert {reading["own"] for reading in said if "own" in reading} == set(scan.OWN_KINDS.values())
    commands = {reading["command"] for reading in said if "command" in reading}
    assert commands - {"1"} == {command for command in scan.COMMANDS if command.isalpha()}


def test_vectors_show_every_field_and_name_their_rule() -> None:
    shown = Counter(
        field for vector in VECTORS["scans"] for reading in vector["readings"] for field in reading
    )

    assert set(shown) == set(scan.ParsedScan.__struct_fields__)
    assert all(
        vector["source"] for part in ("scans", "deliveries", "labels") for vector in VECTORS[part]
    )
