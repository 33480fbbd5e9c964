"""Addresses, headers and bodies as attackers bend them: a problem, and never a fault of ours."""

import asyncio
from typing import Any

import msgspec
from litestar.testing import TestClient

from device_protocol import messages, signatures
from server.api.merchant import MERCHANT_HANDLERS
from server.api.ops import OPS_HANDLERS
from server.core import Core
from server.main import create_app
from tests.api.desks import Desk, an_order
from tests.api.device.callers import Caller, problem
from tests.api.test_audiences import addresses

NUL = "A%00B"
BEYOND = (2**53, 2**63 - 1, 2**63, 2**64, 10**40, -1)


def test_nul_and_huge_numbers_in_addresses_are_the_callers_fault(
    client: TestClient[Any], admin: Desk, acme: Desk
) -> None:
    assert len(OPS_HANDLERS) + len(MERCHANT_HANDLERS) > 0
    wrong = []
    for address in addresses(client):
        if address.method != "GET":
            continue
        desk = acme if address.path.startswith("/merchant") else admin
        asked = [address.filled]
        for told in address.told.get("parameters", []):
            if told["in"] == "query":
                asked += [f"{address.filled}?{told['name']}={value}" for value in (NUL, *BEYOND)]
            else:
                place = f"{{{told['name']}}}"
                asked += [address.path.replace(place, str(value)) for value in (NUL, *BEYOND)]
        for path in asked:
            answer = client.get(
                path.replace("{", "").replace("}", ""),
                headers={"Authorization": f"Bearer {desk.token}"},
            )
            if answer.status_code >= 500:
                wrong.append((path, answer.text))
            elif answer.status_code >= 400:
                problem(answer)

    assert wrong == []


NO_PARCELS = (
    "..%2f..%2f..%2fetc%2fpasswd",
    "../../../../etc/passwd",
    "%2e%2e/%2e%2e/etc/passwd",
    "....//....//etc/passwd",
    "340063810000000017%00",
    "340063810000000017%0a",
    "٣٤٠٠٦٣٨١٠٠٠٠٠٠٠٠١٧",
    "%2Fetc%2Fpasswd",
)


def test_label_address_leads_to_no_file(client: TestClient[Any], supervisor: Desk) -> None:
    headers = {"Authorization": f"Bearer {supervisor.token}"}

    for sscc in NO_PARCELS:
        for ending in ("label.svg", "label.png", "label.pdf", "label.svg/../../x", "label.html"):
            answer = client.get(f"/ops/v1/parcels/{sscc}/{ending}", headers=headers)
            assert problem(answer)[0] in (400, 404), answer.text
            assert "root:" not in answer.text


def test_wrong_content_types_are_told(client: TestClient[Any], supervisor: Desk) -> None:
    headers = {"Authorization": f"Bearer {supervisor.token}"}
    kinds = ("text/plain", "application/xml", "multipart/form-data", "application/json; charset=x")
    for kind in (*kinds, "application/x-www-form-urlencoded", "application/msgpack", "\x7f"):
        for content in (b"", b"a=1", b"<a/>", b"\x81\xa4code\xa1A", b"--x\r\n\r\n--x--"):
            for method, path in (
                ("PUT", "/ops/v1/merchants"),
                ("POST", "/ops/v1/sign_in"),
                ("POST", "/ops/v1/sites/1/orders/import"),
            ):
                answer = client.request(
                    method, path, content=content, headers=headers | {"Content-Type": kind}
                )
                assert problem(answer)[0] in (400, 415, 422), (path, kind, content)


NO_MESSAGES = (
    b"[" * 100_000,
    b'{"code":' * 50_000,
    b'{"code":"A","name":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    b'{"code":"A\\u0000","name":"x"}',
    b'{"code":"\\ud800","name":"x"}',
    b'{"code":"A","name":' + b"9" * 10_000 + b"}",
    b"\xff\xfe\x00",
    b"",
)


