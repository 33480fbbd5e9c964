"""The way to the server: every loss, damage and refusal, and that each act counts once."""

import httpx
import msgspec
import pytest

from device_protocol import messages, problems
from device_protocol.client import CallError, UnreachableError
from device_protocol.operations import Seen
from device_protocol.store import TAKEN, Store
from tests.device_protocol.desk import Desk
from tests.device_protocol.doubles import (
    PERSON_SCOPE,
    checkpoint,
    document,
)


@pytest.mark.spec("DP-CALL-6")
def test_enrolment_is_retried_and_spends_the_code_once(store: Store) -> None:
    desk = Desk(store)
    desk.road.faults.extend(["lose answer", "503"])
    first = desk.server.public
    desk.client.enrol("good")
    assert desk.server.public != first
    assert desk.server.calls == ["enrol", "enrol"]


def test_enrolment_with_a_wrong_code_says_so(desk: Desk) -> None:
    with pytest.raises(CallError, match=r"401 sync.bad_code") as caught:
        desk.client.enrol("bad")
    assert caught.value.problem.status == 401


def test_push_all_sends_everything_once(desk: Desk) -> None:
    desk.work(7)
    assert desk.client.push_all() == 8
    assert desk.device.pending() == 0
    assert len(desk.bound()) == 7
    assert desk.server.calls == ["hello", "push"]
    assert desk.client.push_all() == 0


@pytest.mark.spec("DP-HELLO-4")
def test_batches_follow_the_limits_that_hello_gave(desk: Desk) -> None:
    desk.server.limits = msgspec.structs.replace(desk.server.limits, batch_operations=3)
    desk.work(7)
    desk.client.push_all()
    assert desk.server.batches == [3, 3, 2]


