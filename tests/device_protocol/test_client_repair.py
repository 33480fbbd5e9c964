"""A scope that differs: repaired by its buckets, or started again, once a pull."""

from typing import Any

import msgspec
import pytest

from device_protocol import digest, messages
from device_protocol.client import UnreachableError
from device_protocol.operations import Seen
from device_protocol.store import Store, StoredDocument
from device_protocol.version import PROTOCOL
from tests.device_protocol.desk import Desk
from tests.device_protocol.doubles import PERSON_SCOPE, checkpoint, document

RIGHT = [document("task/1", 3), document("task/2", 5)]
WHOLE = checkpoint(PERSON_SCOPE, RIGHT, n=9)


def without(documents: int, **changed: Any) -> messages.PullAnswer:  # noqa: ANN401 - any field
    """The whole scope, of which so many documents were lost on the way."""
    page = msgspec.structs.replace(WHOLE.pages[0], documents=tuple(RIGHT[documents:]), **changed)
    return msgspec.structs.replace(WHOLE, pages=(page,))


def repairing(key: str = "task/1", sent: tuple[int, ...] = (0,)) -> messages.DigestAnswer:
    """What the server answers to who lacks a document."""
    documents = tuple(RIGHT[at] for at in sent)
    page = msgspec.structs.replace(WHOLE.pages[0], documents=documents)
    return messages.DigestAnswer(generation=1, page=page, buckets=(digest.bucket_of(key),))


@pytest.fixture
def agreed(store: Store) -> Desk:
    """Give a device that has said hello, and whose person is signed in."""
    desk = Desk(store)
    desk.client.hello()
    desk.client.sign_in("ada", "1234")
    desk.server.calls.clear()
    return desk


def held(desk: Desk) -> dict[str, int]:
    """Key and version of what is held."""
    return {each.key: each.version for each in desk.store.documents(PERSON_SCOPE)}


@pytest.mark.spec("DP-DIGEST-1")
def test_scope_that_differs_is_repaired_by_its_buckets(agreed: Desk) -> None:
    agreed.server.pulls.append(without(1))
    agreed.server.digests.append(repairing())
    assert agreed.client.pull_all() == 2
    assert held(agreed) == {"task/1": 3, "task/2": 5}
    assert agreed.server.calls == ["pull", "digest"]
    assert agreed.device.replica.alarms() == 1
    asked = agreed.server.asked[0]
    sums = [asked.buckets[at : at + 32] for at in range(0, len(asked.buckets), 32)]
    assert (asked.scope, asked.protocol) == (PERSON_SCOPE, PROTOCOL)
    assert {at for at in range(256) if sums[at] != "0" * 32} == {digest.bucket_of("task/2")}
    agreed.client.push_all()
    seen = [each for each in agreed.server.operations() if isinstance(each, Seen)]
    assert [(each.scope, each.cursor) for each in seen] == [(PERSON_SCOPE, 9)]


@pytest.mark.parametrize("digests", [[], [repairing(sent=())]])
@pytest.mark.spec("DP-DIGEST-3")
def test_scope_that_can_not_be_repaired_starts_again(
    agreed: Desk, digests: list[messages.DigestAnswer]
) -> None:
    agreed.server.pulls.extend([without(1), WHOLE])
    agreed.server.digests.extend(digests)
    assert agreed.client.pull_all() == 3
    assert agreed.server.calls == ["pull", "digest", "pull"]
    assert held(agreed) == {"task/1": 3, "task/2": 5}


def test_repair_is_tried_once_a_scope_and_pull(agreed: Desk) -> None:
    agreed.server.pulls.extend([without(1), without(1), WHOLE])
    agreed.client.pull_all()
    assert agreed.server.calls == ["pull", "digest", "pull"]
    assert agreed.device.replica.doubted() == (PERSON_SCOPE,)
    agreed.server.digests.append(repairing())
    agreed.client.pull_all()
    assert agreed.server.calls[3:] == ["digest", "pull"]
    assert agreed.device.replica.doubted() == ()
    assert agreed.device.replica.alarms() == 2


@pytest.mark.spec("DP-VER-4")
def test_server_that_speaks_the_first_protocol_is_not_asked(agreed: Desk) -> None:
    agreed.server.protocol = 1
    agreed.client.hello()
    agreed.server.pulls.extend([without(1), WHOLE])
    agreed.client.pull_all()
    assert agreed.server.calls == ["hello", "pull", "pull"]
    assert held(agreed) == {"task/1": 3, "task/2": 5}


def test_scope_stays_in_doubt_while_the_server_is_away(agreed: Desk) -> None:
    agreed.server.pulls.append(without(1))
    agreed.road.faults.extend(["", *["lose request"] * 8])
    with pytest.raises(UnreachableError):
        agreed.client.pull_all()
    agreed.restart()
    assert agreed.device.replica.doubted() == (PERSON_SCOPE,)
    agreed.server.digests.append(repairing())
    assert agreed.client.pull_all() == 1
    assert held(agreed) == {"task/1": 3, "task/2": 5}


def test_audit_finds_and_mends_what_rotted(agreed: Desk) -> None:
    agreed.server.pulls.append(WHOLE)
    agreed.client.pull_all()
    assert agreed.client.audit() == ()
    agreed.store.put_document(PERSON_SCOPE, StoredDocument("task/1", 3, b"[]"))
    agreed.server.digests.append(repairing())
    assert agreed.client.audit() == (PERSON_SCOPE,)
    assert agreed.store.document(PERSON_SCOPE, "task/1") == StoredDocument("task/1", 3, b"{}")
    assert agreed.client.audit() == ()
    assert agreed.server.calls == ["pull", "digest", "pull"]
