"""The reference client's driver: commands in, answers out, state in the folder."""

import io
import json
import runpy
import sys
from pathlib import Path
from typing import Any

import pytest

from device_protocol import driver
from device_protocol.digest import encode_sum
from server.conformance.world import PERSON, PIN, World

RECEIPT = {"kind": "receive", "quantity": 1, "owner": "ACME", "item": "A1", "to": "A-01"}


def told(folder: Path, *commands: dict[str, Any] | str) -> list[dict[str, Any]]:
    """Run the driver over some commands."""
    lines = [each if isinstance(each, str) else json.dumps(each) for each in commands]
    answers = io.StringIO()
    driver.drive(folder, io.StringIO("".join(f"{line}\n" for line in lines)), answers)
    return [json.loads(line) for line in answers.getvalue().splitlines()]


def enrol(world: World) -> dict[str, Any]:
    return {"do": "enrol", "url": world.front.url, "code": world.invite("driven")}


def test_client_works_as_it_is_driven(world: World, tmp_path: Path) -> None:
    answers = told(
        tmp_path / "a",
        enrol(world),
        {"do": "sign_in", "person": PERSON, "pin": PIN},
        {"do": "record", "operation": RECEIPT},
        {"do": "sync"},
        {"do": "state"},
    )
    enrolled, signed, recorded, synced, state = answers
    assert enrolled == {"ok": True, "device": 1_000_001, "site": 1, "epoch": 1}
    assert signed["grant"]
    assert recorded == {"ok": True, "seq": 1}
    assert synced["ok"]
    assert synced["pulled"] > 0
    assert (state["pending"], state["alarms"]) == (0, 0)
    assert state["scopes"]["1/device/1000001"]["count"] > 0


def test_state_is_in_the_folder(world: World, tmp_path: Path) -> None:
    told(tmp_path, enrol(world), {"do": "sign_in", "person": PERSON, "pin": PIN})
    told(tmp_path, {"do": "record", "operation": RECEIPT})
    synced, state = told(tmp_path, {"do": "sync"}, {"do": "state"})
    assert synced["pulled"] > 0
    assert state["seq"] > 1


def test_actor_that_is_named_stays(world: World, tmp_path: Path) -> None:
    told(
        tmp_path,
        enrol(world),
        {"do": "record", "operation": RECEIPT | {"actor": "me"}},
        {"do": "sync"},
    )
    with world.core.database.reading() as connection:
        lines = connection.exec_driver_sql("SELECT line FROM operation WHERE stream > 1000000")
        assert '"actor":"me"' in "".join(str(row[0]) for row in lines)


@pytest.mark.spec("DP-DRIVE-1")
@pytest.mark.parametrize(
    ("command", "problem"),
    [
        ({"do": "dance"}, "unknown_command"),
        ({"to": "do"}, "unknown_command"),
        ({"do": "state"}, "enrol the device first"),
        ({"do": "enrol", "url": "http://127.0.0.1:1", "code": "X"}, "unreachable"),
        ({"do": "enrol"}, "'url'"),
        ({"do": "record", "operation": {"kind": "teleport"}}, "unknown_kind"),
        ({"do": "record", "operation": RECEIPT | {"quantity": 0}}, "impossible_quantity"),
        ("no JSON", "JSON is malformed: invalid character (byte 4)"),
    ],
)
def test_what_fails_is_told_and_the_client_runs_on(
    command: dict[str, Any] | str, problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver, "ATTEMPTS_MAX", 1)
    first, second = told(tmp_path, command, {"do": "dance"})
    assert first == {"ok": False, "problem": problem}
    assert second == {"ok": False, "problem": "unknown_command"}


def test_problem_of_the_server_is_told_by_its_code(world: World, tmp_path: Path) -> None:
    wrong = {"do": "sign_in", "person": PERSON, "pin": "0000"}
    unknown = {"do": "enrol", "url": world.front.url, "code": "0000-0000"}
    world.front.plan([("sync", "")])
    answers = told(tmp_path, unknown, enrol(world), wrong)
    assert [each.get("problem") for each in answers] == [
        "enrolment.unknown_code",
        None,
        "sign_in.wrong",
    ]
    world.front.plan([("hello", "proxy_403")])
    assert told(tmp_path, {"do": "sync"}) == [{"ok": False, "problem": "http_403"}]


def test_quantity_that_can_not_be_is_no_line(world: World, tmp_path: Path) -> None:
    impossible = {"do": "record", "operation": RECEIPT | {"quantity": 5_901_234_123_457}}
    _, answer, state = told(tmp_path, enrol(world), impossible, {"do": "state"})
    assert answer == {"ok": False, "problem": "impossible_quantity"}
    assert state["seq"] == 0
    assert state["scopes"] == {}


def test_nothing_held_adds_up_to_nothing() -> None:
    assert driver.held("1/zone/2", []) == {"count": 0, "sum": encode_sum(0)}


def test_program_takes_its_folder_as_the_last_argument(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["driver", "--any", str(tmp_path / "deep" / "er")])
    monkeypatch.setattr(sys, "stdin", io.StringIO('{"do":"dance"}\n'))
    monkeypatch.delitem(sys.modules, "device_protocol.driver")
    runpy.run_module("device_protocol.driver", run_name="__main__")
    assert json.loads(capsys.readouterr().out) == {"ok": False, "problem": "unknown_command"}
    assert (tmp_path / "deep" / "er" / "device.sqlite3").exists()
