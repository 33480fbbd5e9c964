"""totebook devices: on the book itself, and through a running server."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import msgspec
import pytest
from click.testing import CliRunner, Result
from litestar.testing import TestClient
from msgspec.structs import replace

from device_protocol.messages import ENROL_PATH, HELLO_PATH, EnrolRequest
from device_protocol.version import PROTOCOL
from server.cli import totebook
from server.clock import FixedClock, SystemClock
from server.commands import devices as command
from server.commands.devices import age, urgency
from server.config import ConfigError
from server.core import Core
from server.fleet.watching import LOOK_MS
from server.identity.messages import PutApiKey
from server.identity.secrets import hash_code
from server.lane.activity import NETWORK
from server.reports import fleet
from server.reports.fleet import FleetRow
from tests.api.conftest import SESSION_KEY, client, core, warehouse
from tests.api.device.callers import Caller
from tests.api.warehouse import Warehouse

__all__ = ["client", "core", "warehouse"]

SERVER = "http://totebook.test"
KEY = "key-of-a-supervisor"


@pytest.fixture
def callers(
    warehouse: Warehouse, client: TestClient[Any], core: Core, clock: FixedClock
) -> list[Caller]:
    """Give three handhelds: one well, one low, one with a line that nobody can read."""
    warehouse.tell(NETWORK, PutApiKey(hash=hash_code(KEY), name="shell", role="supervisor"))
    made = [Caller(warehouse, client) for _ in range(3)]
    for caller, battery in zip(made, (90, 7, 90), strict=True):
        told = replace(caller.hello(), protocol_max=PROTOCOL, battery=battery)
        assert caller.call(HELLO_PATH, told).status_code == 200
    made[2].write(b'{"kind":"teleport"}')
    made[2].push()
    clock.advance(LOOK_MS)
    core.watch.by_the_clock()
    return made


@pytest.fixture
def online(client: TestClient[Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Have commands reach the application, and give the options that name it."""

    def request(method: str, url: str, **rest: Any) -> httpx.Response:  # noqa: ANN401 - httpx's.
        assert url.startswith(SERVER)
        rest.pop("timeout")
        return client.request(method, url.removeprefix(SERVER), **rest)

    monkeypatch.setattr("server.commands.importing.httpx.request", request)
    return iter([["--server", SERVER, "--key", KEY]])


