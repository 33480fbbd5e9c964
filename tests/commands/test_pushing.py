"""totebook push and carry: the stick of a device with a dead radio, into the book or a server."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from click.testing import CliRunner, Result

from device_protocol import codec
from device_protocol.carry import carried
from device_protocol.client import DeviceClient
from device_protocol.messages import Limits
from device_protocol.sqlite_store import SqliteStore
from device_protocol.version import LIMITS
from server.cli import totebook
from server.commands import pushing
from server.config import ConfigError
from server.core import Core
from tests.protocol.conftest import shop
from tests.protocol.shop import Shop, receive, work

__all__ = ["shop"]

SERVER = "http://totebook.test"
FEW = msgspec.structs.replace(LIMITS, batch_operations=2)


@pytest.fixture(params=["book", "server"])
def where(request: pytest.FixtureRequest, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the options for the book itself, and for the server over it."""

    @contextmanager
    def opened() -> Iterator[Core]:
        yield shop.core

    make = httpx.Client

    def reached(request: httpx.Request) -> httpx.Response:
        answer = shop.client.post(request.url.path, content=request.content)
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    def client(**rest: Any) -> httpx.Client:  # noqa: ANN401 - httpx's.
        return make(transport=httpx.MockTransport(reached), **rest)

    monkeypatch.setattr(pushing, "opened", opened)
    monkeypatch.setattr("server.commands.pushing.httpx.Client", client)
    monkeypatch.setattr(pushing.out, "width", 300)
    return [] if request.param == "book" else ["--server", SERVER]


def push(*words: str | Path) -> Result:
    """Run the command."""
    return CliRunner().invoke(totebook, ["push", *map(str, words)])


def stick(device: DeviceClient, limits: Limits = LIMITS) -> list[bytes]:
    """The batches that the device writes on the stick."""
    return list(carried(device.device.outbox, limits))


def files(folder: Path, *contents: bytes) -> list[Path]:
    """Files of these contents, by number."""
    made = []
    for number, content in enumerate(contents, start=1):
        made.append(folder / f"{number}.ndjson")
        made[-1].write_bytes(content)
    return made


def test_files_are_fed_in_whatever_their_order_and_once(
    shop: Shop, where: list[str], tmp_path: Path
) -> None:
    device = shop.handheld()
    work(device, *(receive(quantity) for quantity in (1, 2, 3, 4, 5)))
    first, second, third = stick(device, FEW)
    found = files(tmp_path, codec.pack(third, "zstd"), codec.pack(second, "gzip"), first)

    pushed = push(*found, *where)
    again = push(*found, *where)

    number = device.device.outbox.identity.device
    assert pushed.exit_code == again.exit_code == 0, pushed.output
    assert again.output.count(": 2 applied; next is 6\n") == 2
    assert [line.split(": ", 1)[1] for line in pushed.output.splitlines()[:3]] == [
        f"device {number} epoch 1 lines 1 to 2: 2 applied; next is 3",
        f"device {number} epoch 1 lines 3 to 4: 2 applied; next is 5",
        f"device {number} epoch 1 lines 5 to 5: 1 applied; next is 6",
    ]
    assert pushed.output.endswith("3 batches found, 0 errors\n")
    assert shop.received() == 15


def test_several_devices_may_share_a_file_and_outcomes_are_counted_by_kind(
    shop: Shop, where: list[str], tmp_path: Path
) -> None:
    one, two = shop.handheld(), shop.handheld()
    work(one, receive(1))
    work(two, receive(2), receive(3, to="X-9"))
    two.device.outbox.append(b'{"kind":"teleport"}')

    pushed = push(*files(tmp_path, b"".join(stick(two) + stick(one))), *where)

    assert pushed.exit_code == 0
    assert "1 applied, 1 flagged, 1 parked; next is 4" in pushed.output
    assert shop.received() == 6


