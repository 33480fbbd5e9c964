"""The shape of errors, and the addresses that everybody may call."""

import msgspec
import pytest
from litestar import Litestar, get
from litestar.exceptions import HTTPException, InternalServerException
from litestar.params import FromQuery
from litestar.testing import TestClient

from device_protocol.codec import BatchError
from server.api.problem import ON_ERROR, malformed, translated
from server.errors import InvalidError, TotebookError, UnavailableError


@get("/invalid", sync_to_thread=False)
def invalid() -> None:
    """Fail with a pointer."""
    raise InvalidError("No such zone.", pointers=[("/zone", "must be a code")])


@get("/fault", sync_to_thread=False)
def fault() -> None:
    """Fail as nobody expected."""
    raise ZeroDivisionError("secret")


@get("/number", sync_to_thread=False)
def number(count: FromQuery[int]) -> int:
    """Take a number."""
    return count


@pytest.fixture(name="broken")
def make_broken() -> TestClient[Litestar]:
    """Give a client of an application that fails."""
    app = Litestar([invalid, fault, number], exception_handlers=ON_ERROR, logging_config=None)
    return TestClient(app, raise_server_exceptions=False)


def test_error_is_a_problem_with_pointers(broken: TestClient[Litestar]) -> None:
    answer = broken.get("/invalid")

    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json() == {
        "type": "https://totebook.dev/errors#invalid",
        "title": "This can't be so",
        "status": 422,
        "detail": "No such zone.",
        "instance": "/invalid",
        "code": "invalid",
        "errors": [{"pointer": "/zone", "detail": "must be a code"}],
    }


def test_fault_of_ours_tells_nothing(broken: TestClient[Litestar]) -> None:
    answer = broken.get("/fault")

    assert answer.status_code == 500
    assert answer.json()["code"] == "internal"
    assert "secret" not in answer.text


def test_validation_of_litestar_gets_pointers(broken: TestClient[Litestar]) -> None:
    answer = broken.get("/number?count=many")

    assert answer.status_code == 400
    assert answer.json()["code"] == "malformed"
    assert answer.json()["errors"][0]["pointer"] == "/count"


@pytest.mark.parametrize(
    ("error", "code", "status"),
    [
        (HTTPException(status_code=404), "not_found", 404),
        (HTTPException(status_code=400, extra=["no field"]), "malformed", 400),
        (HTTPException(status_code=405), "method_not_allowed", 405),
        (HTTPException(status_code=413), "too_large", 413),
        (HTTPException(status_code=415), "unsupported_media_type", 415),
        (HTTPException(status_code=418), "internal", 500),
        (InternalServerException("client disconnected prematurely"), "malformed", 400),
        (BatchError("sync.too_large", "x"), "sync.too_large", 413),
        (BatchError("sync.hash_mismatch", "x"), "sync.hash_mismatch", 400),
        (BatchError("sync.bad_signature", "x"), "sync.bad_signature", 401),
        (BatchError("sync.malformed_batch", "x"), "sync.malformed_batch", 400),
        (msgspec.DecodeError("bad"), "malformed", 400),
        (UnavailableError("x", code="database.busy"), "database.busy", 503),
        (ValueError("x"), "internal", 500),
    ],
)
def test_every_error_has_a_code(error: Exception, code: str, status: int) -> None:
    told = translated(error)

    assert (told.code, told.status) == (code, status)
    assert isinstance(told, TotebookError)


def test_wrong_shape_is_pointed_at() -> None:
    class Line(msgspec.Struct):
        quantity: int

    with pytest.raises(msgspec.ValidationError) as raised:
        msgspec.json.decode(b'[{"quantity":"x"}]', type=list[Line])

    assert malformed(raised.value).pointers == (("/0/quantity", "Expected `int`, got `str`"),)