@pytest.fixture(params=["book", "server"])
def where(request: pytest.FixtureRequest, core: Core, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Run the test on the book beside the server, and through the server."""
    monkeypatch.setenv("TOTEBOOK_DATABASE", core.settings.database)
    monkeypatch.setenv("TOTEBOOK_SECRET_KEY", SESSION_KEY)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(command.out, "width", 200)
    if request.param == "book":
        return []
    return next(request.getfixturevalue("online"))


def run(*words: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(totebook, ["devices", *words])


def numbers(result: Result) -> list[int]:
    """The devices listed, as JSON lines."""
    assert result.exit_code == 0, result.output
    return [msgspec.json.decode(line, type=FleetRow).device for line in result.output.splitlines()]


def test_devices_in_trouble_come_first(callers: list[Caller], where: list[str]) -> None:
    well, low, kept = (caller.device for caller in callers)

    assert numbers(run("--json", *where)) == [kept, low, well]
    assert numbers(run("--json", "--trouble", "--site", "1", *where)) == [kept, low]
    shown = run(*where).output
    assert shown.index(str(kept)) < shown.index(str(low)) < shown.index(str(well))
    assert "quarantine" in shown
    assert "7 %" in shown


def test_nobody_is_listed_where_nobody_is(
    warehouse: Warehouse, core: Core, where: list[str], callers: list[Caller]
) -> None:
    assert warehouse.core is core
    for caller in callers:
        with core.database.writing() as connection:
            connection.exec_driver_sql("DELETE FROM device WHERE id = ?", (caller.device,))

    assert "No devices." in run(*where).output
    assert "No device has an alarm." in run("--trouble", *where).output


def test_pages_are_read_to_the_end(
    callers: list[Caller], where: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "LIMIT_MAX", 2)

    assert len(numbers(run("--json", *where))) == len(callers)


def test_device_is_shown(callers: list[Caller], where: list[str]) -> None:
    number = callers[2].device

    shown = run("show", str(number), *where)
    told = run("show", str(number), "--json", *where)

    assert shown.exit_code == told.exit_code == 0
    assert re.search(rf"{number}/1/1 .* parked unknown_kind .*due", shown.output)
    assert "epoch 1: 1 lines" in shown.output
    assert "Incidents" not in shown.output
    assert msgspec.json.decode(told.output)["device"]["device"] == number


def test_device_that_does_not_exist_is_said_so(callers: list[Caller], where: list[str]) -> None:
    assert callers
    told = run("show", "1000900", *where)

    assert isinstance(told.exception, ConfigError)
    assert "no such device" in str(told.exception) or "no device 1000900" in str(told.exception)


def test_device_is_put_out_of_work_and_back(
    callers: list[Caller], online: Iterator[list[str]]
) -> None:
    where = next(online)
    number = str(callers[0].device)

    assert f"Device {number} is suspended" in run("suspend", number, *where).output
    assert callers[0].call(HELLO_PATH, callers[0].hello()).json().get("scopes") is None
    assert f"Device {number} is active" in run("resume", number, *where).output
    assert f"Device {number} is revoked" in run("revoke", number, "--yes", *where).output
    refused = run("resume", number, *where)
    assert isinstance(refused.exception, ConfigError)
    assert "409" in str(refused.exception)


def test_code_that_is_invited_enrols(
    callers: list[Caller], online: Iterator[list[str]], client: TestClient[Any]
) -> None:
    assert callers
    told = run("invite", "handheld 9", "--site", "1", *next(online))

    assert told.exit_code == 0, told.output
    code = re.search(r"enrol\?code=(\S+)", told.output)
    assert code is not None
    assert told.output.count("█") > 100
    asked = EnrolRequest(code[1], "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "test/1")
    answer = client.post(ENROL_PATH, content=msgspec.json.encode(asked))
    assert answer.status_code == 200


@pytest.fixture
def closed(core: Core, callers: list[Caller], monkeypatch: pytest.MonkeyPatch) -> list[Caller]:
    """Stop the server, so that the book can be opened."""
    monkeypatch.setenv("TOTEBOOK_DATABASE", core.settings.database)
    monkeypatch.setenv("TOTEBOOK_SECRET_KEY", SESSION_KEY)
    monkeypatch.setattr(Core, "open", _unchecked)
    core.close()
    return callers


def _unchecked(settings: Any) -> Core:  # noqa: ANN401 - Settings.
    """Open a book that tests made without migrations."""
    from server.db.engine import open_database  # noqa: PLC0415 - stands in for Core.open.

    return Core.over(open_database(settings.database), settings)


def test_stopped_server_leaves_the_book_to_the_command(closed: list[Caller]) -> None:
    number = str(closed[0].device)

    assert "is suspended" in run("suspend", number).output
    told = run("invite", "handheld 9", "--site", "1", "--address", "http://10.0.0.2")
    assert "http://10.0.0.2/app/#enrol?code=" in told.output
    assert run("invite", "x", "--site", "1").exit_code == 0
    assert numbers(run("--json"))[:1] == [closed[2].device]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("resume", "1000900"), "unknown_device"),
        (("invite", "x", "--site", "9"), "There is no site 9"),
        (("invite", "", "--site", "1"), "refused"),
    ],
)
def test_refusals_are_said(closed: list[Caller], words: tuple[str, ...], why: str) -> None:
    assert closed
    told = run(*words)

    assert isinstance(told.exception, ConfigError)
    assert why in str(told.exception)


def test_a_running_server_keeps_its_book_to_itself(
    callers: list[Caller], core: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOTEBOOK_DATABASE", core.settings.database)
    told = run("suspend", str(callers[0].device))

    assert isinstance(told.exception, ConfigError)
    assert "--server" in str(told.exception)


def test_key_is_asked_for() -> None:
    told = run("--server", SERVER)

    assert isinstance(told.exception, ConfigError)
    assert "TOTEBOOK_API_KEY" in str(told.exception)


@pytest.mark.parametrize(
    ("seconds", "told"), [(5, "5 s"), (65, "1 min"), (7_260, "2 h 1 min"), (90_000, "1 d 1 h")]
)
def test_ages_are_told_as_people_do(seconds: int, told: str) -> None:
    moment = "2010-12-01T08:00:00.000Z"

    assert age(moment, 1_291_190_400_000 + seconds * 1_000) == told
    assert age(None, SystemClock().now()) == "never"


def test_what_presses_most_sorts_first(callers: list[Caller], core: Core) -> None:
    assert callers
    with core.database.reading() as connection:
        row = fleet.fleet(connection, 1, 0).rows[0]
    silent, stuck = replace(row, alarms=["silent"]), replace(row, alarms=["battery", "stuck"])
    more = replace(silent, unsynced=5)

    assert sorted([row, silent, more, stuck], key=urgency) == [row, silent, more, stuck]