@pytest.mark.parametrize(("facts", "encoding"), [(3, None), (4, "zstd")])
def test_batches_of_five_and_more_are_packed(desk: Desk, facts: int, encoding: str | None) -> None:
    encodings = []

    def look(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("push"):
            encodings.append(request.headers.get("Content-Encoding"))
        return desk.server(request)

    desk.work(facts)
    desk.over(look).push_all()
    assert encodings == [encoding]


@pytest.mark.parametrize("fault", ["lose request", "lose answer", "garble answer", "500", "double"])
@pytest.mark.spec("DP-PUSH-8")
def test_push_in_doubt_resumes_from_the_servers_position(desk: Desk, fault: str) -> None:
    desk.work(2)
    desk.client.hello()
    desk.road.faults.extend([fault])
    desk.client.push_all()
    assert desk.device.pending() == 0
    assert len(desk.bound()) == 2
    doubted = fault != "double"
    # Where the answer was lost, hello tells that nothing is left to push.
    assert ("hello" in desk.server.calls[1:]) is doubted


def test_lost_answer_marks_what_the_server_has_as_taken(desk: Desk) -> None:
    desk.work(2)
    desk.client.hello()
    desk.road.faults.extend(["lose answer"])
    desk.client.push_all()
    assert [line.outcome for line in desk.store.lines(1, 1, 3)] == [TAKEN] * 3
    assert desk.server.batches == [3]


def test_truncated_push_is_sent_again(desk: Desk) -> None:
    desk.work(9)
    desk.client.hello()
    desk.road.faults.extend(["truncate"])
    desk.client.push_all()
    assert len(desk.bound()) == 9
    assert len(desk.slept) == 1


@pytest.mark.spec("DP-CALL-5")
def test_backoff_doubles_with_jitter_and_obeys_retry_after(desk: Desk) -> None:
    desk.road.faults.extend(["lose request"] * 3 + ["429"])
    desk.client.hello()
    assert desk.slept == pytest.approx([0.15, 0.3, 0.6, 7.0])


def test_backoff_gives_up_in_the_end(desk: Desk) -> None:
    desk.road.faults.extend(["lose request"] * 8)
    with pytest.raises(UnreachableError, match="8 attempts; the last: /device/v1/hello"):
        desk.client.hello()
    assert len(desk.slept) == 7


def test_push_gives_up_in_the_end_and_loses_nothing(desk: Desk) -> None:
    desk.work(2)

    def dead_push(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("push"):
            return httpx.Response(503, headers={"Retry-After": "Sun, 22 Nov 2026 16:00:00 GMT"})
        return desk.server(request)

    with pytest.raises(UnreachableError, match="8 attempts; the last: /device/v1/push: HTTP 503"):
        desk.over(dead_push).push_all()
    assert desk.device.pending() == 3


@pytest.mark.spec("DP-PUSH-6")
def test_too_large_halves_the_batch(desk: Desk) -> None:
    desk.work(8)
    desk.client.hello()
    desk.server.limits = msgspec.structs.replace(desk.server.limits, batch_operations=4)
    desk.client.push_all()
    assert len(desk.bound()) == 8
    assert max(desk.server.batches) <= 4


def test_packed_size_is_checked_before_sending(desk: Desk) -> None:
    desk.server.limits = msgspec.structs.replace(desk.server.limits, push_bytes=700)
    desk.work(400)
    desk.client.push_all()
    assert len(desk.bound()) == 400
    assert len(desk.server.batches) > 1


def test_single_line_that_is_too_large_is_told(desk: Desk) -> None:
    desk.server.limits = msgspec.structs.replace(desk.server.limits, push_bytes=9)
    desk.work(1)
    with pytest.raises(CallError, match=r"413 sync.too_large"):
        desk.client.push_all()


@pytest.mark.parametrize(("status", "code"), [(401, "sync.bad_signature"), (403, "sync.suspended")])
@pytest.mark.spec("DP-PROB-1")
def test_refused_push_is_told_and_loses_nothing(desk: Desk, status: int, code: str) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("push"):
            problem = problems.Problem(code=code, detail="no")
            return httpx.Response(status, content=problems.encode_problem(problem))
        return desk.server(request)

    desk.work(2)
    with pytest.raises(CallError, match=f"{status} {code}: no"):
        desk.over(refuse).push_all()
    assert desk.device.pending() == 3
    assert desk.client.push_all() == 3


def test_refused_hello_is_told(desk: Desk) -> None:
    def refuse(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(404, content=b"no such device")

    with pytest.raises(CallError, match="404 HTTP 404"):
        desk.over(refuse).hello()


def test_answer_that_never_fits_is_given_up(desk: Desk) -> None:
    def misread(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("push"):
            answer = messages.PushAnswer(next=1, head="", durable=0, commit=0, server_time=0)
            return httpx.Response(200, content=msgspec.json.encode(answer))
        return desk.server(request)

    desk.work(1)
    with pytest.raises(UnreachableError, match="does not fit the batch"):
        desk.over(misread).push_all()
    assert desk.device.pending() == 2


def test_pull_goes_on_while_there_is_more(desk: Desk) -> None:
    whole = checkpoint(PERSON_SCOPE, [document("task/1", 3), document("task/2", 5)], n=9).pages[0]
    first = messages.Page(scope=PERSON_SCOPE, cursor=3, documents=whole.documents[:1])
    last = msgspec.structs.replace(whole, documents=whole.documents[1:])
    desk.server.pulls.append(messages.PullAnswer(generation=1, pages=(first,), more=True))
    desk.server.pulls.append(messages.PullAnswer(generation=1, pages=(last,)))
    desk.client.sign_in("ada", "1234")
    assert desk.client.pull_all() == 2
    assert desk.server.calls == ["sign_in", "pull", "pull"]


def test_scope_that_does_not_match_starts_again_once_a_pull(desk: Desk) -> None:
    right = checkpoint(PERSON_SCOPE, [document("task/1", 3)], n=9)
    page = right.pages[0]
    assert page.checkpoint is not None
    false = msgspec.structs.replace(page.checkpoint, count=2)
    wrong = msgspec.structs.replace(right, pages=(msgspec.structs.replace(page, checkpoint=false),))
    desk.server.pulls.extend([wrong, right])
    assert desk.client.pull_all() == 2
    assert desk.device.replica.alarms() == 1
    desk.server.pulls.extend([wrong, wrong, right])
    desk.store.remove_scope(PERSON_SCOPE)
    desk.client.pull_all()
    assert desk.device.replica.alarms() == 3
    assert len(desk.server.pulls) == 1


def test_pull_names_the_person(desk: Desk) -> None:
    bearers = []

    def look(request: httpx.Request) -> httpx.Response:
        bearers.append(request.headers.get("Authorization"))
        return desk.server(request)

    client = desk.over(look)
    answer = client.sign_in("ada", "1234")
    client.pull_all()
    assert answer.grant == "g7"
    assert bearers == [None, "Bearer t"]


def test_wrong_pin_is_told(desk: Desk) -> None:
    with pytest.raises(CallError, match=r"401 identity.wrong_pin"):
        desk.client.sign_in("ada", "9999")
    assert desk.client.session == ""


def test_sync_pushes_pulls_and_tells_what_it_saw(desk: Desk) -> None:
    desk.work(2)
    desk.client.sign_in("ada", "1234")
    desk.server.pulls.append(checkpoint(PERSON_SCOPE, [document("task/1", 3)], n=9))
    report = desk.client.sync()
    assert (report.pushed, report.pulled, report.upgrade, report.commands) == (4, 1, "none", ())
    seen = [line for line in desk.server.operations() if isinstance(line, Seen)]
    assert [(line.scope, line.cursor) for line in seen] == [(PERSON_SCOPE, 9)]


@pytest.mark.parametrize(("signed_in", "upgrade"), [(False, "none"), (True, "needed")])
@pytest.mark.spec("DP-VER-2")
def test_sync_without_a_person_or_before_an_upgrade_only_pushes(
    desk: Desk, signed_in: bool, upgrade: str
) -> None:
    desk.work(2)
    if signed_in:
        desk.client.sign_in("ada", "1234")
    desk.server.upgrade = upgrade
    assert desk.client.sync().pushed == 3
    assert "pull" not in desk.server.calls


def test_sync_sends_personal_records_once(desk: Desk) -> None:
    desk.client.device.personal.keep("A. Lovelace")

    desk.client.sync()
    desk.client.sync()

    assert desk.server.personal == ["A. Lovelace"]