def test_body_that_is_no_message_is_told(client: TestClient[Any], supervisor: Desk) -> None:
    headers = {"Authorization": f"Bearer {supervisor.token}", "Content-Type": "application/json"}

    for body in NO_MESSAGES:
        for path in ("/ops/v1/merchants", "/ops/v1/sites", "/ops/v1/items"):
            answer = client.put(path, content=body, headers=headers)
            assert problem(answer)[0] == 400, (path, body[:40])


def test_deep_or_damaged_calls_of_devices_are_told(caller: Caller) -> None:
    deep = b'{"device":' + b"[" * 100_000
    for path in (
        messages.ENROL_PATH,
        messages.EPOCH_PATH,
        messages.HELLO_PATH,
        messages.PULL_PATH,
        messages.SIGN_IN_PATH,
        messages.PERSONAL_PATH,
    ):
        for body in (deep, b"", b"\xff", b"null", b'{"device":9223372036854775808}', b"{}"):
            header = signatures.call_header(caller.device, caller.private, "POST", path, body)
            answer = caller.client.post(
                path, content=body, headers={signatures.SIGNATURE_HEADER: header}
            )
            assert problem(answer)[0] in (400, 401, 404), (path, body[:40])


NO_SIGNATURES = (
    "",
    ":",
    "1",
    f"{2**63}:AA",
    f"-1:{'A' * 86}",
    "1000001:é",
    "x:y",
    "1:" + "A" * 9**5,
)


def test_signature_that_is_none_is_told(caller: Caller) -> None:
    body = msgspec.json.encode(caller.hello())

    for header in NO_SIGNATURES:
        headers = [(signatures.SIGNATURE_HEADER.encode(), header.encode())]
        answer = caller.client.post(messages.HELLO_PATH, content=body, headers=headers)
        assert problem(answer)[0] in (401, 404), header[:40]


def test_ten_thousand_headers_break_nothing(core: Core) -> None:
    many = [(f"x-{number}".encode(), b"y" * 100) for number in range(10_000)]
    many.append((b"x-request-id", b"z" * 100_000))
    scope: Any = {
        "type": "http",
        "method": "GET",
        "path": "/health",
        "raw_path": b"/health",
        "root_path": "",
        "query_string": b"",
        "headers": many,
        "client": None,
        "server": ("127.0.0.1", 80),
        "scheme": "http",
        "http_version": "1.1",
        "asgi": {"version": "3.0"},
        "state": {},
        "extensions": {},
    }
    sent: list[Any] = []

    async def receive() -> Any:  # noqa: ANN401 - ASGI's own.
        await asyncio.sleep(0)
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:  # noqa: ANN401 - ASGI's own.
        await asyncio.sleep(0)
        sent.append(message)

    asyncio.run(create_app(core)(scope, receive, send))

    assert sent[0]["status"] == 200


def test_nul_in_what_desks_say_is_refused_or_kept_apart(acme: Desk, admin: Desk) -> None:
    bent: dict[str, Any] = {
        "channel": {"channel": "w\x00"},
        "number": {"number": "1\x00"},
        "destination": {"destination": "\x00"},
        "placed_at": {"placed_at": "2010-12-01T07:26:00Z\x00"},
        "one_time_code": {"one_time_code": "\x00"},
        "sku": {"lines": [{"sku": "A\x001", "quantity": 1}]},
        "quantity": {"lines": [{"sku": "A1", "quantity": 2**63}]},
        "price": {"lines": [{"sku": "A1", "quantity": 1, "price_minor": 2**63}]},
    }
    for changed in bent.values():
        assert acme.refusal("POST", "/orders", an_order(**changed))[0] in (400, 422)
    named = an_order("N-NUL", recipient={"name": "A\x00B", "lines": ["\x00"]})
    assert acme.say("POST", "/orders", named)["outcome"] == "applied"
    for note in ("\x00", "a\nb", "x" * 201):
        assert admin.refusal("POST", "/sites/1/holds", {"reason": note})[0] in (400, 422)
