"""Drives the reference client by lines of JSON, so that `totebook conformance` can try it.

`python -m device_protocol.driver FOLDER` reads a command a line and answers each with a line; the
commands are in SPEC.md, section 23. All state is in the folder: who is killed goes on from there.
"""

import os
import random
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TextIO

import httpx
import msgspec

from device_protocol import codec, digest
from device_protocol.client import CallError, DeviceClient, UnreachableError
from device_protocol.clock import SystemClock
from device_protocol.device import Device
from device_protocol.operations import Operation
from device_protocol.sqlite_store import SqliteStore
from device_protocol.store import StoredDocument

COMMANDS = ("enrol", "sign_in", "record", "sync", "state")
ATTEMPTS_MAX = 6
BACKOFF_S = 0.05
BACKOFF_S_MAX = 0.5
TIMEOUT_S = 10.0

_NOTE = "driver"
_Answer = dict[str, Any]


class RefusedError(ValueError):
    """A command can't be carried out; the text is the problem's code."""


class _Kept(msgspec.Struct, frozen=True):
    url: str = ""
    session: str = ""
    grant: str = ""


class Driver:
    """One client and the folder in which it lives."""

    def __init__(self, folder: Path) -> None:
        """Go on where the folder left off."""
        folder.mkdir(parents=True, exist_ok=True)
        self._store = SqliteStore(folder / "device.sqlite3")
        self._device = Device(self._store, SystemClock(), os.urandom)
        note = self._store.note(_NOTE)
        self._kept = msgspec.json.decode(note, type=_Kept) if note else _Kept()

    def close(self) -> None:
        """Let go of the folder."""
        self._store.close()

    def answer(self, line: str) -> _Answer:
        """Carry out one command; whatever goes wrong is told, and the client runs on."""
        try:
            command = msgspec.json.decode(line, type=dict[str, Any])
            return {"ok": True} | self._done(command)
        except CallError as error:
            return {"ok": False, "problem": error.problem.code or f"http_{error.problem.status}"}
        except UnreachableError:
            return {"ok": False, "problem": "unreachable"}
        except Exception as error:  # noqa: BLE001 - a command that fails must not end the client.
            return {"ok": False, "problem": str(error) or type(error).__name__}

    def _done(self, command: _Answer) -> _Answer:
        if command.get("do") not in COMMANDS:
            raise RefusedError("unknown_command")
        do: Callable[[_Answer], _Answer] = getattr(self, f"_{command['do']}")
        return do(command)

    def _enrol(self, command: _Answer) -> _Answer:
        self._keep(msgspec.structs.replace(self._kept, url=str(command["url"])))
        with self._http() as http:
            enrolled = self._client(http).enrol(str(command["code"]))
        return {"device": enrolled.device, "site": enrolled.site, "epoch": enrolled.epoch}

    def _sign_in(self, command: _Answer) -> _Answer:
        with self._http() as http:
            signed = self._client(http).sign_in(str(command["person"]), str(command["pin"]))
        self._keep(msgspec.structs.replace(self._kept, session=signed.token, grant=signed.grant))
        return {"grant": signed.grant}

    def _record(self, command: _Answer) -> _Answer:
        said = msgspec.json.encode(command["operation"])
        operation = codec.decode_line(said)
        if not isinstance(operation, Operation):
            raise RefusedError(operation.code)
        if not operation.actor:
            operation = msgspec.structs.replace(operation, actor=self._kept.grant)
        return {"seq": self._device.record(operation)}

    def _sync(self, _command: _Answer) -> _Answer:
        with self._http() as http:
            report = self._client(http).sync()
        return {"pushed": report.pushed, "pulled": report.pulled}

    def _state(self, _command: _Answer) -> _Answer:
        tail = self._device.outbox.tail()
        identity = self._device.outbox.identity
        return {
            "device": identity.device,
            "epoch": identity.epoch,
            "seq": tail.seq,
            "head": tail.hash,
            "pending": self._device.pending(),
            "alarms": self._device.replica.alarms(),
            "scopes": {
                scope: {"n": cursor.n} | held(scope, self._store.documents(scope))
                for scope, cursor in self._device.replica.cursors().items()
            },
        }

    def _keep(self, kept: _Kept) -> None:
        self._store.set_note(_NOTE, msgspec.json.encode(kept))
        self._kept = kept

    def _http(self) -> httpx.Client:
        return httpx.Client(base_url=self._kept.url, timeout=TIMEOUT_S, trust_env=False)

    def _client(self, http: httpx.Client) -> DeviceClient:
        client = DeviceClient(
            self._device,
            http,
            sleep=time.sleep,
            jitter=random.random,
            attempts_max=ATTEMPTS_MAX,
            backoff_s=BACKOFF_S,
            backoff_s_max=BACKOFF_S_MAX,
        )
        client.session = self._kept.session
        return client


def held(scope: str, documents: Iterable[StoredDocument]) -> _Answer:
    """Count and sum what is really held of a scope."""
    count = total = 0
    for document in documents:
        count += 1
        hashed = digest.document_hash(scope, document.key, document.version, document.body)
        total = digest.add(total, hashed)
    return {"count": count, "sum": digest.encode_sum(total)}


def drive(folder: Path, commands: TextIO, answers: TextIO) -> None:
    """Answer commands until there are no more."""
    driver = Driver(folder)
    try:
        for line in commands:
            answers.write(msgspec.json.encode(driver.answer(line)).decode() + "\n")
            answers.flush()
    finally:
        driver.close()


def main() -> None:
    """Drive the client whose folder is the last argument."""
    drive(Path(sys.argv[-1]), sys.stdin, sys.stdout)


if __name__ == "__main__":
    main()
