"""Enrol over HTTP."""

from typing import Any

import msgspec
import pytest
from litestar.testing import TestClient

from device_protocol import keys
from device_protocol.messages import ENROL_PATH, EnrolRequest
from server.clock import FixedClock
from tests.api.device.callers import problem
from tests.api.warehouse import HOUR_MS, SITE, Warehouse
from tests.conftest import MORNING_MS
from tests.device_protocol.doubles import seeded

KEY = keys.write(keys.public_key(keys.generate(seeded(5))))


def enrol(client: TestClient[Any], code: str, key: str = KEY) -> Any:  # noqa: ANN401 - an answer
    """Spend a code."""
    body = msgspec.json.encode(EnrolRequest(code, key, "test/1"))
    return client.post(ENROL_PATH, content=body)


def test_code_is_spent_for_an_identity(warehouse: Warehouse, client: TestClient[Any]) -> None:
    answer = enrol(client, warehouse.invite())

    assert answer.status_code == 200
    told = answer.json()
    assert (told["device"], told["site"], told["epoch"]) == (1_000_001, SITE, 1)
    assert len(bytes.fromhex(told["nonce"])) == 16
    assert told["server_time"] == MORNING_MS


def test_code_may_be_typed_as_people_type(warehouse: Warehouse, client: TestClient[Any]) -> None:
    code = warehouse.invite()

    assert enrol(client, code.lower().replace("-", "").replace("0", "o")).status_code == 200


def test_lost_answer_can_be_asked_for_again(warehouse: Warehouse, client: TestClient[Any]) -> None:
    code = warehouse.invite()

    assert enrol(client, code).content == enrol(client, code).content


def test_spent_code_is_good_for_no_other_key(warehouse: Warehouse, client: TestClient[Any]) -> None:
    code = warehouse.invite()
    enrol(client, code)

    other = keys.write(keys.public_key(keys.generate(seeded(6))))

    assert problem(enrol(client, code, other)) == (409, "enrolment.refused")


def test_old_code_is_refused(
    warehouse: Warehouse, client: TestClient[Any], clock: FixedClock
) -> None:
    code = warehouse.invite()
    clock.advance(HOUR_MS + 1)

    assert problem(enrol(client, code)) == (409, "enrolment.refused")


def test_unknown_code_is_told_so(client: TestClient[Any]) -> None:
    assert problem(enrol(client, "AAAA-AAAA")) == (404, "enrolment.unknown_code")


@pytest.mark.parametrize("key", ["", "short", "not base64 !"])
def test_key_must_be_one(warehouse: Warehouse, client: TestClient[Any], key: str) -> None:
    answer = enrol(client, warehouse.invite(), key)

    assert problem(answer) == (422, "invalid")
    assert answer.json()["errors"][0]["pointer"] == "/public_key"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"code":1}', b"\xff", b"[" * 100_000])
def test_malformed_body_is_told_so(client: TestClient[Any], body: bytes) -> None:
    assert problem(client.post(ENROL_PATH, content=body)) == (400, "malformed")
