"""A real server process, and the load that is put on it."""

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from server.config import Settings
from server.serving import command as serve_command
from tests.bench.files import FOLDER

READY_S_MAX = 60.0
STOP_S_MAX = 120.0
"""A server finishes what it was asked, and this may be a slow machine."""
Request = tuple[str, str, bytes, dict[str, str]]
"""Method, path, body and headers."""


@dataclass
class Server:
    """A running server."""

    port: int
    ready_s: float
    process: subprocess.Popen[bytes]

    def memory_mb(self) -> float:
        """Resident memory of its processes together, shared pages counted once."""
        total = 0
        for pid in [self.process.pid, *children(self.process.pid)]:
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
        return total / 1024

    def worked_s(self) -> float:
        """Processor time, s, that its processes have taken so far."""
        total = 0
        for pid in [self.process.pid, *children(self.process.pid)]:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
        return total / os.sysconf("SC_CLK_TCK")


def children(pid: int) -> list[int]:
    """The processes that a process started."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found]


@contextmanager
def server(url: str, folder: Path, files: Path | None = None) -> Iterator[Server]:
    """Start the server on a database, wait until it answers, and stop it afterwards.

    With `files` it sends what lies in that folder, too.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "TOTEBOOK_DATABASE": url,
        "TOTEBOOK_PORT": str(port),
        "TOTEBOOK_LOG_LEVEL": "error",
        "TOTEBOOK_SECRET_KEY": "bench" * 10,
    }
    command = [sys.executable, "-m", "server.cli", "serve", "--no-migrate"]
    if files is not None:
        environment[FOLDER] = str(files)
        settings = Settings.from_environment(environment)
        command = [*serve_command(settings, 1)[:-1], "tests.bench.files:app_with_files"]
    began = time.perf_counter()
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        while time.perf_counter() - began < READY_S_MAX:
            try:
                if get(port, "/health")[0] == http.client.OK:
                    break
            except OSError:
                time.sleep(0.01)
        else:
            told = (folder / "server.log").read_text()[-2_000:]
            raise RuntimeError(f"the server does not answer: {told}")
        yield Server(port, time.perf_counter() - began, process)
    finally:
        process.terminate()
        process.wait(STOP_S_MAX)


def get(port: int, path: str, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    """One GET on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers=headers or {})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body


def call(port: int, request: Request, ok: tuple[int, ...] = (200,)) -> bytes:
    """One call that must succeed."""
    method, path, body, headers = request
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path, body=body, headers=headers)
    answer = connection.getresponse()
    told = answer.read()
    connection.close()
    if answer.status not in ok:
        raise RuntimeError(told[:300].decode())
    return told


def paced(port: int, requests: list[list[Request]], per_s: float) -> list[float]:
    """Send all at an even pace, whatever the answers take; answer each request's seconds.

    A request that is due while its connection still waits has waited from when it was due.
    """
    return load(port, requests, len(requests) / per_s)[1]


def load(
    port: int, requests: list[list[Request]], every_s: float = 0.0
) -> tuple[float, list[float]]:
    """Send each list by a thread with one connection; answer all seconds, and each request's."""
    times: list[float] = []
    failures: list[bytes] = []
    start = threading.Barrier(len(requests) + 1)

    def work(own: list[Request], offset_s: float) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        start.wait()
        due = time.perf_counter() + offset_s
        for method, path, body, headers in own:
            began = time.perf_counter()
            if every_s:
                time.sleep(max(0.0, due - began))
                began, due = due, due + every_s
            connection.request(method, path, body=body, headers=headers)
            answer = connection.getresponse()
            told = answer.read()
            times.append(time.perf_counter() - began)
            if answer.status != http.client.OK:
                failures.append(told)
        connection.close()

    offsets = [every_s * number / len(requests) for number in range(len(requests))]
    threads = [
        threading.Thread(target=work, args=each) for each in zip(requests, offsets, strict=True)
    ]
    for thread in threads:
        thread.start()
    start.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    if failures:
        raise RuntimeError(failures[0][:300].decode())
    return time.perf_counter() - began, times


def percentile(times: list[float], share: float) -> float:
    """The time, ms, that this share of requests does not exceed."""
    ordered = sorted(times)
    return 1_000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]
