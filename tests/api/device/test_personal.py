"""Personal records over HTTP."""

import pytest

from device_protocol.messages import PERSONAL_PATH, PersonalRequest
from device_protocol.personal import PersonalKind, hash_of
from server.identity.personal import DAY_MS, erase, find_personal
from tests.api.device.callers import Caller, problem
from tests.conftest import MORNING_MS

SALT = bytes(range(16))


def test_a_record_is_kept_apart_under_its_salted_hash(caller: Caller) -> None:
    asked = PersonalRequest(caller.device, SALT.hex(), "A. Lovelace")

    answers = [caller.call(PERSONAL_PATH, asked).json() for _ in range(2)]

    name = hash_of(SALT, b"A. Lovelace")
    assert answers == [{"hash": name}, {"hash": name}]
    with caller.warehouse.core.database.reading() as connection:
        assert find_personal(connection, [name])[name].body == b"A. Lovelace"


@pytest.mark.parametrize(("kind", "days"), [("name", 180), ("note", 1_825), ("position", 90)])
def test_each_kind_is_kept_for_its_own_time(caller: Caller, kind: PersonalKind, days: int) -> None:
    asked = PersonalRequest(caller.device, SALT.hex(), "text", kind)

    name = caller.call(PERSONAL_PATH, asked).json()["hash"]

    with caller.warehouse.core.database.reading() as connection:
        kept = find_personal(connection, [name])[name]
    assert (kept.kind, kept.kept_until) == (kind, MORNING_MS + days * DAY_MS)


def test_what_was_erased_is_answered_and_not_kept(caller: Caller) -> None:
    name = hash_of(SALT, b"A. Lovelace")
    with caller.warehouse.core.database.writing() as connection:
        erase(connection, [name, name], 5)

    answer = caller.call(PERSONAL_PATH, PersonalRequest(caller.device, SALT.hex(), "A. Lovelace"))

    assert answer.json() == {"hash": name}
    with caller.warehouse.core.database.reading() as connection:
        assert find_personal(connection, [name]) == {}


def test_a_record_without_a_whole_salt_is_invalid(caller: Caller) -> None:
    for salt in ("", "00", "not hexadecimal"):
        asked = PersonalRequest(caller.device, salt, "A. Lovelace")

        assert problem(caller.call(PERSONAL_PATH, asked)) == (422, "invalid")


def test_an_unsigned_record_is_anonymous(caller: Caller) -> None:
    assert problem(caller.client.post(PERSONAL_PATH, content=b"{}")) == (401, "unauthorized")