def test_errors_name_file_line_and_reason_and_lose_no_other_batch(
    shop: Shop, where: list[str], tmp_path: Path
) -> None:
    device, forged = shop.handheld(), shop.handheld()
    work(device, *(receive(quantity) for quantity in (1, 2, 3, 4)))
    work(forged, receive(100), receive(100))
    first, second = stick(device, FEW)
    broken = stick(forged)[0].replace(b'"quantity":100', b'"quantity":900', 1)
    text = b"a note\n" + broken + second + first
    packer = zlib.compressobj(level=0, wbits=31)
    cut = packer.compress(first) + packer.flush()

    pushed = push(*files(tmp_path, text, cut[:-30], b"nonsense\n"), *where)

    assert pushed.exit_code == 1
    assert shop.received() == 10
    one, two, three = (tmp_path / f"{number}.ndjson" for number in (1, 2, 3))
    assert f"{one}:1: no batch begins here: a header line is missing" in pushed.output
    assert f"{one}:2: sync.hash_mismatch: the lines do not lead to the head hash" in pushed.output
    assert f"{two}:3: packed, and cut off" in pushed.output
    assert f"{two}:1: sync.malformed_batch" in pushed.output
    assert f"{three}:1: no batch begins here" in pushed.output
    assert pushed.output.endswith("4 batches found, 5 errors\n")


def test_what_the_server_will_not_take_is_said_in_its_words(
    shop: Shop, where: list[str], tmp_path: Path
) -> None:
    device = shop.handheld()
    work(device, *(receive(quantity) for quantity in (1, 2, 3)))
    _, second = stick(device, FEW)
    stranger = shop.handheld()
    work(stranger, receive(1))
    unknown = stick(stranger)[0].replace(b'"epoch":1', b'"epoch":7', 1)

    pushed = push(*files(tmp_path, second, unknown), *where)

    assert pushed.exit_code == 1
    assert "sync.gap: Lines from 1 on are missing; send those first." in pushed.output
    assert "sync.bad_signature" in pushed.output or "sync.hash_mismatch" in pushed.output
    assert shop.received() == 0


def test_device_hears_later_that_its_lines_came(
    shop: Shop, where: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "device.db"
    store = SqliteStore(path)
    device = shop.handheld(store)
    work(device, receive(4), receive(5))

    carry = CliRunner().invoke(totebook, ["carry", str(path), str(tmp_path / "stick")])
    pushed = push(tmp_path / "stick", *where)
    pending = device.device.pending()
    device.sync()

    assert carry.exit_code == pushed.exit_code == 0, carry.output
    assert (pending, device.device.pending()) == (2, 0)
    assert shop.received() == 9
    store.close()


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_device_that_is_nobody_has_nothing_to_carry(shop: Shop, tmp_path: Path) -> None:
    path = tmp_path / "device.db"
    SqliteStore(path).close()

    answer = CliRunner().invoke(totebook, ["carry", str(path), str(tmp_path / "stick")])

    assert isinstance(answer.exception, ConfigError)
    assert str(answer.exception).endswith("enrol the device first")
    assert not (tmp_path / "stick").exists()
    assert shop.received() == 0


def answering(*answers: httpx.Response | httpx.RequestError) -> httpx.Client:
    """A client whose server answers so, one after the other."""
    left = list(answers)

    def answers_next(_request: httpx.Request) -> httpx.Response:
        answer = left.pop(0)
        if isinstance(answer, httpx.RequestError):
            raise answer
        return answer

    return httpx.Client(base_url=SERVER, transport=httpx.MockTransport(answers_next))


def test_server_that_asks_for_patience_gets_it() -> None:
    slept: list[float] = []
    answer = b'{"next":3,"head":"","durable":2,"commit":1,"server_time":1,"outcomes":[]}'
    client = answering(
        httpx.Response(429, headers={"Retry-After": "7"}),
        httpx.Response(503, headers={"Retry-After": "soon"}),
        httpx.Response(429, headers={"Retry-After": "86400"}),
        httpx.Response(200, content=answer),
    )

    told = pushing.posted(client, b"", slept.append)

    assert told == pushing.Told((), 3)
    assert slept == [7, 1, pushing.WAIT_S_MAX]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (httpx.ConnectError("refused"), "the server can't be reached: refused"),
        (httpx.Response(200, content=b"<html>"), "the answer is none of a server of ours"),
        (httpx.Response(502, content=b"<html>"), "502: "),
    ],
)
def test_server_that_is_none_is_said_to_be_so(
    answer: httpx.Response | httpx.RequestError, reason: str
) -> None:
    with pytest.raises(pushing.RefusedError, match=reason):
        pushing.posted(answering(answer), b"", lambda _s: None)


def test_server_that_is_busy_for_ever_is_given_up() -> None:
    busy = [httpx.Response(503) for _ in range(pushing.ATTEMPTS_MAX)]

    with pytest.raises(pushing.RefusedError, match="503"):
        pushing.posted(answering(*busy), b"", lambda _s: None)
