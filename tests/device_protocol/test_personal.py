"""Personal records on the device."""

import pytest

from device_protocol.personal import BODY_BYTES_MAX, PersonalBox, hash_of
from device_protocol.store import Store
from tests.device_protocol.doubles import seeded


def test_a_record_waits_until_it_was_sent(store: Store) -> None:
    box = PersonalBox(store, seeded(1))

    first, second = box.keep("A. Lovelace"), box.keep("A. Lovelace")

    waiting = PersonalBox(store, seeded(2)).pending()
    assert [record.hash for record in waiting] == [first, second]
    assert first != second
    assert first == hash_of(bytes.fromhex(waiting[0].salt), b"A. Lovelace")

    box.sent(waiting[0])
    assert box.pending() == waiting[1:]
    box.sent(waiting[1])
    assert box.pending() == []


def test_an_overlong_record_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="at most 4096 bytes"):
        PersonalBox(store, seeded(1)).keep("x" * (BODY_BYTES_MAX + 1))
