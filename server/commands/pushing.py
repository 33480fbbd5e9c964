"""`totebook push` and `totebook carry`: lines of a device with a dead radio, carried on a stick."""

import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import click
import httpx
import msgspec
from rich.console import Console

from device_protocol.carry import Carried, UncarriableError, carried, read_carried
from device_protocol.codec import BatchError, check_batch, split_batch
from device_protocol.messages import PUSH_PATH, Limits, Outcome, PushAnswer
from device_protocol.outbox import NotEnrolledError, Outbox
from device_protocol.problems import decode_problem
from device_protocol.sqlite_store import SqliteStore
from server.api.limits import limits_of
from server.commands.importing import opened
from server.config import ConfigError
from server.core import Core
from server.errors import TotebookError
from server.sync.batches import Batch
from server.sync.hello import find_device, must_be_taken

out = Console()
FILE_BYTES_MAX = 256 * 1024 * 1024
SERVER_S_MAX = 120
ATTEMPTS_MAX = 5
WAIT_S_MAX = 60
RETRYABLE = frozenset({429, 503})
EXISTING = click.Path(path_type=Path, exists=True, dir_okay=False)
_decode_answer = msgspec.json.Decoder(PushAnswer).decode
_decode_outcome = msgspec.json.Decoder(Outcome).decode


class Told(NamedTuple):
    """What a batch came to: the outcome of each line, and the number of the line that is next."""

    outcomes: tuple[bytes, ...]
    next: int


class RefusedError(Exception):
    """Why a batch was not taken."""


class Found(NamedTuple):
    """A batch and the file on which it was found."""

    file: Path
    batch: Carried

    @property
    def order(self) -> tuple[int, int, int]:
        """What comes first fills the gap before what comes later."""
        header = self.batch.header
        return (header.device, header.epoch, header.first)

    @property
    def place(self) -> str:
        """Where a person finds it."""
        return f"{self.file}:{self.batch.number}"


Send = Callable[[bytes], Told]


@click.command("push")
@click.argument("files", nargs=-1, required=True, type=EXISTING)
@click.option("--server", help="URL of a running server; else the book is opened.")
def push_command(files: tuple[Path, ...], server: str | None) -> None:
    """Feed in the batches of FILES (plain, gzip or zstd): the lines of devices with a dead radio.

    What came before is known again; the order of files does not matter.
    """
    found, errors = read_files(files)
    with to_server(server) if server is not None else to_book() as send:
        for each in sorted(found, key=lambda one: one.order):
            try:
                told = send(each.batch.body)
            except RefusedError as refused:
                errors.append(f"{each.place}: {refused}")
            else:
                show(each, told)
    for error in errors:
        out.print(error, style="red", markup=False, highlight=False)
    out.print(f"{len(found):,} batches found, {len(errors):,} errors")
    sys.exit(1 if errors else 0)


@click.command("carry")
@click.argument("store", type=EXISTING)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def carry_command(store: Path, file: Path) -> None:
    """Write what the reference device in STORE has not sent into FILE, for `totebook push`.

    The device keeps its lines until it hears from the server itself.
    """
    held = SqliteStore(store)
    try:
        content = b"".join(carried(Outbox(held, os.urandom)))
    except (UncarriableError, NotEnrolledError) as error:
        raise ConfigError(f"{store}: {error}") from error
    finally:
        held.close()
    file.write_bytes(content)
    out.print(f"{file}: {len(content):,} bytes")


def read_files(files: tuple[Path, ...]) -> tuple[list[Found], list[str]]:
    """The batches of all files, and what could not be read of them."""
    found: list[Found] = []
    errors: list[str] = []
    for file in files:
        batches, faults = read_carried(file.read_bytes(), FILE_BYTES_MAX)
        found += [Found(file, batch) for batch in batches]
        errors += [f"{file}:{fault.number}: {fault.reason}" for fault in faults]
    return found, errors


def show(found: Found, told: Told) -> None:
    """Say what a batch came to."""
    header = found.batch.header
    kinds = Counter(_decode_outcome(outcome).outcome for outcome in told.outcomes)
    outcomes = ", ".join(f"{count:,} {kind}" for kind, count in sorted(kinds.items()))
    last = header.first + len(told.outcomes) - 1
    out.print(
        f"{found.place}: device {header.device} epoch {header.epoch} lines {header.first} to "
        f"{last}: {outcomes or 'nothing'}; next is {told.next}",
        markup=False,
        highlight=False,
    )


@contextmanager
def to_book() -> Iterator[Send]:
    """Into the book itself, by the same checks as over the air."""
    with opened() as core:
        yield lambda body: pushed(core, limits_of(core.settings), body)
        core.drain()


def pushed(core: Core, limits: Limits, body: bytes) -> Told:
    """Check a batch and have its lane take it."""
    try:
        came = split_batch(body, limits)
        header = came.header
        with core.database.reading() as connection:
            device = find_device(connection, header.device)
        batch = Batch(
            site=device.site,
            stream=device.id,
            epoch=header.epoch,
            lines=tuple(came.lines),
            first=header.first,
            prev=bytes.fromhex(header.prev),
            hashes=tuple(check_batch(came, device.public_key)),
        )
        answer = must_be_taken(core.lanes.submit(batch).result(SERVER_S_MAX))
    except BatchError as error:
        raise RefusedError(str(error)) from error
    except TotebookError as error:
        raise RefusedError(f"{error.code}: {error}") from error
    return Told(answer.outcomes, answer.next)


@contextmanager
def to_server(server: str) -> Iterator[Send]:
    """To a running server, as the device itself would."""
    with httpx.Client(base_url=server.rstrip("/"), timeout=SERVER_S_MAX) as client:
        yield lambda body: posted(client, body, time.sleep)


def posted(client: httpx.Client, body: bytes, sleep: Callable[[float], None]) -> Told:
    """Send a batch, again after a while where the server asks for it."""
    answer = httpx.Response(503)
    for _ in range(ATTEMPTS_MAX):
        try:
            answer = client.post(PUSH_PATH, content=body)
        except httpx.RequestError as error:
            raise RefusedError(f"the server can't be reached: {error}") from error
        if answer.status_code not in RETRYABLE:
            break
        asked = answer.headers.get("Retry-After", "1")
        sleep(min(WAIT_S_MAX, int(asked) if asked.isdigit() else 1))
    if not answer.is_success:
        problem = decode_problem(answer.content, answer.status_code)
        raise RefusedError(f"{problem.code or answer.status_code}: {problem.detail}")
    try:
        told = _decode_answer(answer.content)
    except msgspec.MsgspecError as error:
        raise RefusedError(f"the answer is none of a server of ours: {error}") from error
    return Told(tuple(bytes(outcome) for outcome in told.outcomes), told.next)
