"""Personal records over HTTP."""

from device_protocol.messages import PERSONAL_PATH, PersonalRequest
from device_protocol.personal import hash_of
from server.identity.personal import find_personal
from tests.api.device.callers import Caller, problem

SALT = bytes(range(16))


def test_a_record_is_kept_apart_under_its_salted_hash(caller: Caller) -> None:
    asked = PersonalRequest(caller.device, SALT.hex(), "A. Lovelace")

    answers = [caller.call(PERSONAL_PATH, asked).json() for _ in range(2)]

    name = hash_of(SALT, b"A. Lovelace")
    assert answers == [{"hash": name}, {"hash": name}]
    with caller.warehouse.core.database.reading() as connection:
        assert find_personal(connection, [name])[name].body == b"A. Lovelace"


def test_a_record_without_a_whole_salt_is_invalid(caller: Caller) -> None:
    for salt in ("", "00", "not hexadecimal"):
        asked = PersonalRequest(caller.device, salt, "A. Lovelace")

        assert problem(caller.call(PERSONAL_PATH, asked)) == (422, "invalid")


def test_an_unsigned_record_is_anonymous(caller: Caller) -> None:
    assert problem(caller.client.post(PERSONAL_PATH, content=b"{}")) == (401, "unauthorized")
