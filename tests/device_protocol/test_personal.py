"""Personal records on the device."""

import msgspec
import pytest

from device_protocol.personal import BODY_BYTES_MAX, PersonalBox, Position, hash_of
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


def test_positions_and_notes_say_what_they_are(store: Store) -> None:
    box = PersonalBox(store, seeded(1))

    box.keep_position(Position(525_165_000, 133_777_000, 8))
    box.keep("behind the gate", "note")

    position, note = PersonalBox(store, seeded(2)).pending()
    assert (position.kind, note.kind, note.body) == ("position", "note", "behind the gate")
    assert msgspec.json.decode(position.body, type=Position) == Position(
        525_165_000, 133_777_000, 8
    )


def test_record_of_an_older_app_is_a_name(store: Store) -> None:
    store.set_note("personal", b'[{"salt":"00","body":"A"}]')

    assert [record.kind for record in PersonalBox(store, seeded(1)).pending()] == ["name"]
