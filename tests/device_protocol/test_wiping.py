"""Wipe: what is held goes up first, unless nobody waits for it; then nothing is left."""

from pathlib import Path

import pytest

from device_protocol.client import CallError, UnreachableError
from device_protocol.device import NotSafeError
from device_protocol.sqlite_store import SqliteStore
from device_protocol.store import MemoryStore, Store
from tests.device_protocol.desk import Desk
from tests.device_protocol.doubles import PERSON_SCOPE, checkpoint, document


def is_empty(desk: Desk) -> bool:
    """Whether nothing is left of whoever it was."""
    device = desk.device
    return (
        not device.outbox.enrolled
        and desk.store.all_lines() == []
        and desk.store.scopes() == {}
        and list(desk.store.documents(PERSON_SCOPE)) == []
        and device.personal.pending() == []
        and device.grants.leases() == {}
        and desk.client.session == ""
    )


@pytest.fixture
def used(store: Store) -> Desk:
    """Give a device with a shift's work on it."""
    desk = Desk(store)
    desk.client.sign_in("ada", "1234")
    desk.server.pulls.append(checkpoint(PERSON_SCOPE, [document("task/1", 3)], n=9))
    desk.client.sync()
    desk.work(3)
    desk.device.personal.keep("A. Lovelace")
    return desk


@pytest.mark.spec("DP-LOST-2")
def test_device_uploads_all_it_holds_and_is_nobody_then(used: Desk) -> None:
    used.server.commands = ("upload_then_wipe",)
    report = used.client.sync()
    assert (report.pushed, report.wiped, report.pulled) == (3, True, 0)
    assert is_empty(used)
    assert len(used.bound()) == 3
    assert used.server.personal == ["A. Lovelace"]
    assert "pull" not in used.server.calls[-4:]


@pytest.mark.spec("DP-LOST-2")
def test_line_that_is_not_durable_elsewhere_keeps_the_device_as_it_is(used: Desk) -> None:
    used.client.sync()
    used.store.set_note("durable", b"2")
    assert not used.device.outbox.is_safe()
    with pytest.raises(NotSafeError, match="send what is held"):
        used.device.wipe()
    assert used.device.outbox.enrolled


@pytest.mark.spec("DP-LOST-2")
def test_name_that_was_not_sent_keeps_the_device_as_it_is(used: Desk) -> None:
    used.client.push_all()
    with pytest.raises(NotSafeError):
        used.device.wipe()


def test_wipe_waits_for_the_lines_and_is_done_by_the_next_sync(used: Desk) -> None:
    used.server.commands = ("upload_then_wipe",)
    used.client.hello()
    used.road.faults.extend(["", *["lose request"] * 9])
    with pytest.raises(UnreachableError):
        used.client.sync()
    assert used.device.outbox.enrolled
    assert used.device.agreement.problem == "unreachable"
    assert used.client.sync().wiped


def test_wipe_that_is_not_safe_yet_is_told(used: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    used.server.commands = ("upload_then_wipe",)
    monkeypatch.setattr(used.device.outbox, "is_safe", lambda: False)
    assert not used.client.sync().wiped
    assert used.device.outbox.enrolled


def test_plain_wipe_forgets_at_once_also_what_was_not_sent(used: Desk) -> None:
    used.server.commands = ("wipe",)
    used.server.calls.clear()
    report = used.client.sync()
    assert (report.wiped, report.pushed, report.commands) == (True, 0, ("wipe",))
    assert used.server.calls == ["hello"]
    assert is_empty(used)


def test_plain_wipe_needs_no_agreement_about_the_stream(used: Desk) -> None:
    used.server.commands = ("wipe",)
    used.server.hashes[1][-1] = bytes(32)
    used.road.faults.extend(["", "403"])
    assert used.client.sync().wiped


def test_refused_hello_wipes_nothing(used: Desk) -> None:
    used.road.faults.append("403")
    with pytest.raises(CallError):
        used.client.sync()
    assert used.device.outbox.enrolled
    assert used.device.agreement.problem == "http_403"


def test_wiped_device_enrols_again_and_counts_its_boots_on(used: Desk) -> None:
    used.clock.boot = "second"
    used.restart()
    assert used.device.boot == 2
    used.server.commands = ("wipe",)
    used.client.sync()
    assert used.device.boot == 2
    used.server.commands = ()
    used.server.epochs = {1: bytes(range(16))}
    used.server.lines.clear()
    used.server.hashes.clear()
    used.client.enrol("good")
    used.work(1)
    assert used.client.push_all() == 2
    used.clock.boot = "third"
    used.restart()
    assert used.device.boot == 3


def test_nothing_is_found_in_the_file_of_a_wiped_device(tmp_path: Path) -> None:
    path = tmp_path / "device.db"
    desk = Desk(SqliteStore(path))
    desk.device.personal.keep("A. Lovelace")
    desk.work(200)
    files = [path, path.with_name("device.db-wal")]
    assert any(b"Lovelace" in file.read_bytes() for file in files)
    desk.device.wipe(unsafe=True)
    left = b"".join(file.read_bytes() for file in files)
    desk.store.close()
    assert b"Lovelace" not in left
    assert b"T17" not in left


def test_erasing_in_a_transaction_is_taken_back_with_it(store: Store) -> None:
    store.set_note("n", b"1")

    def erase_and_fail() -> None:
        with store.transaction():
            store.erase()
            store.append_line(None)  # type: ignore[arg-type]

    with pytest.raises((AttributeError, TypeError)):
        erase_and_fail()
    assert store.note("n") == b"1"


def test_wipe_of_who_was_never_enrolled_is_nothing(store: Store) -> None:
    desk = Desk(MemoryStore())
    desk.device.wipe(unsafe=True)
    assert desk.device.outbox.is_safe()
    desk.device.wipe()
    assert store.all_lines() == []
