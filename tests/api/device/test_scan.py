"""The thin call over HTTP: who may make it, and what is no step."""

from typing import Any

import pytest

from device_protocol.terminal import SCAN_PATH, BeginWork, ScanRead
from server.ledger.records import Balance
from server.tasks.devices import SetDeviceState
from tests.api.device.callers import Caller, problem
from tests.api.device.terminals import Thin
from tests.api.warehouse import SITE
from tests.sync.yard import rows_of

LAMP = "04000000000013"


@pytest.fixture
def thin(caller: Caller) -> Thin:
    """Give a terminal on which an operator is signed in."""
    assert caller.sign_in().is_success
    return Thin(caller)


@pytest.mark.spec("DP-SCAN-3", "DP-SCAN-4")
def test_receipt_is_booked_scan_by_scan(thin: Thin) -> None:
    thin.begin("receive")
    thin.all("D-1", LAMP, LAMP)
    assert thin.last.screen is not None
    assert (thin.shows, thin.last.screen.quantity) == ("receive.quantity", 2)
    assert thin.show().screen == thin.last.screen

    thin.all("#5")

    assert thin.outcomes == [{"outcome": "applied"}]
    balances = rows_of(thin.caller.warehouse.core.database, Balance)
    assert sorted(balance.quantity for balance in balances if balance.quantity > 0) == [5]


def test_people_read_their_own_language(thin: Thin) -> None:
    told = [
        thin.take(begin=BeginWork("receive"), language=language).screen
        for language in ("en", "zh", "de")
    ]

    assert len({screen.text for screen in told if screen is not None}) == 3


def test_screens_of_choices_and_packs_are_told_in_words(thin: Thin) -> None:
    thin.begin("receive")
    thin.all("D-1", "nobody knows this")
    assert thin.last.screen is not None
    assert [answer.command for answer in thin.last.screen.answers] == ["yes", "no"]
    assert all(answer.text for answer in thin.last.screen.answers)


@pytest.mark.spec("DP-CALL-2")
def test_unsigned_step_is_anonymous_and_anothers_is_refused(thin: Thin) -> None:
    caller = thin.caller
    other = Caller(caller.warehouse, caller.client)
    request = thin.request(begin=BeginWork("receive"))

    assert problem(caller.client.post(SCAN_PATH, content=b"{}")) == (401, "unauthorized")
    assert problem(caller.call(SCAN_PATH, request, token="")) == (401, "unauthorized")
    assert problem(other.call(SCAN_PATH, request, token=caller.token)) == (403, "forbidden")
    assert other.sign_in().is_success
    assert problem(other.call(SCAN_PATH, request)) == (401, "unauthorized")


def test_device_that_is_suspended_takes_no_step(thin: Thin) -> None:
    caller = thin.caller
    caller.warehouse.tell(SITE, SetDeviceState(device=caller.device, state="suspended"))

    assert problem(thin.send(thin.request(begin=BeginWork("receive")))) == (403, "forbidden")


def test_old_app_is_asked_to_upgrade(thin: Thin) -> None:
    request = thin.request(begin=BeginWork("receive"), protocol=99)

    assert problem(thin.send(request)) == (426, "protocol.upgrade_needed")


@pytest.mark.parametrize(
    ("given", "status", "pointer"),
    [
        ({"key": "undo", "quantity": 3}, 422, "/quantity"),
        ({"key": "juggle"}, 422, "/key"),
        ({"begin": BeginWork("receive", announced="x" * 101)}, 422, "/begin/announced"),
        ({"begin": BeginWork("re\x07ceive")}, 422, "/begin/workflow"),
        ({"begin": BeginWork("pick", package=0)}, 422, "/begin/package"),
        ({"begin": BeginWork("pick", package=2**60)}, 422, "/begin/package"),
        ({"language": "fr", "key": "undo"}, 400, "/language"),
        ({"scan": {"symbology": "code128"}}, 400, "/scan"),
        ({"quantity": "many"}, 400, "/quantity"),
    ],
)
@pytest.mark.spec("DP-SCAN-6")
def test_what_is_no_step_is_told_where_it_is_wrong(
    thin: Thin, given: dict[str, Any], status: int, pointer: str
) -> None:
    body = {"device": thin.caller.device, "step": 1, "protocol": 2} | given

    answer = thin.caller.call(SCAN_PATH, body)

    assert problem(answer)[0] == status
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert thin.show().step == 0


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"step": 3, "key": "undo"}, (409, "scan.out_of_step")),
        ({"key": "undo"}, (409, "scan.nothing_begun")),
        ({"begin": BeginWork("juggle")}, (404, "scan.unknown_workflow")),
        ({"begin": BeginWork("pick")}, (409, "scan.no_work")),
    ],
)
@pytest.mark.spec("DP-SCAN-2")
def test_step_that_is_not_taken_says_why(
    thin: Thin, given: dict[str, Any], told: tuple[int, str]
) -> None:
    answer = thin.send(thin.request(**given))

    assert problem(answer) == told
    if "step" in given:
        assert answer.json()["step"] == 0


def test_what_is_in_the_hand_keeps_other_work_away(thin: Thin) -> None:
    thin.begin("receive")
    thin.all("D-1", LAMP)

    told = problem(thin.send(thin.request(begin=BeginWork("move"))))

    assert told == (409, "scan.in_hand")


def test_label_may_say_anything(thin: Thin) -> None:
    thin.begin("receive")
    for text in ("\x00", "\x1d", "x" * 10_240, "\u4f60\u597d"):
        thin.scan(text)
        assert thin.heard.startswith("unreadable.")
    thin.take(scan=ScanRead("D-1", at=2**53 - 1, source="intent"))
    assert thin.shows == "receive.item"
