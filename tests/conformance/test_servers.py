"""This server passes every scenario, and each expectation of a scenario can fail."""

import os
from typing import Any

import httpx
import pytest

from server.conformance.expecting import Heard, UnexpectedError, check, heard
from server.conformance.office import Office, OfficeError
from server.conformance.scripts import Script, read_scripts
from server.conformance.servers import run_server_scripts
from server.conformance.steps import Stage, resolved
from server.conformance.world import PERSON, PIN
from tests.conformance.conftest import KEY

SIGN_IN = (PERSON, PIN)
PUSHED = Heard(200, {"next": 3, "outcomes": [{"outcome": "parked", "code": "x"}]}, [b"{}"])


@pytest.mark.parametrize("script", read_scripts("server"), ids=lambda script: script.name)
def test_this_server_passes(script: Script, http: httpx.Client, office: Office) -> None:
    [result] = run_server_scripts([script], http, office, os.urandom, SIGN_IN)
    assert (result.verdict, result.why) == ("passed", "")


def test_every_scenario_expects_something_of_its_last_step() -> None:
    for script in read_scripts("server"):
        assert any("expect" in step for step in script.steps), script.name
        assert script.shows, script.name
    assert len({script.name for script in read_scripts("server")}) == len(read_scripts("server"))


def test_failing_step_is_named_and_the_next_scenario_plays(
    http: httpx.Client, office: Office
) -> None:
    wrong = Script(
        "wrong", "", (), ({"do": "enrol"}, {"do": "hello", "expect": {"body": {"next": 7}}})
    )
    right = Script("right", "", (), ({"do": "enrol"}, {"do": "hello"}))
    asking = Script("asking", "", (), ({"do": "enrol"},), needs=("person",))
    results = run_server_scripts([wrong, right, asking], http, office, os.urandom, ("", ""))
    assert [each.verdict for each in results] == ["failed", "passed", "skipped"]
    assert results[0].why == "step 2 (hello): /next: 1, not 7"


@pytest.mark.parametrize(
    "expected",
    [
        {"status": 409},
        {"outcomes": ["parked"]},
        {"outcomes": ["parked:x", "applied"]},
        {"facts": {"equal": True}},
        {"body": {"next": 4}},
        {"body": {"next": {"n": 3}}},
        {"body": {"head": "00"}},
        {"same_as": "other"},
    ],
)
def test_what_is_not_expected_is_told(expected: dict[str, Any]) -> None:
    with pytest.raises(UnexpectedError):
        check(expected, PUSHED, {"other": Heard(200, {}, [b"[]"])})


def test_what_is_expected_passes() -> None:
    expected = {"outcomes": ["parked:x"], "body": {"next": "$any"}, "same_as": "first"}
    check(expected, PUSHED, {"first": PUSHED})


def test_code_of_a_problem_is_compared() -> None:
    told = Heard(409, {"code": "sync.gap"})
    check({"status": 409, "code": "sync.gap"}, told, {})
    with pytest.raises(UnexpectedError, match=r"code sync\.gap, not sync\.fork"):
        check({"status": 409, "code": "sync.fork"}, told, {})


@pytest.mark.spec("DP-CALL-4")
@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="<html>"),
        httpx.Response(404, json={"code": "not_found"}),
        httpx.Response(
            404,
            json={"code": "a", "type": "t", "title": "t", "status": 404, "detail": ""},
        ),
        httpx.Response(
            404,
            json={"code": "a", "type": "t", "title": "t", "status": 400, "detail": ""},
            headers={"Content-Type": "application/problem+json"},
        ),
    ],
)
def test_answer_of_another_shape_is_told(answer: httpx.Response) -> None:
    with pytest.raises(UnexpectedError):
        heard(answer)


def test_text_that_stands_for_nothing_is_told(http: httpx.Client, office: Office) -> None:
    stage = Stage(http, office, os.urandom, SIGN_IN)
    stage.play({"do": "enrol"})
    with pytest.raises(UnexpectedError, match="nothing stands for"):
        stage.play({"do": "hello", "change": {"epoch": "$era"}})
    who = stage.speaker("a")
    assert resolved(["$device", "$epoch", "$grant"], who) == [who.device, 1, ""]


def test_office_tells_what_the_server_said(http: httpx.Client, office: Office) -> None:
    with pytest.raises(OfficeError, match="404"):
        office.set_state(7, "revoked")
    assert office.invited == []
    nobody = Office(http, f"not {KEY}", 1)
    with pytest.raises(OfficeError, match="401"):
        nobody.put_zone("A")


def test_devices_are_revoked_in_the_end(http: httpx.Client, office: Office) -> None:
    stage = Stage(http, office, os.urandom, SIGN_IN)
    stage.play({"do": "enrol"})
    stage.play({"do": "command", "command": "rotate_key"})
    stage.play({"do": "hello", "expect": {"body": {"commands": ["rotate_key"]}}})
    office.leave()
    stage.play({"do": "hello", "expect": {"body": {"commands": ["upload_then_wipe"]}}})


def _verdict(name: str, http: httpx.Client, office: Office) -> str:
    [script] = [script for script in read_scripts("server") if script.name == name]
    [result] = run_server_scripts([script], http, office, os.urandom, SIGN_IN)
    return result.why


@pytest.mark.parametrize(
    ("mistake", "name"),
    [
        (("server.sync.job.Job._is_fork", False), "fork_and_new_epoch"),
        (("server.sync.entries.taken_before", False), "fork_and_new_epoch"),
        (("device_protocol.keys.verify", True), "bad_signatures"),
        (("server.sync.digests.checkpoint_of", None), "digest_repair"),
        (("server.sync.hello.negotiate", 2), "upgrade_needed"),
    ],
)
def test_server_with_a_mistake_is_found_out(
    mistake: tuple[str, object],
    name: str,
    http: httpx.Client,
    office: Office,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place, answer = mistake
    monkeypatch.setattr(place, lambda *_: answer)
    assert _verdict(name, http, office)
